package dev.shiplog.replay.archive;

import dev.shiplog.journal.file.FileErrors;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The system fails to read a segment, or refuses to; it need not be damaged. */
final class UnreadableException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;

    UnreadableException(Path file, IOException cause) {
        super(line(file, cause), cause);
        this.file = file;
    }

    private static String line(Path file, IOException cause) {
        String line = FileErrors.line(cause);
        return line.startsWith(file.toString()) ? line : file + ": " + line;
    }

    /** Which one. */
    Path file() {
        return file;
    }

    /** Whether it is not there any more. */
    boolean isGone() {
        return getCause() instanceof NoSuchFileException;
    }

    /** Whether this user may not read it. */
    boolean isRefused() {
        return getCause() instanceof AccessDeniedException;
    }
}
