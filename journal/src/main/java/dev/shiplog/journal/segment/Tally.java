package dev.shiplog.journal.segment;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.LittleEndian;
import dev.shiplog.journal.record.Kind;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

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
 * @param counts by the code of the kind, which this version may not know; only kinds of which there is a record
 * @param minTime ns since the epoch
 * @param maxTime ns since the epoch
 */
public record Tally(SortedMap<Integer, Long> counts, long minTime, long maxTime) {
    /** Of no record at all. */
    public static final Tally NONE = new Tally(Collections.emptySortedMap(), Long.MAX_VALUE, Long.MIN_VALUE);

    void write(Bytes out) {
        out.putLong(minTime);
        out.putLong(maxTime);
        out.putVarint(counts.size());
        counts.forEach((kindCode, count) -> {
            out.put(kindCode);
            out.putVarint(count);
        });
    }

    /** Reads what {@link #write} wrote. */
    static Tally read(byte[] array, int from, int to) {
        SortedMap<Integer, Long> counts = new TreeMap<>();
        int p = from + 17;
        for (int n = array[p - 1]; n > 0 && p < to; n--) {
            int kindCode = array[p++] & Kind.MAX_CODE;
            long count = 0;
            for (int shift = 0; p < to; shift += 7) {
                byte b = array[p++];
                count |= (b & 0x7FL) << shift;
                if (b >= 0) {
                    break;
                }
            }
            counts.put(kindCode, count);
        }
        return new Tally(
                Collections.unmodifiableSortedMap(counts),
                LittleEndian.getLong(array, from),
                LittleEndian.getLong(array, from + 8));
    }

    /** Adds records to a tally. Not thread safe. */
    public static final class Counter {
        private final long[] counts = new long[Kind.MAX_CODE + 1];
        private long minTime;
        private long maxTime;

        /** Counts on from {@code start}. */
        public Counter(Tally start) {
            start.counts.forEach((kindCode, count) -> counts[kindCode] = count);
            minTime = start.minTime;
            maxTime = start.maxTime;
        }

        public void add(int kindCode, long time) {
            counts[kindCode]++;
            minTime = Math.min(minTime, time);
            maxTime = Math.max(maxTime, time);
        }

        /** What was counted so far. */
        public Tally tally() {
            SortedMap<Integer, Long> present = new TreeMap<>();
            for (int kindCode = 0; kindCode < counts.length; kindCode++) {
                if (counts[kindCode] > 0) {
                    present.put(kindCode, counts[kindCode]);
                }
            }
            return new Tally(Collections.unmodifiableSortedMap(present), minTime, maxTime);
        }
    }
}
