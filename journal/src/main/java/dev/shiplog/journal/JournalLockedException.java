package dev.shiplog.journal;

import java.io.IOException;
import java.nio.file.Path;

/** Another recorder writes to this journal. */
public final class JournalLockedException extends IOException {
    private static final long serialVersionUID = 1L;

    JournalLockedException(Path directory) {
        super(directory + ": another recorder writes to this journal; give each its own --data-dir");
    }
}
