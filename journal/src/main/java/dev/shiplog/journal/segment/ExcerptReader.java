package dev.shiplog.journal.segment;

import dev.shiplog.journal.codec.Encoder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Steps through the framing of one segment's file, from one excerpt whose CRC holds to the next, and finds the way again
 * behind damage. Trusts nothing: not lengths, not end marks, not that a file ends where it should. Not thread safe.
 *
 * <p>Chronicle's framing, little endian: a file is a sequence of documents from offset 0, each a 4-byte header and its
 * bytes, padded so that the next header is 4-byte aligned. Bits 0 to 29 of the header are the length; bit 30 says
 * metadata (Chronicle's own: a file header, index pages), bit 31 not complete. 0 means nothing here yet, 0xC0000000 end
 * of the segment. What follows the last document is zeros up to the file's length, or half a document after a kill. A
 * live file grows while it is read: the payload is there before its header is. So behind a 0 there is at most as much as
 * one payload may be; if there is more, something was zeroed.
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
        /** With an end mark. */
        MARKED,
        /** Without either: the file ends too soon. */
        CUT
    }

    private static final int LENGTH = 0x3FFF_FFFF;
    private static final int META = 0x4000_0000;
    private static final int INCOMPLETE = 0x8000_0000;
    private static final int END_MARK = 0xC000_0000;
    /** A HEADER or GROUP, and what is not zero of a new index page, is smaller than this. */
    private static final int MAX_HEAD = 2048;

    /** So many documents that follow each other do not stand in a payload. */
    private static final int MANY_IN_A_ROW = 3;

    private static final int CHUNK = 256 * 1024;
    private static final int SMALL_CHUNK = 4096;
    private static final byte[] ZEROS = new byte[64 * 1024];

    /** More zeros than between the last excerpt and the end of a segment. */
    private static final int MANY_ZEROS = 4 << 20;

    private final Path file;
    /** Of the file that is open. */
    private final @Nullable Object identity;

    private final FileChannel channel;
    private final long limit;
    private final int chunk;
    private final byte[] buffer;
    private final ByteBuffer view;
    private final CRC32C crc = new CRC32C();
    private long bufferStart;
    private int buffered;

    /** The next document begins here. */
    private long position;
    /** Nothing good was found behind the end: from there on a live file only grows where it is read. */
    private boolean searched;
    /** The last byte that is not zero, as far as the search came. */
    private long lastNonZero;

    private Ending ending = Ending.EMPTY;
    private boolean unsure;
    private long skippedFrom;
    private String reason = "";
    private long offset;
    private int from;
    private int to;

    private @Nullable String journal;
    private boolean inGroup;
    /** The last excerpt was a HEADER: a GROUP must follow. */
    private boolean headed;

    private int salt;
    private int nextIndex;
    private long nextBase;

    /** Where Chronicle's own documents say that there is one. */
    private final TreeSet<Long> pointers = new TreeSet<>();
    /** The lowest of them. */
    private long pointer = Long.MAX_VALUE;
    /** There was none at one of them. */
    private boolean astray;

    ExcerptReader(Path file) throws IOException {
        this(file, Long.MAX_VALUE, CHUNK, CHUNK + 4 + Math.max(Excerpt.MAX, ChroniclePage.MAX));
    }

    /** Reads the file as if it ended after {@code limit} bytes, little more of it than its excerpts, and only small ones. */
    ExcerptReader(Path file, long limit) throws IOException {
        this(file, limit, SMALL_CHUNK, 4 * SMALL_CHUNK);
    }

    private ExcerptReader(Path file, long limit, int chunk, int capacity) throws IOException {
        this.file = file;
        identity = Segment.identity(file);
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new FileSystemException(file.toString(), null, "not a regular file"); // a pipe would not even open
        }
        this.limit = limit;
        this.chunk = chunk;
        buffer = new byte[capacity];
        view = ByteBuffer.wrap(buffer);
        channel = FileChannel.open(file, StandardOpenOption.READ);
    }

    /** From here on only headers and groups of this journal are good; null if any are. */
    void journal(@Nullable String id) {
        journal = id;
    }

    /** From here on groups are good if they begin with this sequence or a later one. */
    void nextBase(long sequence) {
        nextBase = sequence;
    }

    /** From here on records and parts of the group with this salt are good. */
    void group(int newSalt) {
        inGroup = true;
        salt = newSalt;
        nextIndex = 0;
    }

    /** From here on records of the group are good if their index is this or a higher one. */
    void nextIndex(int index) {
        nextIndex = index;
    }

    /** Goes on at this offset, which must be that of an excerpt. */
    void position(long newPosition) {
        position = newPosition;
        searched = false;
    }

    /** The file is complete: at its end, what is behind it is searched once more. */
    void complete() {
        searched = false;
    }

    Found next() throws IOException {
        boolean fresh = false;
        while (true) {
            boolean there = load(position, 4);
            int word = there ? wordAt(position) : 0;
            if (word > 0) {
                int length = word & LENGTH;
                if ((word & META) == 0 ? isExcerpt(position, length) : isMeta(position, length)) {
                    offset = position;
                    position = after(position, length);
                    arrive();
                    ending = Ending.OPEN;
                    if ((word & META) == 0) {
                        from = at(offset) + 4 + Excerpt.CRC_WIDTH;
                        to = at(offset) + 4 + length;
                        headed = type() == Excerpt.HEADER;
                        return Found.EXCERPT;
                    }
                    if (load(offset, 4 + length)) {
                        ChroniclePage.pointers(buffer, at(offset) + 4, pointers::add);
                        pointer = pointers.isEmpty() ? Long.MAX_VALUE : pointers.first();
                    }
                    fresh = false;
                    continue;
                }
            }
            if (!fresh) {
                forget(); // what is in the buffer may have been read while it was being written
                fresh = true;
                continue;
            }
            if (there && word == 0 && searched && !unsure) {
                return Found.END;
            }
            long good = search(position + (there ? 4 : 0));
            boolean hidden = good < 0
                    && there
                    && word == 0
                    && (lastNonZero >= position + 4 + mostBehindZero() || documentsBehindZero());
            if (good >= 0 || hidden) {
                forget();
                if (load(position, 4) && wordAt(position) != word) {
                    fresh = false; // written just now
                    continue;
                }
                unsure |= hidden;
                return skip(hidden ? align(lastNonZero + 1) : good, explain(word));
            }
            return stop(there, word);
        }
    }

    /** Sees which pointers lead to the document at {@link #offset}, and which to nowhere. */
    private void arrive() {
        while (pointer < position) {
            astray |= pointer != offset;
            pointers.remove(pointer);
            pointer = pointers.isEmpty() ? Long.MAX_VALUE : pointers.first();
        }
    }

    /** Whether all documents were there, from the beginning of the file, that Chronicle's own point to. */
    boolean isConsistent() {
        return !astray && pointers.isEmpty();
    }

    /** How many bytes of a payload whose header is not yet written may stand here. */
    private int mostBehindZero() {
        boolean headDue = !inGroup || headed || nextIndex >= Encoder.MAX_GROUP;
        return headDue ? MAX_HEAD : Excerpt.MAX;
    }

    /**
     * Whether what stands behind a head of zero is no half payload but a row of documents, up to its last byte. Without
     * their group they do not verify, but heads that lead from one to the next do not come about by chance.
     */
    private boolean documentsBehindZero() throws IOException {
        long end = lastNonZero;
        for (long start = position + 4; start < end; start += 4) {
            long p = start;
            int row = 0;
            while (p <= end && load(p, 4) && isHeadOfExcerpt(wordAt(p))) {
                p = after(p, wordAt(p));
                row++;
            }
            boolean marked = p <= end && load(p, 4) && wordAt(p) == END_MARK && p + 8 > end;
            if (row >= MANY_IN_A_ROW && (marked || p > end && p - end <= 8)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHeadOfExcerpt(int word) {
        return word >= Excerpt.MIN && word <= Excerpt.MAX;
    }

    private Found stop(boolean there, int word) throws IOException {
        searched = true;
        long size = size();
        if (there && position == 0 && (word == 0 || word == INCOMPLETE)) {
            ending = Ending.EMPTY;
            return Found.END;
        }
        if (there && word == 0) {
            ending = Ending.OPEN;
            return Found.END;
        }
        if (word == END_MARK) {
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
        int length = word & LENGTH;
        boolean plausible = word > 0 && length <= ((word & META) == 0 ? Excerpt.MAX : ChroniclePage.MAX);
        unsure = true;
        if (plausible && position + 4 + length > size) {
            ending = Ending.CUT;
            return skip(size, "the file is cut short in the midst of an excerpt");
        }
        ending = Ending.OPEN;
        return skip(align(Math.max(lastNonZero + 1, position + 4)), explain(word));
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
        int length = word & LENGTH;
        if (word < 0) {
            return "an excerpt that is marked as not complete";
        }
        if ((word & META) != 0) {
            return "an excerpt that is marked as metadata and is none";
        }
        if (length < Excerpt.MIN || length > Excerpt.MAX) {
            return "an excerpt with the impossible length " + length;
        }
        return load(position, 4 + length) && (matches(position, length, 0) || matches(position, length, salt))
                ? "an excerpt that is out of order"
                : "an excerpt whose checksum does not match";
    }

    byte[] array() {
        return buffer;
    }

    /** The type of the excerpt just found. */
    int type() {
        return buffer[from] & 0xFF;
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

    /** The first byte that is not yet read or skipped. */
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
        return Math.min(channel.size(), limit);
    }

    /** Looks for the next good excerpt from here; -1 if there is none. */
    private long search(long start) throws IOException {
        lastNonZero = start - 1;
        long skipped = -1;
        for (long p = align(start); load(p, 4); p += 4) {
            int word = wordAt(p);
            if (word == 0) {
                p += zeros(p) - 4;
                if (p - lastNonZero > MANY_ZEROS && skipped < lastNonZero && isStillNamed()) {
                    p = Zeros.skip(file, p + 4) - 4;
                    skipped = p;
                }
                continue;
            }
            lastNonZero = p + 3;
            if (word > 0 && (word & META) == 0 && isExcerpt(p, word)) {
                return p;
            }
        }
        return -1;
    }

    /** Whether the name of the file that is open has not become that of another. */
    private boolean isStillNamed() {
        return identity != null && identity.equals(Segment.identity(file));
    }

    /** How many bytes from {@code p} on, in whole words, are zero; a file may be gigabytes of nothing. */
    private int zeros(long p) {
        int start = at(p);
        int count = Math.min(buffered - start, ZEROS.length);
        int zeros = Arrays.mismatch(buffer, start, start + count, ZEROS, 0, count);
        return (zeros < 0 ? count : zeros) & ~3;
    }

    /** Whether the document at {@code p} is an excerpt that may come next and is whole. */
    private boolean isExcerpt(long p, int length) throws IOException {
        if (length < Excerpt.MIN || length > Excerpt.MAX || !load(p, 4 + Excerpt.MIN)) {
            return false;
        }
        int type = buffer[at(p) + 4 + Excerpt.CRC_WIDTH] & 0xFF;
        if (type == Excerpt.HEADER || type == Excerpt.GROUP) {
            return load(p, 4 + length) && matches(p, length, 0) && mayCome(type, at(p) + 4 + 5, at(p) + 4 + length);
        }
        return inGroup
                && (type < 0x80 || type == Excerpt.PART)
                && load(p, 4 + length)
                && index(p) >= nextIndex
                && matches(p, length, salt);
    }

    private boolean mayCome(int type, int bodyFrom, int bodyTo) throws IOException {
        if (type == Excerpt.HEADER) {
            return SegmentHeader.begins(buffer, bodyFrom, bodyTo)
                    && (journal == null
                            || SegmentHeader.version(buffer, bodyFrom) > SegmentHeader.VERSION
                            || SegmentHeader.read(buffer, bodyFrom, bodyTo)
                                    .journal()
                                    .equals(journal));
        }
        return Group.begins(buffer, bodyFrom, bodyTo)
                && Group.base(buffer, bodyFrom) >= nextBase
                && (journal == null
                        || Group.salt(buffer, bodyFrom) == Excerpt.salt(journal, Group.base(buffer, bodyFrom)));
    }

    private int index(long p) {
        int value = 0;
        int i = at(p) + 4 + Excerpt.CRC_WIDTH + 1;
        for (int shift = 0; shift < 32; shift += 7) {
            byte b = buffer[i++];
            value |= (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        return -1;
    }

    private boolean matches(long p, int length, int withSalt) {
        int at = at(p) + 4;
        crc.reset();
        crc.update(buffer, at + Excerpt.CRC_WIDTH, length - Excerpt.CRC_WIDTH);
        return ((int) crc.getValue() ^ withSalt) == Excerpt.intAt(buffer, at);
    }

    /** Whether the document at {@code p} is one of Chronicle's own, whole: a flipped bit must not hide a record. */
    private boolean isMeta(long p, int length) throws IOException {
        return length >= ChroniclePage.PREFIX
                && load(p, 4 + ChroniclePage.PREFIX)
                && p + 4 + length <= size()
                && length == ChroniclePage.length(buffer, at(p) + 4);
    }

    private int wordAt(long p) {
        return Excerpt.intAt(buffer, at(p));
    }

    private int at(long p) {
        return (int) (p - bufferStart);
    }

    /** Brings {@code count} bytes from {@code p} into the buffer; false if the file does not hold them. */
    private boolean load(long p, int count) throws IOException {
        if (p >= bufferStart && p + count <= bufferStart + buffered) {
            return true;
        }
        if (count > buffer.length) {
            return false;
        }
        int kept = 0;
        if (p >= bufferStart && p < bufferStart + buffered) {
            kept = (int) (bufferStart + buffered - p);
            System.arraycopy(buffer, at(p), buffer, 0, kept);
        }
        bufferStart = p;
        buffered = kept;
        while (buffered < count) {
            long more = Math.min(chunk, limit - p - buffered);
            if (more <= 0) {
                return false;
            }
            view.limit((int) Math.min(buffer.length, buffered + more)).position(buffered);
            int n = channel.read(view, p + buffered);
            if (n < 0) {
                return false;
            }
            buffered += n;
        }
        return true;
    }

    private void forget() {
        bufferStart = position;
        buffered = 0;
    }

    private static long after(long p, int length) {
        return align(p + 4 + length);
    }

    private static long align(long p) {
        return (p + 3) & ~3L;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
