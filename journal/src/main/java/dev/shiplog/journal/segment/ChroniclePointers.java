package dev.shiplog.journal.segment;

import java.util.TreeSet;

/**
 * Follows where Chronicle's own documents point to, while a segment is read from its beginning: each pointer must lead to
 * a document. Not thread safe.
 */
final class ChroniclePointers {
    private final TreeSet<Long> pending = new TreeSet<>();
    /** The lowest of them. */
    private long lowest = Long.MAX_VALUE;
    /** A pointer led to no document. */
    private boolean astray;

    /** Takes the pointers of the document whose payload begins at {@code from}. */
    void add(byte[] array, int from) {
        ChroniclePage.pointers(array, from, pending::add);
        lowest = pending.isEmpty() ? Long.MAX_VALUE : pending.first();
    }

    /** A document was read at {@code offset}; the next one begins at {@code next}. */
    void read(long offset, long next) {
        while (lowest < next) {
            astray |= lowest != offset;
            pending.remove(lowest);
            lowest = pending.isEmpty() ? Long.MAX_VALUE : pending.first();
        }
    }

    /** Whether each pointer so far led to a document, and none is open. */
    boolean areConsistent() {
        return !astray && pending.isEmpty();
    }
}
