package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.LittleEndian;

/**
 * Makes Chronicle's own documents at the beginning of a segment: the file header and the first two index pages. They are
 * what Chronicle writes, but that the index holds the first excerpt only: Chronicle searches on from there. The first
 * excerpt begins where they end, as in a segment that Chronicle wrote.
 */
final class FirstPages {
    private static final int BYTE = 0xA1;
    private static final int SHORT = 0xA5;
    private static final int FIELD = 0xC0;
    private static final int WORD = 8;

    private final Bytes out = new Bytes(ChronicleFiles.FIRST_PAGES);

    private FirstPages() {}

    /**
     * The pages of a segment.
     *
     * @param last where its last excerpt begins in the file
     * @param excerpts how many it has
     */
    static Bytes of(Roll roll, long last, long excerpts) {
        int entries = roll.compareTo(Roll.HOURLY) < 0 ? 2048 : 4096;
        FirstPages pages = new FirstPages();
        int pointer = pages.header(entries, roll == Roll.MINUTELY ? 16 : 256, last, excerpts);
        pages.set(pointer, pages.next());
        int index2index = pages.index("index2index", entries);
        pages.set(index2index, pages.next());
        int index = pages.index("index", entries);
        pages.set(index, pages.next());
        return pages.out;
    }

    /** How long they are: where the first excerpt begins. */
    static int length(Roll roll) {
        return of(roll, 0, 1).length();
    }

    /** Writes the file header; returns where it points to the index. */
    private int header(int entries, int spacing, long last, long excerpts) {
        int document = begin();
        name(ChroniclePage.EVENT, "header");
        int store = nested("SCQStore");
        field("writePosition");
        longs(2, 2);
        out.putLong(last);
        out.putLong(last << Integer.SIZE | excerpts - 1);
        field("indexing");
        int indexing = nested("SCQSIndexing");
        field("indexCount");
        number(entries);
        field("indexSpacing");
        number(spacing);
        field("index2Index");
        aligned(ChroniclePage.LONG, 0);
        int pointer = out.length();
        out.putLong(0);
        field("lastIndex");
        aligned(ChroniclePage.LONG, 0);
        out.putLong(spacing);
        end(indexing, 0);
        field("dataFormat");
        number(1);
        end(store, 0);
        end(document, ChronicleFiles.METADATA_BIT);
        return pointer;
    }

    /** Writes a page of an index with one entry in use; returns where that is. */
    private int index(String name, int entries) {
        out.length(next());
        int document = begin();
        name(ChroniclePage.EVENT, name);
        longs(entries, 1);
        int first = out.length();
        out.length(first + entries * WORD);
        end(document, ChronicleFiles.METADATA_BIT);
        return first;
    }

    /** Where the next document begins. */
    private int next() {
        return (int) ChronicleFiles.align(out.length());
    }

    private void set(int at, long value) {
        LittleEndian.setLong(out.array(), at, value);
    }

    /** Leaves room for the length of what follows. */
    private int begin() {
        int at = out.length();
        out.putInt(0);
        return at;
    }

    private void end(int at, int flags) {
        LittleEndian.setInt(out.array(), at, out.length() - at - Integer.BYTES | flags);
    }

    private int nested(String type) {
        name(ChroniclePage.TYPE, type);
        out.put(ChroniclePage.NESTED);
        return begin();
    }

    private void name(byte code, String name) {
        out.put(code);
        out.put(name.length());
        out.putAscii(name);
    }

    private void field(String name) {
        out.put(FIELD | name.length());
        out.putAscii(name);
    }

    private void number(int value) {
        if (value <= 0x7F) {
            out.put(BYTE);
            out.put(value);
        } else {
            out.put(SHORT);
            out.put(value);
            out.put(value >>> Byte.SIZE);
        }
    }

    /** Begins an array of numbers of 8 bytes. */
    private void longs(int count, int used) {
        aligned(ChroniclePage.LONGS, 2 * WORD);
        out.putLong(count);
        out.putLong(used);
    }

    /** Puts the code of a value so that what comes so many bytes after it lies at a multiple of 8. */
    private void aligned(byte code, int between) {
        int padding = Math.floorMod(-(out.length() + 1 + between), WORD);
        if (padding < 5) {
            for (int i = 0; i < padding; i++) {
                out.put(ChroniclePage.PADDING);
            }
        } else {
            out.put(ChroniclePage.LONG_PADDING);
            out.putInt(padding - 5);
            out.length(out.length() + padding - 5);
        }
        out.put(code);
    }
}
