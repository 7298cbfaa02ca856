package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.LittleEndian;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Chronicle's own documents in a segment: its file header and index pages. They have no checksum, and Chronicle believes
 * every byte of them, so all that can be checked is checked here: how long they are, and where they point to.
 *
 * <p>Source: the wire format of Chronicle Queue 5 to 2026, as {@code docs/journal-format.md} describes it.
 */
final class ChroniclePage {
    /** So many bytes of a document show how long it is. */
    static final int PREFIX = 48;
    /** Index pages have 8 bytes an entry, at most 8192 entries. */
    static final int MAX = 128 * 1024;

    static final byte EVENT = (byte) 0xB9;
    static final byte TYPE = (byte) 0xB6;
    static final byte NESTED = (byte) 0x82;
    static final byte LONGS = (byte) 0x8D;
    static final byte LONG = (byte) 0xA7;
    static final byte PADDING = (byte) 0x8F;
    static final byte LONG_PADDING = (byte) 0x8E;

    private ChroniclePage() {}

    /** How long the payload that begins at {@code at} must be by its content; -1 if it is not one of Chronicle's. */
    static int length(byte[] array, int at) {
        int body = at + 2 + array[at + 1];
        return switch (name(array, at)) {
            case "header" -> {
                int nested = array[body] == TYPE ? body + 2 + (array[body + 1] & 0xF) : at;
                int length = array[nested] == NESTED ? LittleEndian.getInt(array, nested + 1) : -1;
                yield length >= 0 && length < MAX ? nested + 5 - at + length : -1;
            }
            case "index2index", "index" -> {
                int longs = unpadded(array, body);
                long count = array[longs] == LONGS ? LittleEndian.getLong(array, longs + 1) : -1;
                yield count >= 0 && count < MAX / 8 ? longs + 17 - at + (int) count * 8 : -1;
            }
            default -> -1;
        };
    }

    /** Passes on the offsets in the file that the document points to; not those of an index page, which are of records. */
    static void pointers(byte[] array, int at, LongConsumer to) {
        int length = length(array, at);
        int body = at + 2 + array[at + 1];
        switch (name(array, at)) {
            case "header" -> {
                int written = value("writePosition", array, at, length);
                int index = value("index2Index", array, at, length);
                if (written < 0 || array[written] != LONGS || index < 0 || array[index] != LONG) {
                    to.accept(-1);
                } else {
                    pointer(LittleEndian.getLong(array, written + 17), to);
                    pointer(LittleEndian.getLong(array, index + 1), to);
                }
            }
            case "index2index" -> {
                int longs = unpadded(array, body);
                for (int i = longs + 17; i < at + length; i += 8) {
                    pointer(LittleEndian.getLong(array, i), to);
                }
            }
            default -> {
                // The entries of an index page point to records: Chronicle writes nothing there.
            }
        }
    }

    private static void pointer(long offset, LongConsumer to) {
        if (offset != 0) {
            to.accept(offset);
        }
    }

    private static String name(byte[] array, int at) {
        int length = array[at + 1];
        return array[at] == EVENT && length > 0 && length <= 16 ? Excerpt.ascii(array, at + 2, length) : "";
    }

    /** Where the value of a field begins; -1 if there is no such field. */
    private static int value(String field, byte[] array, int at, int length) {
        byte[] name = field.getBytes(StandardCharsets.US_ASCII);
        for (int i = at; i + name.length + 32 <= at + length; i++) {
            if (Arrays.equals(array, i, i + name.length, name, 0, name.length)) {
                return unpadded(array, i + name.length);
            }
        }
        return -1;
    }

    /** Where the value begins after the padding that aligns it: single bytes, or one stretch. */
    private static int unpadded(byte[] array, int from) {
        int at = from;
        while (array[at] == PADDING && at < from + 8) {
            at++;
        }
        return array[at] == LONG_PADDING ? at + 5 + (array[at + 1] & 7) : at;
    }
}
