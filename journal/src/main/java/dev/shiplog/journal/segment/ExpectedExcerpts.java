package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.LittleEndian;
import dev.shiplog.journal.bytes.Varint;
import dev.shiplog.journal.codec.Encoder;
import java.io.IOException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether the bytes at some place are an excerpt that may come next: one that is whole, by its checksum, and that
 * belongs after the excerpts before it. Not thread safe.
 */
final class ExpectedExcerpts {
    /** A HEADER, a GROUP, and those bytes of a new index page that are not zero, are smaller than this. */
    private static final int MAX_HEADER = 2048;

    private final FileWindow window;
    private final CRC32C crc = new CRC32C();

    private @Nullable String journal;
    private long base;
    private boolean inGroup;
    /** The last excerpt was a HEADER: a GROUP must follow. */
    private boolean groupMustFollow;

    private int salt;
    private int index;

    ExpectedExcerpts(FileWindow window) {
        this.window = window;
    }

    /** From here on only headers and groups of this journal are good; null if any are. */
    void setJournal(@Nullable String id) {
        journal = id;
    }

    /** From here on groups are good if they begin with this sequence or a later one. */
    void setBase(long sequence) {
        base = sequence;
    }

    /** From here on records and parts of the group with this salt are good. */
    void setGroup(int newSalt) {
        inGroup = true;
        salt = newSalt;
        index = 0;
    }

    /** From here on records of the group are good if their index is this or a higher one. */
    void setIndex(int lowest) {
        index = lowest;
    }

    /** An excerpt of this type was read. */
    void read(int type) {
        groupMustFollow = type == Excerpt.HEADER;
    }

    /** Whether the document at {@code offset}, with a payload of {@code length} bytes, is a good excerpt. */
    boolean isGood(long offset, int length) throws IOException {
        if (length < Excerpt.MIN || length > Excerpt.MAX || !window.load(offset, 4 + Excerpt.MIN)) {
            return false;
        }
        int type = window.array()[payload(offset) + Excerpt.CRC_WIDTH] & 0xFF;
        if (type == Excerpt.HEADER || type == Excerpt.GROUP) {
            return window.load(offset, 4 + length)
                    && isIntact(offset, length, 0)
                    && isGood(type, payload(offset) + Excerpt.CRC_WIDTH + 1, payload(offset) + length);
        }
        return inGroup
                && (type < 0x80 || type == Excerpt.PART)
                && window.load(offset, 4 + length)
                && indexAt(offset) >= index
                && isIntact(offset, length, salt);
    }

    private boolean isGood(int type, int bodyFrom, int bodyTo) throws IOException {
        byte[] array = window.array();
        if (type == Excerpt.HEADER) {
            return SegmentHeader.begins(array, bodyFrom, bodyTo)
                    && (journal == null
                            || SegmentHeader.version(array, bodyFrom) > SegmentHeader.VERSION
                            || SegmentHeader.read(array, bodyFrom, bodyTo)
                                    .journal()
                                    .equals(journal));
        }
        return Group.begins(array, bodyFrom, bodyTo)
                && Group.base(array, bodyFrom) >= base
                && (journal == null
                        || Group.salt(array, bodyFrom) == Excerpt.salt(journal, Group.base(array, bodyFrom)));
    }

    /** The index in its group of the record, or part of one, at {@code offset}. */
    private int indexAt(long offset) {
        return Varint.intAt(window.array(), payload(offset) + Excerpt.CRC_WIDTH + 1);
    }

    private boolean isIntact(long offset, int length, int withSalt) {
        int from = payload(offset);
        crc.reset();
        crc.update(window.array(), from + Excerpt.CRC_WIDTH, length - Excerpt.CRC_WIDTH);
        return ((int) crc.getValue() ^ withSalt) == LittleEndian.getInt(window.array(), from);
    }

    private int payload(long offset) {
        return window.index(offset) + 4;
    }

    /** Says in one clause what is wrong with a document of ours that is no good excerpt. */
    String reason(long offset, int length) throws IOException {
        if (length < Excerpt.MIN || length > Excerpt.MAX) {
            return "an excerpt with the impossible length " + length;
        }
        return window.load(offset, 4 + length) && (isIntact(offset, length, 0) || isIntact(offset, length, salt))
                ? "an excerpt that is out of order"
                : "an excerpt whose checksum does not match";
    }

    /** The longest payload that may come next: so much of it may be written before its header is. */
    int longest() {
        boolean headerDue = !inGroup || groupMustFollow || index >= Encoder.MAX_GROUP;
        return headerDue ? MAX_HEADER : Excerpt.MAX;
    }
}
