package dev.shiplog.journal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writing broke in a way after which this process must not touch the journal again: what was appended is intact, and a
 * fresh process goes on behind it. The caller halts without closing anything.
 */
public final class JournalFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    JournalFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
