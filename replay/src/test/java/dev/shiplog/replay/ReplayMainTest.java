package dev.shiplog.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tool as a process of its own. */
class ReplayMainTest {
    @TempDir
    private Path directory;

    @Test
    void saysInOneLineThatItsMemoryIsNotEnough() throws Exception {
        Path journal = directory.resolve("journal");
        try (Appender appender =
                Appender.open(journal, new Appender.Options(Roll.DAILY, "h", "", "test", 0), record -> {})) {
            appender.append(new Record(0, Kind.EVENT, "", 1, 1, 1, new byte[16 << 20]));
        }
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");
        ProcessBuilder replay = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx16m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ReplayMain.class.getName(),
                        "export",
                        "-o",
                        output.toString(),
                        journal.toString())
                .redirectError(errors.toFile());
        replay.environment().remove("JAVA_TOOL_OPTIONS");

        assertThat(replay.start().waitFor()).isEqualTo(1);
        assertThat(Files.readString(errors))
                .matches("replay: \\d+ MiB of memory are not enough; give it more, as with"
                        + " JAVA_TOOL_OPTIONS=-Xmx\\d+m\\R");
        assertThat(output).doesNotExist();
    }
}
