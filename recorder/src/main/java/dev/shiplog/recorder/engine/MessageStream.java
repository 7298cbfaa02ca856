package dev.shiplog.recorder.engine;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the engine that never ends by itself, cut into its messages. One thread opens and reads; any thread may
 * close, which ends an opening or a read that waits.
 */
public interface MessageStream extends Closeable {
    /**
     * Sends the request and waits for the head of the answer, for as long as that takes: an engine may send it only with
     * the first message. Whose patience ends has the stream watched, or closes it. Does nothing if it is open already.
     *
     * @throws EngineStatusException if the status is not 2xx
     * @throws IOException in one clear line, if there is no answer
     */
    void open() throws IOException;

    /**
     * Waits for the next message; opens the stream before if need be.
     *
     * @return null if the engine ended the stream cleanly
     * @throws EngineStatusException if the stream was not open, and the status is not 2xx
     * @throws IOException if the stream broke (in the midst of a message, too) or was closed
     */
    @Nullable
    Message next() throws IOException;

    /** {@link System#nanoTime()} when the last bytes arrived, or when the stream was made: what a watchdog asks. */
    long lastHeard();

    /** Idempotent. */
    @Override
    void close();

    /** Closes, and gives a reader that waits the reason. Idempotent: the first reason stays. */
    default void close(String reason) {
        close();
    }
}
