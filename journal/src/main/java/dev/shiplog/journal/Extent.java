package dev.shiplog.journal;

import java.nio.file.Path;

/**
 * Bytes of a file that hold one record or several.
 *
 * @param from the first byte, with what frames it
 * @param to the first byte after it
 */
public record Extent(Path file, long from, long to) {
    /** How many bytes. */
    public long length() {
        return to - from;
    }
}
