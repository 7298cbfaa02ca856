package dev.shiplog.journal.segment;

import java.io.IOException;

/** Takes the excerpts that an {@link ExcerptWriter} makes, and adds them to the file of a segment in that order. */
public interface ExcerptSink {
    /**
     * Makes sure of the room for so many bytes. What comes before the next call takes no more.
     *
     * @throws IOException if there is none; then none of them comes
     */
    void reserve(long bytes) throws IOException;

    /** Adds an excerpt: the first {@code length} bytes of {@code array}, which the caller overwrites afterwards. */
    void put(byte[] array, int length) throws IOException;
}
