package dev.shiplog.recorder.engine;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Cuts the body of an answer into messages, as the bytes arrive. For one thread. */
interface Messages {
    /**
     * Waits for the next message.
     *
     * @return null at the end
     * @throws IOException if the bytes end within a message, or do not begin with one
     */
    @Nullable
    Message next() throws IOException;

    /** Whether a part of the next message is here already; also true if that is not known. */
    default boolean hasArrived() throws IOException {
        return true;
    }
}
