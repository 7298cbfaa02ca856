package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.Cursor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where incidents are made: an engine of its own, a recorder, and somebody else who listens to the engine. */
final class IncidentStage implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final PrivateEngine engine;
    private final Path directory;
    private final Random random;
    private final Set<String> heard = new LinkedHashSet<>();
    private final List<Scene> scenes = new ArrayList<>();

    private Witness witness;
    private @Nullable RecorderProcess recorder;
    private int recorders;
    private int marks;

    /** @param directory for the journal, and what containers share with their scripts */
    IncidentStage(Path directory, long seed) throws IOException, InterruptedException {
        this.directory = directory;
        random = new Random(seed);
        engine = PrivateEngine.start();
        witness = Witness.of(engine.api().socket());
        startRecorder();
    }

    PrivateEngine engine() {
        return engine;
    }

    Path journal() {
        return directory.resolve("journal");
    }

    /** A place for one more incident. */
    synchronized Scene scene(String kind, int variant) throws IOException {
        String name = "i" + scenes.size();
        Scene scene = new Scene(engine.api(), directory.resolve("shared"), kind, name, random.nextLong(), variant);
        scenes.add(scene);
        return scene;
    }

    /** The truth, once all are played. */
    List<Incident> incidents() {
        return scenes.stream().map(Scene::incident).toList();
    }

    /** Every event of the engine that somebody heard, in the order of hearing. */
    Set<String> heard() {
        heard.addAll(witness.lines());
        return heard;
    }

    void startRecorder() throws IOException {
        Path log = directory.resolve("recorder-" + ++recorders + ".log");
        RecorderProcess started = RecorderProcess.recording(
                List.of(), log, "unix://" + engine.api().socket(), journal());
        recorder = started;
        await("the recorder listens")
                .atMost(PATIENCE)
                .until(() -> started.output().contains("answers"));
        awaitRecorded();
    }

    /** {@code kill -9}. */
    void killRecorder() throws InterruptedException {
        if (recorder != null) {
            recorder.kill();
        }
    }

    void stopRecorder() throws IOException, InterruptedException {
        if (recorder != null) {
            awaitRecorded();
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
        }
    }

    /**
     * {@code kill -9}; returns when the recorder has noticed. An engine that is back before that leaves nothing but a gap in
     * the journal, which does not say that it was away.
     */
    void killEngine() throws IOException, InterruptedException {
        RecorderProcess listening = Objects.requireNonNull(recorder);
        int before = timesAway(listening);
        engine.kill();
        await("the recorder notices that the engine is gone")
                .pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .until(() -> timesAway(listening) > before);
    }

    private static int timesAway(RecorderProcess recorder) throws IOException {
        return recorder.output().split("trying again until it answers", -1).length;
    }

    /** The engine is there again: somebody listens to it, and the recorder does. */
    void engineIsBack() throws IOException {
        heard.addAll(witness.lines());
        witness.close();
        witness = Witness.of(engine.api().socket());
        awaitRecorded();
    }

    /** Until the journal has what happened up to now. */
    void awaitRecorded() throws IOException {
        String mark = "mark-" + ++marks;
        engine.api().tag("busybox", mark);
        await("the recorder writes " + mark)
                .pollInterval(Duration.ofMillis(100))
                .atMost(PATIENCE)
                .until(() -> isRecorded(mark + ":latest"));
    }

    private boolean isRecorded(String text) {
        try (Cursor cursor = Cursor.open(List.of(journal()))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                if (step == Cursor.Step.RECORD
                        && new String(cursor.record().payload().toArray(), StandardCharsets.UTF_8).contains(text)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        if (recorder != null) {
            recorder.close();
        }
        witness.close();
        engine.close();
    }
}
