package dev.shiplog.replay.command;

import java.io.IOException;

/** The reader of the output has closed it, as {@code head} does. */
public final class BrokenPipeException extends IOException {
    private static final long serialVersionUID = 1L;

    public BrokenPipeException(IOException cause) {
        super(cause);
    }
}
