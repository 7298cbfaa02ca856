package dev.shiplog.journal.archive;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.tar.TarUtils;

/**
 * The form of an archive as a tar file: of all the ways to write the same members, the one that archives have. So every
 * byte of an archive is known from its manifest and what the members hold.
 */
final class TarLayout {
    /** Tar pads all it holds to a multiple of this. */
    static final int UNIT = 512;
    /** The zeros at the end. */
    static final int END = 2 * UNIT;
    /** No member is longer. The largest record that a journal holds, coded as a block, is shorter. */
    static final int MAX_MEMBER = 128 << 20;

    private static final int SIZE_AT = 124;
    private static final int MODE = 0644;

    private TarLayout() {}

    /**
     * The header of a member.
     *
     * @param modified ns since the epoch
     */
    static byte[] header(String name, long length, long modified) {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setMode(MODE);
        entry.setIds(0, 0);
        entry.setNames("", "");
        entry.setModTime(Math.max(0, TimeUnit.NANOSECONDS.toMillis(modified)));
        entry.setSize(length);
        byte[] header = new byte[UNIT];
        entry.writeEntryHeader(header);
        return header;
    }

    /**
     * The length of the member {@code name} that this header is of; negative if it is the header of something else. The
     * rest of the header need not be right: other members are found, too, where it is damaged.
     */
    static long length(String name, byte[] header) {
        byte[] start = (name + "\0").getBytes(StandardCharsets.US_ASCII);
        if (header.length < UNIT || !Arrays.equals(header, 0, start.length, start, 0, start.length)) {
            return -1;
        }
        try {
            return TarUtils.parseOctal(header, SIZE_AT, TarConstants.SIZELEN);
        } catch (IllegalArgumentException e) {
            return -1;
        }
    }

    /** How many zeros follow a member of this length. */
    static int padding(long length) {
        return (int) (-length & UNIT - 1);
    }

    /** How many bytes a member of this length takes, with its header. */
    static long room(long length) {
        return UNIT + length + padding(length);
    }
}
