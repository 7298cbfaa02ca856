package dev.shiplog.recorder.proc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads files that the kernel makes up, whose names and contents a container may have a say in. */
final class ProcFiles {
    /** A table of mounts may have thousands of lines. */
    private static final int MOST_BYTES = 1 << 20;

    private ProcFiles() {}

    /** Its lines; those beyond the first MiB are left out. */
    static List<String> lines(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1)
                    .lines()
                    .toList();
        }
    }
}
