package dev.shiplog.journal.archive;

import java.io.IOException;

/** A file is no archive, or does not match its manifest: it is damaged, cut short, or was changed. */
public final class MismatchException extends IOException {
    private static final long serialVersionUID = 1L;

    public MismatchException(String message) {
        super(message);
    }
}
