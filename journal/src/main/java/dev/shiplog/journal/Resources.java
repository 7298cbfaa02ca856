package dev.shiplog.journal;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Closes what was opened, in reverse order: all of it, whatever fails. The first failure is thrown, and later ones are
 * suppressed in it. Closing twice is harmless.
 */
final class Resources implements Closeable {
    private final Deque<Closeable> opened = new ArrayDeque<>();

    <T extends Closeable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    @Override
    public void close() throws IOException {
        Closeable last = opened.poll();
        if (last != null) {
            Closeable others = this;
            try (others) {
                last.close();
            }
        }
    }

    /** Closes all because of {@code failure}, which is not to be hidden by another one. */
    void closeAfter(Throwable failure) {
        try {
            close();
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
