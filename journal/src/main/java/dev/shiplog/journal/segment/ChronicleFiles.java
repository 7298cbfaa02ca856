package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.LittleEndian;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What is known of the files that Chronicle Queue makes: their names, how much room Chronicle needs in them, and how they
 * are framed. {@link SegmentName} knows the names of segments, {@link ChroniclePage} Chronicle's own documents.
 *
 * <p>A segment's file is a sequence of documents from offset 0, each a 4-byte header, little endian, and its payload,
 * padded so that the next header is 4-byte aligned:
 *
 * <pre>
 *  bits 0-29   length of the payload
 *  bit 30      metadata: Chronicle's own, a file header or an index page
 *  bit 31      not complete
 * </pre>
 *
 * A header of 0 means that nothing is here yet, {@link #EOF} that the segment is closed. After the last document there
 * are zeros up to the end of the file, or half a payload after a kill.
 *
 * <p>Source: the wire format of Chronicle Queue 5 to 2026, as {@code docs/journal-format.md} describes it.
 */
public final class ChronicleFiles {
    /** Chronicle keeps its locks here. The writer makes it anew at each start. */
    public static final String METADATA = "metadata.cq4t";
    /** Chronicle takes a file of so many zeros for a new one. */
    public static final int METADATA_BYTES = 64 * 1024;
    /** A segment's header and first index pages, for every roll, are less than this. */
    public static final int FIRST_PAGES = 72 * 1024;
    /** After any excerpt Chronicle may add an index page (32 KiB and a little), an EOF marker and the next header. */
    public static final int MARGIN = 40 * 1024;

    /** How the name of a segment ends that Chronicle sees. */
    static final String SUFFIX = ".cq4";

    /** The header that closes a segment. */
    static final int EOF = 0xC000_0000;

    private static final String PRECREATED = ".precreated";
    private static final int LENGTH_BITS = 0x3FFF_FFFF;
    static final int METADATA_BIT = 0x4000_0000;
    private static final int INCOMPLETE = 0x8000_0000;

    /** Chronicle writes a file's header first; a file with nothing after this never held a record. */
    private static final int HEADER_ROOM = 4096;

    private ChronicleFiles() {}

    /** The name under which a segment's file is made: Chronicle renames it when it begins the segment. */
    public static Path precreated(Path segment) {
        String name = segment.getFileName().toString();
        return segment.resolveSibling(name.substring(0, name.lastIndexOf('.')) + PRECREATED);
    }

    /** Whether a file with this name holds no record, and is made anew when it is needed. */
    public static boolean isDisposable(String name) {
        return name.equals(METADATA) || name.endsWith(PRECREATED);
    }

    /** Whether Chronicle takes a file with this name for a segment. */
    public static boolean isSegment(String name) {
        return name.endsWith(SUFFIX);
    }

    /** Whether a file with this name is, or was, one of Chronicle's, as far as its name shows. */
    public static boolean isAny(String name) {
        return name.contains(SUFFIX);
    }

    /** Whether somebody may take a file with this name for a segment. */
    public static boolean resemblesSegment(String name) {
        return name.contains(SUFFIX) && !name.endsWith(".cq4t") && !name.endsWith(PRECREATED);
    }

    /** Whether a kill came while the segment was being made: its first header is not written, and nothing follows. */
    public static boolean isHalfMade(Path segment) throws IOException {
        try (InputStream in = Files.newInputStream(segment)) {
            byte[] start = in.readNBytes(HEADER_ROOM);
            if (start.length >= 4 && !isBeingMade(LittleEndian.getInt(start, 0))) {
                return false;
            }
            byte[] rest = new byte[1 << 16];
            for (int n = in.read(rest); n >= 0; n = in.read(rest)) {
                for (int i = 0; i < n; i++) {
                    if (rest[i] != 0) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    /** Whether the first header of a file says that Chronicle has not written the file's own header yet. */
    static boolean isBeingMade(int header) {
        return header == 0 || header == INCOMPLETE;
    }

    static boolean isMetadata(int header) {
        return (header & METADATA_BIT) != 0;
    }

    static int length(int header) {
        return header & LENGTH_BITS;
    }

    /** Where the document after the one at {@code offset} begins. */
    static long after(long offset, int header) {
        return align(offset + 4 + length(header));
    }

    static long align(long offset) {
        return (offset + 3) & ~3L;
    }
}
