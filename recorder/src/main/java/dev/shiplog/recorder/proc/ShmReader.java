package dev.shiplog.recorder.proc;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Reads the shared memory of containers on threads that can be left behind: a container may have put a file system in the way
 * that never answers. One that does not is not asked again until it has. For one thread.
 */
public final class ShmReader implements Closeable {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    /** While so many do not answer, no other is asked. */
    private static final int MOST_HANGING = 4;

    private final Duration patience;
    private final Source source;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "shiplog-shm");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, Future<?>> hanging = new HashMap<>();

    /** What may take for ever. */
    interface Source {
        Reading<SharedMemory> read(Path process, String hostDevice) throws IOException;
    }

    public ShmReader() {
        this(SharedMemory::read, PATIENCE);
    }

    ShmReader(Source source, Duration patience) {
        this.source = source;
        this.patience = patience;
    }

    /**
     * Reads that of a container.
     *
     * @param process its first
     * @param isHosts whether it was given the host's
     * @param hostDevice the device of that
     */
    public Reading<SharedMemory> read(String container, Path process, boolean isHosts, String hostDevice)
            throws IOException, InterruptedException {
        if (isHosts) {
            return SharedMemory.hosts();
        }
        hanging.values().removeIf(Future::isDone);
        if (hanging.containsKey(container) || hanging.size() >= MOST_HANGING) {
            return noAnswer();
        }
        Future<Reading<SharedMemory>> answer = threads.submit(() -> source.read(process, hostDevice));
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            hanging.put(container, answer);
            return noAnswer();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    private static Reading<SharedMemory> noAnswer() {
        return Reading.skipped("no answer");
    }

    /** Waits for none of them. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
