package dev.shiplog.recorder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/** One run of the recorder in this process, by a wall clock that a test sets. */
public final class TimedRecorder implements Closeable {
    private final Recorder recorder;
    private final CompletableFuture<Void> end;

    /** @param wall ns since the epoch */
    public TimedRecorder(String engine, Path journal, LongSupplier wall) {
        Map<String, List<String>> flags = Map.of(
                "docker-host", List.of(engine),
                "data-dir", List.of(journal.toString()),
                "stats-interval", List.of("0"),
                "sync-interval", List.of("50ms"),
                "stop-grace", List.of("50ms"),
                "roll", List.of("ten-minutely"),
                "listen", List.of("none"));
        try {
            Settings settings = new Settings(flags, Map.of(), RecorderConfig.OPTIONS);
            recorder = new Recorder(RecorderConfig.of(settings, Map.of()), wall, "test");
        } catch (UsageException e) {
            throw new IllegalArgumentException(e);
        }
        end = CompletableFuture.runAsync(this::run);
    }

    private void run() {
        try {
            recorder.run();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** As at SIGTERM. */
    @Override
    public void close() throws IOException {
        try {
            recorder.stop("terminated");
            end.get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IOException("the recorder did not end well", e);
        }
    }
}
