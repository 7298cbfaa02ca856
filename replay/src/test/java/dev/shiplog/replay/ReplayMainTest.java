package dev.shiplog.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

    /** One archive whose manifest somebody blew up does not keep the rest from being checked. */
    @Test
    void verifiesTheRestWhereAManifestIsTooLargeForItsMemory() throws Exception {
        try (Appender appender =
                Appender.open(directory, new Appender.Options(Roll.DAILY, "h", "", "test", 0), record -> {})) {
            appender.append(new Record(0, Kind.EVENT, "", 1, 1, 1, new byte[] {'{', '}'}));
        }
        byte[] archive = new byte[512 + (50 << 20)];
        Arrays.fill(archive, 512, archive.length, (byte) ' ');
        put(archive, 0, "manifest.json");
        put(archive, 124, String.format("%011o ", 50 << 20));
        Files.write(directory.resolve("hostile.tar"), archive);
        Path output = directory.resolve("output");
        ProcessBuilder replay = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ReplayMain.class.getName(),
                        "verify",
                        directory.toString())
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        replay.environment().remove("JAVA_TOOL_OPTIONS");

        assertThat(replay.start().waitFor()).isEqualTo(1);
        assertThat(Files.readString(output))
                .containsPattern("unreadable hostile.tar: its manifest is too large for \\d+ MiB of memory")
                .contains("1 segment, 1 archive, 1 record, 2 B: 1 unreadable");
    }

    private static void put(byte[] bytes, int at, String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, bytes, at, ascii.length);
    }
}
