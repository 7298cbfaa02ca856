package dev.shiplog.journal.segment;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Steps through the documents of one segment's file, from one excerpt whose CRC holds to the next, and finds the way again
 * after damage. Trusts nothing: not lengths, not EOF markers, not that a file ends where it should. Not thread safe.
 *
 * <p>{@link ChronicleFiles} describes the framing. A live file grows while it is read, and a payload is there before its
 * header is. So after a header of zero there is at most as much as one payload may be; if there is more, something was
 * zeroed.
 */
final class ExcerptReader implements Closeable {
    enum Found {
        /** {@link #array()} from {@link #from()} to {@link #to()} is an excerpt without its CRC. */
        EXCERPT,
        /** The bytes from {@link #skippedFrom()} to {@link #position()} are damaged: {@link #reason()}. */
        SKIPPED,
        /** Nothing more, for now or for good: {@link #ending()}. */
        END
    }

    /** How the part that was read ends. */
    enum Ending {
        /** With nothing: all zeros, as a segment is while it is being made. */
        EMPTY,
        /** With room for the next excerpt. */
        OPEN,
        /** With an EOF marker. */
        MARKED,
        /** Without either: the file ends too soon. */
        CUT
    }

    private static final int CHUNK = 256 * 1024;
    private static final int SMALL_CHUNK = 4096;

    private final FileWindow window;
    private final ExpectedExcerpts expected;
    private final DamageSearch search;
    private final ChroniclePointers pointers = new ChroniclePointers();

    /** The next document begins here. */
    private long position;
    /** Nothing good was found after the end: from there on a live file only grows where it is read. */
    private boolean searched;
    /** There was damage without anything good after it: the next end does not prove that there is nothing. */
    private boolean unsure;

    private Ending ending = Ending.EMPTY;
    private long skippedFrom;
    private String reason = "";
    private long offset;
    private int from;
    private int to;

    ExcerptReader(Path file) throws IOException {
        this(new FileWindow(file, Long.MAX_VALUE, CHUNK, CHUNK + 4 + Math.max(Excerpt.MAX, ChroniclePage.MAX)));
    }

    /** Reads the file as if it ended after {@code limit} bytes, little more of it than its excerpts, and only small ones. */
    ExcerptReader(Path file, long limit) throws IOException {
        this(new FileWindow(file, limit, SMALL_CHUNK, 4 * SMALL_CHUNK));
    }

    private ExcerptReader(FileWindow window) {
        this.window = window;
        expected = new ExpectedExcerpts(window);
        search = new DamageSearch(window, expected);
    }

    /** As {@link ExpectedExcerpts#setJournal}. */
    void expectJournal(@Nullable String id) {
        expected.setJournal(id);
    }

    /** As {@link ExpectedExcerpts#setBase}. */
    void expectBase(long sequence) {
        expected.setBase(sequence);
    }

    /** As {@link ExpectedExcerpts#setGroup}. */
    void expectGroup(int salt) {
        expected.setGroup(salt);
    }

    /** As {@link ExpectedExcerpts#setIndex}. */
    void expectIndex(int index) {
        expected.setIndex(index);
    }

    /** Goes on at this offset, which must be that of an excerpt. */
    void seek(long newPosition) {
        position = newPosition;
        searched = false;
    }

    /** The file is complete: at its end, what comes after is searched once more. */
    void searchAgain() {
        searched = false;
    }

    Found next() throws IOException {
        boolean fresh = false;
        while (true) {
            boolean there = window.load(position, 4);
            int word = there ? window.intAt(position) : 0;
            if (word > 0 && isGood(word)) {
                if (read(word)) {
                    return Found.EXCERPT;
                }
                fresh = false;
                continue;
            }
            if (!fresh) {
                window.forget(); // what is in memory may have been read while it was being written
                fresh = true;
                continue;
            }
            if (there && word == 0 && searched && !unsure) {
                return Found.END;
            }
            long good = search.find(position + (there ? 4 : 0));
            boolean hidden = good < 0 && there && word == 0 && search.isAnythingHidden(position);
            if (good < 0 && !hidden) {
                return stop(there, word);
            }
            window.forget();
            if (window.load(position, 4) && window.intAt(position) != word) {
                fresh = false; // written just now
                continue;
            }
            unsure |= hidden;
            return skip(hidden ? ChronicleFiles.align(search.lastNonZero() + 1) : good, explain(word));
        }
    }

    private boolean isGood(int word) throws IOException {
        int length = ChronicleFiles.length(word);
        return ChronicleFiles.isMetadata(word) ? isMetadata(length) : expected.isGood(position, length);
    }

    /** Whether the document here is one of Chronicle's own, and whole: a flipped bit must not hide a record. */
    private boolean isMetadata(int length) throws IOException {
        return length >= ChroniclePage.PREFIX
                && window.load(position, 4 + ChroniclePage.PREFIX)
                && position + 4 + length <= window.size()
                && length == ChroniclePage.length(window.array(), window.index(position) + 4);
    }

    /** Goes past the good document here; true if it is an excerpt. */
    private boolean read(int word) throws IOException {
        offset = position;
        position = ChronicleFiles.after(offset, word);
        pointers.read(offset, position);
        ending = Ending.OPEN;
        int length = ChronicleFiles.length(word);
        if (ChronicleFiles.isMetadata(word)) {
            if (window.load(offset, 4 + length)) {
                pointers.add(window.array(), window.index(offset) + 4);
            }
            return false;
        }
        int payload = window.index(offset) + 4;
        from = payload + Excerpt.CRC_WIDTH;
        to = payload + length;
        expected.read(type());
        return true;
    }

    /** Nothing good comes after this word: it is the end, or damage up to the end. */
    private Found stop(boolean there, int word) throws IOException {
        searched = true;
        long size = window.size();
        if (there && position == 0 && ChronicleFiles.isBeingMade(word)) {
            ending = Ending.EMPTY;
            return Found.END;
        }
        if (there && word == 0) {
            ending = Ending.OPEN;
            return Found.END;
        }
        if (word == ChronicleFiles.EOF) {
            ending = Ending.MARKED;
            return Found.END;
        }
        if (!there) {
            if (ending == Ending.CUT) {
                return Found.END;
            }
            ending = Ending.CUT;
            unsure = true;
            return skip(Math.max(size, position), size == 0 ? "the file is empty" : "the file is cut short");
        }
        int length = ChronicleFiles.length(word);
        boolean plausible = word > 0 && length <= (ChronicleFiles.isMetadata(word) ? ChroniclePage.MAX : Excerpt.MAX);
        unsure = true;
        if (plausible && position + 4 + length > size) {
            ending = Ending.CUT;
            return skip(size, "the file is cut short in the midst of an excerpt");
        }
        ending = Ending.OPEN;
        return skip(ChronicleFiles.align(Math.max(search.lastNonZero() + 1, position + 4)), explain(word));
    }

    private Found skip(long upTo, String why) {
        skippedFrom = position;
        position = upTo;
        reason = why;
        return Found.SKIPPED;
    }

    private String explain(int word) throws IOException {
        if (word == 0) {
            return "zeros where an excerpt should be";
        }
        if (word < 0) {
            return "an excerpt that is marked as not complete";
        }
        if (ChronicleFiles.isMetadata(word)) {
            return "an excerpt that is marked as metadata and is none";
        }
        return expected.reason(position, ChronicleFiles.length(word));
    }

    /** Whether Chronicle's own documents pointed to documents only, from the beginning of the file. */
    boolean isConsistent() {
        return pointers.areConsistent();
    }

    byte[] array() {
        return window.array();
    }

    /** The type of the excerpt just found. */
    int type() {
        return window.array()[from] & 0xFF;
    }

    /** Where the excerpt just found begins in {@link #array()}: its type. */
    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** Where the excerpt just found begins in the file. */
    long offset() {
        return offset;
    }

    /** The first byte that is neither read nor skipped. */
    long position() {
        return position;
    }

    long skippedFrom() {
        return skippedFrom;
    }

    String reason() {
        return reason;
    }

    Ending ending() {
        return ending;
    }

    long size() throws IOException {
        return window.size();
    }

    @Override
    public void close() throws IOException {
        window.close();
    }
}
