package dev.shiplog.recorder.engine;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

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

    /** Takes in an answer as it comes, when that may be too large to be held at once. */
    @FunctionalInterface
    interface BodyReader<T> {
        /**
         * Reads as much as it needs.
         *
         * @param body fails with an IOException where the answer was cut; need not be closed
         * @throws IOException if the body is not what it should be, or cannot be read
         */
        T read(InputStream body) throws IOException;
    }

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
     * @throws UnfitEngineException in one clear line, if that is no engine for us
     * @throws IOException in one clear line: what, where, what to do. If an engine is there, the other calls may be
     *     answered all the same: {@link #assume}
     */
    Greeting greet() throws IOException;

    /**
     * What is made of an engine that does not answer {@code /_ping}: what was agreed with it before, else the newest
     * version that we know. One that does not speak that says so: {@link #settle}.
     */
    Greeting assume();

    /**
     * Settles the API version that the refusal of another one names, for the calls to come.
     *
     * @return false if it names none, one that is too old, or the one that was refused
     */
    boolean settle(EngineStatusException refusal);

    /**
     * The whole body of a successful answer, without the white space and byte order mark around it.
     *
     * @param path without the version, as in {@code /containers/json?all=1}
     * @throws EngineStatusException if the status is not 2xx
     * @throws IOException in one clear line, also if the body is too large to be held
     */
    byte[] get(String path) throws IOException;

    /**
     * The same, of an engine that may be silent for so long before its answer and within it.
     *
     * @throws IOException as above, and when the patience ends
     */
    byte[] get(String path, Duration patience) throws IOException;

    /**
     * What a reader makes of the body of a successful answer, however large that is. The body is known to be whole when
     * this returns, whether or not the reader went to its end.
     *
     * @throws EngineStatusException if the status is not 2xx
     * @throws IOException in one clear line, also when the patience ends; and what the reader throws, as it is
     */
    <T> T read(String path, Duration patience, BodyReader<T> reader) throws IOException;

    /**
     * An answer that goes on, message by message. Nothing is sent before {@link MessageStream#open} or the first
     * {@link MessageStream#next}, so that who may have to end the opening holds the stream already.
     *
     * @throws IOException in one clear line, if there is nothing to connect with
     */
    MessageStream stream(String path) throws IOException;

    /**
     * Whether the engine takes a connection that is new and answers {@code /_ping} on it. An engine that is going down
     * refuses both, though it goes on answering on connections that it has.
     *
     * @param patience how long to wait for the answer; with none until then it is false
     */
    boolean takesConnections(Duration patience);

    /** Ends every call and stream that is open. Idempotent. */
    @Override
    void close();
}
