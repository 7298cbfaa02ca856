package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.LittleEndian;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Frames everything that a journal holds: an excerpt is the payload of one document in a Chronicle Queue file. Version 2,
 * little endian:
 *
 * <pre>
 *  width  field
 *      4  CRC-32C of all that follows, XOR the salt
 *      1  type
 *      …  body
 *
 *  type   salt      body
 *  0xF1   0         HEADER: see {@link SegmentHeader}
 *  0xF2   0         GROUP: see {@link Group}
 *  0xF3   group's   PART of a coded record of more than {@value #MAX_CODED} bytes:
 *                   varint index in the group, varint part number from 0, varint number of parts, bytes
 *  &lt; 0x80 group's   a coded record; the type is its first byte, then comes the varint index in the group
 * </pre>
 *
 * <p>A segment begins with HEADER, GROUP, and the snapshot: the records that say what exists at that moment. Another GROUP
 * begins when the one before is full; HEADER and GROUP come again when another run of the recorder goes on in the segment.
 * The sequence of a record is its group's base plus its index, and nothing in the coding reaches across a group. The salt
 * is made from the journal's id and the group's base, so that an excerpt that strayed from another group or another
 * journal does not verify. Lengths prove nothing after a power cut: only the CRC does.
 */
final class Excerpt {
    /** Longer coded records are split into parts of this size. Chronicle's limit is a quarter of its 1 MiB block. */
    static final int MAX_CODED = 128 * 1024;

    /** The CRC comes first; the type, or a coded record that begins with its own, follows. */
    static final int CRC_WIDTH = 4;

    static final int HEADER = 0xF1;
    static final int GROUP = 0xF2;
    static final int PART = 0xF3;
    /** The shortest is CRC, type, and one byte. */
    static final int MIN = 6;
    /** The longest is a PART with its three varints. */
    static final int MAX = MAX_CODED + 32;

    private Excerpt() {}

    /** The salt of the group of {@code journal} that begins with the record {@code base}. */
    static int salt(String journal, long base) {
        Bytes text = new Bytes(64);
        text.putUtf8(journal);
        text.putLong(base);
        CRC32C crc = new CRC32C();
        crc.update(text.array(), 0, text.length());
        return (int) crc.getValue();
    }

    /** Makes {@code out} a whole HEADER excerpt. */
    static void header(SegmentHeader header, Bytes out) {
        begin(out);
        out.put(HEADER);
        header.write(out);
        seal(out, 0);
    }

    /** Makes {@code out} a whole GROUP excerpt. */
    static void group(Group group, Bytes out) {
        begin(out);
        out.put(GROUP);
        group.write(out);
        seal(out, 0);
    }

    /** Makes {@code out} the excerpt of part number {@code part} of {@code parts} of a coded record. */
    static void part(int index, int part, int parts, byte[] coded, int from, int length, int salt, Bytes out) {
        begin(out);
        out.put(PART);
        out.putVarint(index);
        out.putVarint(part);
        out.putVarint(parts);
        out.put(coded, from, length);
        seal(out, salt);
    }

    /** Clears {@code out} and leaves room for the CRC; a coded record may follow, then {@link #seal}. */
    static void begin(Bytes out) {
        out.clear();
        out.length(CRC_WIDTH);
    }

    /** Completes what {@link #begin} began. */
    static void seal(Bytes out, int salt) {
        CRC32C crc = new CRC32C();
        crc.update(out.array(), CRC_WIDTH, out.length() - CRC_WIDTH);
        LittleEndian.setInt(out.array(), 0, (int) crc.getValue() ^ salt);
    }

    static String ascii(byte[] array, int from, int length) {
        return new String(array, from, length, StandardCharsets.US_ASCII);
    }
}
