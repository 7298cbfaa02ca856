package dev.shiplog.journal.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** There is no room for the record. Nothing was written, the journal is intact, and appending may be tried again. */
public final class DiskFullException extends IOException {
    private static final long serialVersionUID = 1L;

    public DiskFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
