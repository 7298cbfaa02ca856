package dev.shiplog.journal.segment;

import java.io.IOException;

/**
 * Looks for the next good excerpt after damage, word by word, and finds out whether records are hidden after a header
 * that is zero. Not thread safe.
 */
final class DamageSearch {
    /** So many documents that follow each other do not come about by chance in a payload. */
    private static final int MANY_IN_A_ROW = 3;

    /** More zeros than between the last excerpt and the end of a segment. */
    private static final int MANY_ZEROS = 4 << 20;

    private final FileWindow window;
    private final ExpectedExcerpts expected;
    private long lastNonZero;

    DamageSearch(FileWindow window, ExpectedExcerpts expected) {
        this.window = window;
        this.expected = expected;
    }

    /** Returns the offset of the next good excerpt from {@code start} on; -1 if there is none. */
    long find(long start) throws IOException {
        lastNonZero = start - 1;
        long skippedTo = -1;
        for (long p = ChronicleFiles.align(start); window.load(p, 4); p += 4) {
            int word = window.intAt(p);
            if (word == 0) {
                p += window.zeros(p) - 4;
                if (p - lastNonZero > MANY_ZEROS && skippedTo < lastNonZero) {
                    p = window.skipZeros(p + 4) - 4; // a file may be gigabytes of nothing
                    skippedTo = p;
                }
                continue;
            }
            lastNonZero = p + 3;
            if (word > 0 && !ChronicleFiles.isMetadata(word) && expected.isGood(p, word)) {
                return p;
            }
        }
        return -1;
    }

    /** The last byte that is not zero, as far as the search came. */
    long lastNonZero() {
        return lastNonZero;
    }

    /**
     * After a search that found nothing: whether what follows the zero at {@code offset} was written before that was
     * zeroed. Otherwise it is a payload whose header is not written yet.
     */
    boolean isAnythingHidden(long offset) throws IOException {
        return lastNonZero >= offset + 4 + expected.longest() || isRowOfDocuments(offset + 4);
    }

    /**
     * Whether documents follow each other from {@code from} on, or soon after, up to the last byte. Without their group
     * they do not verify, but headers that lead from one to the next do not come about by chance.
     */
    private boolean isRowOfDocuments(long from) throws IOException {
        long end = lastNonZero;
        for (long start = from; start < end; start += 4) {
            long p = start;
            int row = 0;
            while (p <= end && window.load(p, 4) && isLengthOfExcerpt(window.intAt(p))) {
                p = ChronicleFiles.after(p, window.intAt(p));
                row++;
            }
            boolean closed = p <= end && window.load(p, 4) && window.intAt(p) == ChronicleFiles.EOF && p + 8 > end;
            if (row >= MANY_IN_A_ROW && (closed || p > end && p - end <= 8)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLengthOfExcerpt(int word) {
        return word >= Excerpt.MIN && word <= Excerpt.MAX;
    }
}
