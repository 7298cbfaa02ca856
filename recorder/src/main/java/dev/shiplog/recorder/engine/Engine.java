package dev.shiplog.recorder.engine;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Calls one Docker Engine, or whatever speaks its API, by unix socket or tcp. Gives bytes, never models. Each call
 * opens what it needs, so the engine may go away and come back. Thread safe.
 */
public interface Engine extends Closeable {
    /** A busy engine takes seconds to list 2,000 containers or to answer under load, but it does not take this long. */
    Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * What the engine says about itself.
     *
     * @param apiVersion the version of the requests, as in {@code 1.41}
     * @param server the Server header, as in {@code Docker/20.10.24 (linux)}
     * @param podman true if it is Podman's compatible API
     */
    record Greeting(String apiVersion, String server, boolean podman) {}

    /** Reads an answer as it arrives, where it may be too large for memory. */
    @FunctionalInterface
    interface BodyReader<T> {
        /**
         * Reads as much as it needs.
         *
         * @param body throws an IOException where the answer was cut; need not be closed
         * @throws IOException if the body is not what it should be, or cannot be read
         */
        T read(InputStream body) throws IOException;
    }

    /** As {@link #open(EngineAddress, Watchdog, Duration, int)}, with the usual patience and no limit. */
    static Engine open(EngineAddress address, Watchdog watchdog) {
        return open(address, watchdog, PATIENCE, Integer.MAX_VALUE);
    }

    /**
     * The engine at an address. It need not run yet: nothing is opened before the first call.
     *
     * @param watchdog ends calls that get no answer; the caller closes it
     * @param patience how long the engine may be silent when an answer is due
     * @param mostCalls short calls that may be under way at once; others wait for their turn
     */
    static Engine open(EngineAddress address, Watchdog watchdog, Duration patience, int mostCalls) {
        return new DockerEngine(address, watchdog, patience, mostCalls);
    }

    /** How long it may be silent before and within an answer, unless a call says otherwise. */
    default Duration patience() {
        return PATIENCE;
    }

    /** The same, for a call that gives up after {@code most} at the latest. */
    default Duration patience(Duration most) {
        return most.compareTo(patience()) < 0 ? most : patience();
    }

    /**
     * Asks {@code /_ping} and sets the API version for later calls.
     *
     * @throws UnfitEngineException in one clear line, if this is no engine, or one too old
     * @throws IOException in one clear line: what, where, what to do. The engine may answer other calls all the same:
     *     {@link #assume}
     */
    Greeting greet() throws IOException;

    /**
     * The greeting of an engine that does not answer {@code /_ping}: with the version agreed before, else the newest
     * that we know. An engine that does not speak it refuses calls and names one that it speaks: {@link #settle}.
     */
    Greeting assume();

    /** Whether what answered {@link #greet} last is Podman; false before. */
    boolean isPodman();

    /**
     * Sets the API version that a refusal names, for later calls.
     *
     * @return false if it names none, one too old, or the one in use
     */
    boolean settle(EngineStatusException refusal);

    /**
     * The whole body of a successful answer, without the white space and byte order mark around it.
     *
     * @param path without the version, as in {@code /containers/json?all=1}
     * @throws EngineStatusException if the status is not 2xx
     * @throws IOException in one clear line, also if the body is too large for memory
     */
    byte[] get(String path) throws IOException;

    /**
     * The same.
     *
     * @param patience how long the engine may be silent before and within its answer
     * @throws IOException as above, and when the patience ends
     */
    byte[] get(String path, Duration patience) throws IOException;

    /** Takes the answer to what was asked without waiting. Its methods must not wait: other answers are read on that thread. */
    interface Asked {
        /** The whole body of a successful answer, without the white space and byte order mark around it. */
        void answered(byte[] body);

        /** There is no such answer: what {@link Engine#get} throws. */
        void failed(IOException failure);
    }

    /**
     * As {@link #get(String, Duration)}, without waiting for the answer: any number of answers are read by one thread as they
     * come. Waits only where no more calls may be under way.
     *
     * @param asked is told once how it went, maybe before this returns
     */
    void ask(String path, Duration patience, Asked asked);

    /**
     * Reads the body of a successful answer, however large. The body is whole when this returns, even if the reader
     * stopped before its end.
     *
     * @throws EngineStatusException if the status is not 2xx
     * @throws IOException in one clear line, also when the patience ends; and what the reader throws
     */
    <T> T read(String path, Duration patience, BodyReader<T> reader) throws IOException;

    /**
     * An answer that goes on, message by message. Nothing is sent before {@link MessageStream#open} or the first
     * {@link MessageStream#next}, so the caller can close the stream while it opens.
     *
     * @throws IOException in one clear line, if there is nothing to connect with
     */
    MessageStream stream(String path) throws IOException;

    /**
     * The log of a container, message by message: a byte for the stream (0 a terminal, 1 stdout, 2 stderr, 3 the engine's
     * own words), then the message as the engine sends it. Nothing is sent before, as in {@link #stream}.
     *
     * @param path as in {@code /containers/ID/logs?stdout=1&timestamps=1}; without times a terminal's lines cannot be told
     *     from frames
     * @throws IOException in one clear line, if there is nothing to connect with
     */
    MessageStream logs(String path) throws IOException;

    /**
     * Whether the engine accepts a new connection and answers {@code /_ping} on it. An engine that goes down does
     * neither, though it still answers on the connections that it has.
     *
     * @param patience how long to wait for the answer
     */
    boolean takesConnections(Duration patience);

    /** Ends all calls and closes all streams. Idempotent. */
    @Override
    void close();
}
