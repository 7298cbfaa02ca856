package dev.shiplog.replay.command;

import java.io.IOException;

/** Whoever read the output has had enough, as {@code head} has. */
public final class BrokenPipeException extends IOException {
    private static final long serialVersionUID = 1L;

    public BrokenPipeException(IOException cause) {
        super(cause);
    }
}
