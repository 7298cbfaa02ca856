package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The head of a group: a run of records that can be decoded without what came before. The body of a {@code GROUP}
 * {@linkplain Excerpt excerpt}, little endian:
 *
 * <pre>
 *  width  field
 *      4  magic "GRP1"
 *      8  base: sequence of the group's first record
 *      4  salt of the CRCs of the group's records
 *      8  clock: the highest receipt of any record of the journal up to the group's first, ns since the epoch
 *      8  lowest time of the records of this segment before this group, Long.MAX_VALUE if there is none
 *      8  highest, Long.MIN_VALUE if there is none
 *      …  varint n, then n times: kind code (1), varint number of records of that kind in this segment before this group
 * </pre>
 *
 * <p>The clock never goes back within a journal, whatever the wall clock does, so segments can be searched by it.
 *
 * @param counts records by kind in the segment before this group
 */
public record Group(long base, int salt, long clock, long minTime, long maxTime, Map<Kind, Long> counts) {
    private static final int MAGIC = 'G' | 'R' << 8 | 'P' << 16 | '1' << 24;
    private static final int FIXED = 41;

    void write(Bytes out) {
        out.putInt(MAGIC);
        out.putLong(base);
        out.putInt(salt);
        out.putLong(clock);
        out.putLong(minTime);
        out.putLong(maxTime);
        out.putVarint(counts.size());
        counts.forEach((kind, count) -> {
            out.put(kind.code());
            out.putVarint(count);
        });
    }

    /** Reads the body of a group excerpt; null if it is none. */
    static @Nullable Group read(byte[] array, int from, int to) {
        if (to - from < FIXED || Excerpt.intAt(array, from) != MAGIC) {
            return null;
        }
        Map<Kind, Long> counts = new EnumMap<>(Kind.class);
        int p = from + FIXED;
        for (int n = array[p - 1]; n > 0 && p < to; n--) {
            Kind kind = Kind.ofCode(array[p++]);
            long count = 0;
            for (int shift = 0; p < to; shift += 7) {
                byte b = array[p++];
                count |= (b & 0x7FL) << shift;
                if (b >= 0) {
                    break;
                }
            }
            if (kind != null) {
                counts.put(kind, count);
            }
        }
        return new Group(
                Excerpt.longAt(array, from + 4),
                Excerpt.intAt(array, from + 12),
                Excerpt.longAt(array, from + 16),
                Excerpt.longAt(array, from + 24),
                Excerpt.longAt(array, from + 32),
                counts);
    }

    static long base(byte[] array, int from) {
        return Excerpt.longAt(array, from + 4);
    }

    static int salt(byte[] array, int from) {
        return Excerpt.intAt(array, from + 12);
    }

    static boolean begins(byte[] array, int from, int to) {
        return to - from >= FIXED && Excerpt.intAt(array, from) == MAGIC;
    }
}
