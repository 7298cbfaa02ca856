package dev.shiplog.recorder.engine;

import java.io.Closeable;
import java.io.IOException;

/**
 * One Docker Engine (or what speaks its API), reached by unix socket or tcp. Gives bytes, never models. Thread safe; each
 * call opens what it needs, so the engine may go away and come back.
 */
public interface Engine extends Closeable {
    /**
     * What the engine said of itself.
     *
     * @param apiVersion the version that requests are made with, as in {@code 1.41}
     * @param server the Server header, as in {@code Docker/20.10.24 (linux)}
     * @param podman true if it is Podman's compatible API
     */
    record Greeting(String apiVersion, String server, boolean podman) {}

    /**
     * The engine at an address. It need not be there yet: nothing is opened before the first call.
     *
     * @param watchdog ends calls that get no answer; it stays the caller's
     */
    static Engine open(EngineAddress address, Watchdog watchdog) {
        return new DockerEngine(address, watchdog);
    }

    /**
     * Asks {@code /_ping} and settles the API version for the calls to come.
     *
     * @throws IOException in one clear line: what, where, what to do
     */
    Greeting greet() throws IOException;

    /**
     * The whole body of a successful answer.
     *
     * @param path without the version, as in {@code /containers/json?all=1}
     * @throws EngineStatusException if the status is not 2xx
     */
    byte[] get(String path) throws IOException;

    /**
     * An answer that goes on, line by line.
     *
     * @throws EngineStatusException if the status is not 2xx
     */
    LineStream stream(String path) throws IOException;

    /** Ends every call and stream that is open. Idempotent. */
    @Override
    void close();
}
