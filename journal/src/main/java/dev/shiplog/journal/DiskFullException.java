package dev.shiplog.journal;

import java.io.IOException;

/** There is no room for the record; nothing was written, the journal is intact, and appending may be tried again. */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    DiskFullException(String message) {
        super(message);
    }
}
