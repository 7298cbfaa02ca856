package dev.shiplog.recorder.engine;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the engine that goes on, cut into its messages. One thread opens and reads, or has it followed; any thread may
 * close, which ends an opening or a read that waits.
 */
public interface MessageStream extends Closeable {
    /**
     * Sends the request and waits for the headers of the answer, for as long as that takes: an engine may send them
     * only with the first message. To bound the wait, have the stream watched, or close it. Does nothing if it is open
     * already.
     *
     * @throws EngineStatusException if the status is not 2xx
     * @throws IOException in one clear line, if there is no answer
     */
    void open() throws IOException;

    /**
     * Waits for the next message, after opening the stream if need be.
     *
     * @return null if the engine ended the stream cleanly
     * @throws EngineStatusException if the stream was not open, and the status is not 2xx
     * @throws IOException if the stream broke, even within a message, or was closed
     */
    @Nullable
    Message next() throws IOException;

    /** Takes what a stream brings. */
    interface Listener {
        /**
         * Takes the next message. Must not wait: other streams may be read on the same thread.
         *
         * @return false if no further one is wanted
         */
        boolean message(Message message);

        /**
         * The stream is over, and closed. Called once, and last.
         *
         * @param failure why, in one clear line; null if the engine ended it cleanly or no further message was wanted
         */
        void ended(@Nullable IOException failure);
    }

    /**
     * Gives each message to the listener as it comes, on a thread that may serve many streams. The caller has opened the
     * stream and does not read from it.
     */
    void follow(Listener listener);

    /** {@link System#nanoTime()} when the last bytes arrived, or when the stream was made; for a watchdog. */
    long lastHeard();

    /** Idempotent. */
    @Override
    void close();

    /** Closes, and gives the reason to a reader that waits. Idempotent: the first reason counts. */
    default void close(String reason) {
        close();
    }
}
