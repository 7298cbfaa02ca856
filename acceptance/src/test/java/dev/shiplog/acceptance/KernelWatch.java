package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Reads what the kernel counts of containers again and again, on a thread of its own, until it is closed. */
final class KernelWatch implements AutoCloseable {
    private static final long PAUSE_NANOS = 50_000_000;

    private final Map<String, Long> pids = new LinkedHashMap<>();
    private final Map<String, Boolean> networked = new LinkedHashMap<>();
    private final Map<String, List<Shot>> shots = new LinkedHashMap<>();
    private final long hostMemory;
    private final Thread thread = new Thread(this::watch, "kernel-watch");
    private volatile boolean over;
    private volatile Exception failure;

    /**
     * All of a container, read between two moments, in seconds since the epoch.
     *
     * @param values by the names of our series
     */
    record Shot(double begun, double ended, Map<String, Double> values) {}

    /** @param ids of containers that run until it is closed */
    KernelWatch(RealEngine engine, Iterable<String> ids) throws IOException {
        hostMemory = engine.memory();
        for (String id : ids) {
            JsonNode inspect = engine.inspect(id);
            pids.put(id, inspect.at("/State/Pid").asLong());
            networked.put(id, !inspect.at("/HostConfig/NetworkMode").asText().equals("none"));
            shots.put(id, Collections.synchronizedList(new ArrayList<>()));
        }
        thread.start();
    }

    private void watch() {
        try {
            while (!over) {
                for (String id : pids.keySet()) {
                    double begun = now();
                    Map<String, Double> values = KernelFigures.of(id, pids.get(id), networked.get(id), hostMemory);
                    shots.get(id).add(new Shot(begun, now(), values));
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    private static double now() {
        Instant now = Instant.now();
        return now.getEpochSecond() + now.getNano() / 1e9;
    }

    /** Those of a container so far, in order. */
    List<Shot> shots(String id) {
        assertThat(failure).isNull();
        synchronized (shots.get(id)) {
            return List.copyOf(shots.get(id));
        }
    }

    @Override
    public void close() {
        over = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertThat(failure).isNull();
    }
}
