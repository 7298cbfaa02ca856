package dev.shiplog.journal.segment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The segments of a journal, oldest first: derived from the file names, never stored. */
public final class Catalog {
    private Catalog() {}

    /**
     * Lists the segments of the journals, or the segment files, at {@code sources}.
     *
     * @throws IOException naming the path that is not there, not readable, or holds no segment
     */
    public static List<Path> list(List<Path> sources) throws IOException {
        throw new UnsupportedOperationException();
    }
}
