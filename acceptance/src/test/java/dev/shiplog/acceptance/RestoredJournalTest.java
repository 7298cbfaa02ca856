package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal of a real engine, its archives, and a journal restored from these, which a recorder goes on with. */
@Tag("engine")
@Tag("once")
class RestoredJournalTest {
    @TempDir
    private Path directory;

    private String replay(String commandLine) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                out, new PrintWriter(err, true), false, InstantSource.system(), directory, new CountDownLatch(1));
        assertThat(Replay.run(console, commandLine.split(" ")))
                .as(commandLine + ": " + err)
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Records while containers live and die; returns what the recorder said. */
    private String record(RealEngine engine, String journal) throws Exception {
        try (RecorderProcess recorder = RecorderProcess.recording(
                List.of(), directory.resolve("output"), "unix://" + engine.socket(), directory.resolve(journal))) {
            String busy = engine.create("busy-" + journal, Map.of("tier", "front"), Map.of(), "yes");
            engine.start(busy);
            TimeUnit.SECONDS.sleep(3);
            engine.exec(busy, "true");
            engine.act(busy, "kill");
            TimeUnit.SECONDS.sleep(2);
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            return recorder.output();
        }
    }

    @Test
    void isTheSameToTheByteAndARecorderGoesOnWithIt() throws Exception {
        try (RealEngine engine = RealEngine.ofEnvironment()) {
            record(engine, "journal");
            Files.createDirectory(directory.resolve("columns"));
            Files.createDirectory(directory.resolve("portable"));
            replay("salvage -o columns journal");
            replay("salvage --portable -o portable journal");
            replay("restore --to restored columns");
            for (String export : List.of("--format raw", "--format envelope", "--restated --format envelope")) {
                String expected = replay("export --accept-gaps " + export + " journal");
                assertThat(expected).isNotEmpty();
                for (String source : List.of("columns", "portable", "restored", "portable columns restored journal")) {
                    assertThat(replay("export --accept-gaps " + export + " " + source)
                                    .equals(expected))
                            .as(export + " " + source)
                            .isTrue();
                }
            }

            List<Record> before = RecordedJournal.read(directory.resolve("restored"));
            String said = record(engine, "restored"); // the period of the newest restored segment is not over
            assertThat(said)
                    .doesNotContain("WARNING")
                    .doesNotContain("set aside")
                    .contains("stopped:");
            List<Record> after = RecordedJournal.read(directory.resolve("restored"));
            assertThat(after).hasSizeGreaterThan(before.size() + 10);
            assertThat(after.get(after.size() - 1).sequence()).isEqualTo(after.size());
        }
    }
}
