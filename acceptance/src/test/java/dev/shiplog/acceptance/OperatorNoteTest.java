package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code recorder note}, of one process to another: what was noted is there after a kill, and after a stop. */
@Timeout(240)
class OperatorNoteTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private Path journal;

    private int note(String text) throws IOException, InterruptedException {
        try (RecorderProcess note =
                RecorderProcess.start(directory.resolve("said"), "note", "--data-dir", journal.toString(), text)) {
            return note.awaitEnd();
        }
    }

    private String events() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console =
                new Console(out, new PrintWriter(err), false, InstantSource.system(), directory, new CountDownLatch(1));
        Replay.run(console, "events", journal.toString());
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void notesAreThereAfterAKillAndAfterAStop() throws Exception {
        journal = directory.resolve("journal");
        assertThat(note("nobody listens")).isEqualTo(1);
        try (ScriptedEngine engine = ScriptedEngine.at(directory.resolve("engine.sock"))) {
            for (boolean killed : new boolean[] {true, false}) {
                Path output = directory.resolve("output-" + killed);
                try (RecorderProcess recorder =
                        RecorderProcess.recording(List.of(), output, engine.address(), journal)) {
                    await().atMost(PATIENCE)
                            .until(() ->
                                    Files.exists(journal.resolve("recorder.sock")) && note("begun " + killed) == 0);
                    assertThat(note("deployed shop 1.4 " + killed)).isZero();
                    if (killed) {
                        await().atMost(PATIENCE).until(() -> events().contains("deployed shop 1.4 true"));
                        recorder.kill();
                    } else {
                        recorder.terminate();
                        assertThat(recorder.awaitEnd()).isZero();
                    }
                }
                assertThat(note("nobody listens")).isEqualTo(1);
            }
        }
        assertThat(events().lines().filter(line -> line.contains(" shiplog note (text=deployed shop 1.4 ")))
                .hasSize(2);
        assertThat(events()).doesNotContain("nobody listens");
        try (Stream<Path> files = Files.list(journal)) {
            assertThat(files.map(file -> file.getFileName().toString())).doesNotContain("recorder.sock");
        }
    }
}
