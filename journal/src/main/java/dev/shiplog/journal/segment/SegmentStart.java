package dev.shiplog.journal.segment;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a segment begins with: it says where the segment belongs in its journal, whatever its file is called. No two
 * segments begin alike, so files that do are copies of one.
 *
 * @param offset of the first excerpt in the file
 * @param journal the id of the journal, empty if the header is damaged
 * @param created when the header was written, ns since the epoch, or 0
 * @param first the first group, without its tally
 */
public record SegmentStart(long offset, String journal, long created, Group first) {
    /** Chronicle's own pages are at most 64 KiB; a segment that does not begin within this is damaged. */
    private static final int ROOM = 128 * 1024;

    /** Whether the salt of the first group follows from the journal's id and the base, so that neither is damaged. */
    public boolean isProven() {
        return first.salt() == Excerpt.salt(journal, first.base());
    }

    /** Reads a few KB of {@code file}; null if it does not begin as a segment does. */
    static @Nullable SegmentStart of(Path file) {
        try (ExcerptReader excerpts = new ExcerptReader(file, ROOM)) {
            return read(excerpts);
        } catch (IOException e) {
            return null; // whoever reads the segment reports the loss
        }
    }

    private static @Nullable SegmentStart read(ExcerptReader excerpts) throws IOException {
        long offset = -1;
        String journal = "";
        long created = 0;
        ExcerptReader.Found found;
        do {
            found = excerpts.next();
            byte[] array = excerpts.array();
            int body = excerpts.from() + 1;
            if (found != ExcerptReader.Found.EXCERPT) {
                continue;
            }
            offset = offset < 0 ? excerpts.offset() : offset;
            if (excerpts.type() == Excerpt.GROUP) {
                Group first = Group.read(array, body, excerpts.to());
                return first == null ? null : new SegmentStart(offset, journal, created, first.alone());
            }
            if (SegmentHeader.version(array, body) > SegmentHeader.VERSION) {
                return null;
            }
            SegmentHeader header = SegmentHeader.read(array, body, excerpts.to());
            journal = header.journal();
            created = header.created();
            excerpts.expectJournal(journal);
        } while (found != ExcerptReader.Found.END);
        return null;
    }
}
