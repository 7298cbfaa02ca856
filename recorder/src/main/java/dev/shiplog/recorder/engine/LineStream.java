package dev.shiplog.recorder.engine;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An open answer of the engine that never ends by itself, cut into its lines. One thread reads; any thread may close,
 * which ends a read that waits.
 */
public interface LineStream extends Closeable {
    /**
     * Waits for the next line.
     *
     * @return exactly the bytes that the engine sent, without the line feed; null if the engine ended the stream cleanly
     * @throws IOException if the stream broke (in the midst of a line, too) or was closed
     */
    byte @Nullable [] next() throws IOException;

    /** {@link System#nanoTime()} when the last bytes arrived, or when the stream was opened: what a watchdog asks. */
    long lastHeard();

    /** Idempotent. */
    @Override
    void close();

    /** Closes, and gives a reader that waits the reason. Idempotent: the first reason stays. */
    default void close(String reason) {
        close();
    }
}
