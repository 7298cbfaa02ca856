package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.LittleEndian;
import dev.shiplog.journal.record.Kind;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * How many records of each kind there are, and the lowest and the highest of their times. A value; {@link Counter} makes
 * one of records. On disk it is part of a {@link Group}:
 *
 * <pre>
 *  width  field
 *      8  lowest time, Long.MAX_VALUE if there is no record
 *      8  highest time, Long.MIN_VALUE if there is no record
 *      …  varint n, then n times: kind code (1), varint number of records of that kind
 * </pre>
 *
 * @param counts only kinds of which there is a record
 * @param minTime ns since the epoch
 * @param maxTime ns since the epoch
 */
public record Tally(Map<Kind, Long> counts, long minTime, long maxTime) {
    /** Of no record at all. */
    public static final Tally NONE = new Tally(Map.of(), Long.MAX_VALUE, Long.MIN_VALUE);

    private static final Kind[] KINDS = Kind.values();

    void write(Bytes out) {
        out.putLong(minTime);
        out.putLong(maxTime);
        out.putVarint(counts.size());
        counts.forEach((kind, count) -> {
            out.put(kind.code());
            out.putVarint(count);
        });
    }

    /** Reads what {@link #write} wrote; kinds that this version does not know are left out. */
    static Tally read(byte[] array, int from, int to) {
        Map<Kind, Long> counts = new EnumMap<>(Kind.class);
        int p = from + 17;
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
        return new Tally(
                Collections.unmodifiableMap(counts),
                LittleEndian.getLong(array, from),
                LittleEndian.getLong(array, from + 8));
    }

    /** Adds records to a tally. Not thread safe. */
    public static final class Counter {
        private final long[] counts = new long[KINDS.length];
        private long minTime;
        private long maxTime;

        /** Counts on from {@code start}. */
        public Counter(Tally start) {
            start.counts.forEach((kind, count) -> counts[kind.ordinal()] = count);
            minTime = start.minTime;
            maxTime = start.maxTime;
        }

        public void add(Kind kind, long time) {
            counts[kind.ordinal()]++;
            minTime = Math.min(minTime, time);
            maxTime = Math.max(maxTime, time);
        }

        /** What was counted so far. */
        public Tally tally() {
            Map<Kind, Long> present = new EnumMap<>(Kind.class);
            for (Kind kind : KINDS) {
                if (counts[kind.ordinal()] > 0) {
                    present.put(kind, counts[kind.ordinal()]);
                }
            }
            return new Tally(Collections.unmodifiableMap(present), minTime, maxTime);
        }
    }
}
