package dev.shiplog.replay.verify;

import java.io.IOException;
import java.nio.file.Path;

/** Whoever waits for the outcome of a {@link Verification}. */
public interface Watcher {
    /** Something was found. */
    void found(Finding finding) throws IOException;

    /**
     * More was read; called often.
     *
     * @throws java.io.InterruptedIOException if the verification is to end
     */
    void read(Path file, long records) throws IOException;
}
