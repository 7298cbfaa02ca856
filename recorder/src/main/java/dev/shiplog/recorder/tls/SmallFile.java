package dev.shiplog.recorder.tls;

import dev.shiplog.journal.file.FileErrors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads files that hold a certificate, a key or a password. None of them can hold up its reader or fill the memory. */
public final class SmallFile {
    private static final int MOST_BYTES = 64 * 1024;

    private SmallFile() {}

    /** @throws IOException in one line, also if it is no regular file, or too long */
    public static byte[] read(Path file) throws IOException {
        if (FileErrors.isIrregular(file)) {
            throw new IOException(file + ": is not a regular file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException(file + ": is longer than " + MOST_BYTES / 1024 + " KiB; is it the right file?");
            }
            return bytes;
        }
    }
}
