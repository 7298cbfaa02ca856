package dev.shiplog.journal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writing failed in a way after which this process must not touch the journal again. What was appended is intact, and a
 * new process goes on after it. The caller ends the process without closing anything.
 */
public final class JournalFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    JournalFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
