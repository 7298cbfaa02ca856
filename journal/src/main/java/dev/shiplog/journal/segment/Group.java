package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.LittleEndian;
import org.jspecify.annotations.Nullable;

/**
 * The header of a group: a run of records that can be decoded without what came before. The body of a {@code GROUP}
 * {@linkplain Excerpt excerpt}, little endian:
 *
 * <pre>
 *  width  field
 *      4  magic "GRP1"
 *      8  base: sequence of the group's first record
 *      4  salt of the CRCs of the group's records
 *      8  clock: the highest receipt of any record of the journal up to the group's first, ns since the epoch
 *      …  {@link Tally} of the records of this segment before this group
 * </pre>
 *
 * <p>The clock never goes back within a journal, whatever the wall clock does, so segments can be searched by it.
 *
 * @param before tally of the records of this segment before this group
 */
public record Group(long base, int salt, long clock, Tally before) {
    private static final int MAGIC = 'G' | 'R' << 8 | 'P' << 16 | '1' << 24;
    private static final int BASE = 4;
    private static final int SALT = 12;
    private static final int CLOCK = 16;
    private static final int TALLY = 24;
    /** With a tally of no records. */
    private static final int MIN_LENGTH = TALLY + 17;

    /** What identifies it. */
    Group alone() {
        return new Group(base, salt, clock, Tally.NONE);
    }

    void write(Bytes out) {
        out.putInt(MAGIC);
        out.putLong(base);
        out.putInt(salt);
        out.putLong(clock);
        before.write(out);
    }

    /** Reads the body of a group excerpt; null if it is none. */
    static @Nullable Group read(byte[] array, int from, int to) {
        return begins(array, from, to)
                ? new Group(
                        base(array, from),
                        salt(array, from),
                        LittleEndian.getLong(array, from + CLOCK),
                        Tally.read(array, from + TALLY, to))
                : null;
    }

    static long base(byte[] array, int from) {
        return LittleEndian.getLong(array, from + BASE);
    }

    static int salt(byte[] array, int from) {
        return LittleEndian.getInt(array, from + SALT);
    }

    /** Whether the bytes from {@code from} to {@code to} begin as the body of a group excerpt does. */
    static boolean begins(byte[] array, int from, int to) {
        return to - from >= MIN_LENGTH && LittleEndian.getInt(array, from) == MAGIC;
    }
}
