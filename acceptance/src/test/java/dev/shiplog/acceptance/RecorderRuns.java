package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One recorder after the other, of one engine and into one journal; knows when each was started. Not thread safe. */
final class RecorderRuns implements AutoCloseable {
    /** What a JVM that has not got to its first line yet says to SIGTERM. */
    private static final int TERMINATED = 143;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final RealEngine engine;
    private final String as;
    private final List<Instant> starts = new ArrayList<>();
    private Path output;
    private RecorderProcess run;
    private int kills;
    private int stops;

    RecorderRuns(Path directory, RealEngine engine, String as) {
        this.directory = directory;
        this.engine = engine;
        this.as = as;
    }

    Path journal() {
        return directory.resolve("journal");
    }

    void start() throws IOException {
        output = directory.resolve("recorder-" + starts.size() + ".log");
        starts.add(Instant.now());
        run = RecorderProcess.recording(
                List.of(),
                output,
                "unix://" + engine.socket(),
                journal(),
                "--logs=all",
                "--roll=minutely",
                "--redact=none");
    }

    /** Until this run listens to the engine. */
    void awaitEngine() {
        await(as + ": the recorder reaches the engine")
                .atMost(PATIENCE)
                .until(() -> run.output().contains("answers"));
    }

    /** Until this run says anything: it has the journal, and looks for the engine. */
    void awaitWord() {
        await(as + ": the recorder starts")
                .atMost(PATIENCE)
                .until(() -> !run.output().isBlank());
    }

    /** {@code kill -9}. */
    void kill() throws IOException, InterruptedException {
        assertThat(run.isAlive())
                .as("run %d, %s: %s", starts.size(), as, run.output())
                .isTrue();
        run.kill();
        kills++;
    }

    /** SIGTERM; returns when it has ended. */
    void stop() throws IOException, InterruptedException {
        assertThat(run.isAlive())
                .as("run %d, %s: %s", starts.size(), as, run.output())
                .isTrue();
        run.terminate();
        int code = run.awaitEnd();
        if (code != TERMINATED || !run.output().isEmpty()) {
            assertThat(code)
                    .as("run %d, %s: %s", starts.size(), as, run.output())
                    .isZero();
        }
        stops++;
    }

    /** Until its journal tells all that was there before it. */
    void awaitSettled() {
        run.awaitSettled();
    }

    int kills() {
        return kills;
    }

    int stops() {
        return stops;
    }

    /**
     * How long each run took from the start of its process to its first record, ms, ascending; a run that was killed before has
     * none.
     *
     * @param marks receipts of the marks that say that a run begins, ns since the epoch
     */
    List<Long> startMillis(List<Long> marks) {
        List<Long> millis = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            long from = nanos(starts.get(i));
            long to = i + 1 < starts.size() ? nanos(starts.get(i + 1)) : Long.MAX_VALUE;
            marks.stream()
                    .filter(mark -> from <= mark && mark < to)
                    .findFirst()
                    .ifPresent(mark -> millis.add(TimeUnit.NANOSECONDS.toMillis(mark - from)));
        }
        Collections.sort(millis);
        return millis;
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    @Override
    public void close() {
        if (run != null) {
            run.close();
        }
    }
}
