package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.bytes.Varint;
import dev.shiplog.journal.record.Record;
import org.jspecify.annotations.Nullable;

/**
 * The times of the newest record of a track, ns, and how those of the next are coded. The monotonic clock is held as its
 * offset from the wall clock, which seldom changes.
 *
 * <pre>
 * clock := [zigzag time - received, if the time is explicit]  else the time is the value of the shape's time slot
 *          unit received - expected
 *          [unit offset - expected, if it is explicit, and always in form 0]  else it is as expected
 *          where offset = received - monotonic
 * unit  := varint (zigzag(d / 1000) &lt;&lt; 1)  if 1000 divides d
 *        | varint (zigzag(d) &lt;&lt; 1 | 1)     else
 *        | varint 1, 8 bytes d             else, if d is not between -2^61 and 2^61: a varint that is exactly 1
 * </pre>
 *
 * <p>What is expected of the receipt: in form 0 the time, or 0 if that is explicit. In forms 1 and 2 that the record came
 * as long after its time as the record named, less what makes it differ by whole µs from the receipt of that; or the
 * receipt of that, if the time is explicit. What is expected of the offset: in form 0 that it is 0, in forms 1 and 2 the
 * offset of the record named.
 */
final class RecordClock {
    private static final long NANOS_PER_MICRO = 1_000;
    /** A varint cannot hold the double of larger ones with their sign. */
    private static final long MAX_SHORT = 1L << 61;

    private static final int IS_LONG = 1;

    long time;
    long received;
    long offset;

    /** Takes over the times of {@code record}. */
    void set(Record record) {
        time = record.time();
        received = record.received();
        offset = offset(record);
    }

    private static long offset(Record record) {
        return record.received() - record.monotonic();
    }

    /**
     * Writes the times of {@code record}.
     *
     * @param explicit whether the time is not in the shape's time slot
     * @param named the times of the record named, null in form 0
     * @return its flags
     */
    static int write(Record record, boolean explicit, @Nullable RecordClock named, Bytes out) {
        int flags = 0;
        if (explicit) {
            out.putZigZag(record.time() - record.received());
            flags |= Flags.TIME_EXPLICIT;
        }
        long offset = offset(record);
        writeUnit(record.received() - expectedReceipt(explicit, record.time(), named), out);
        if (named == null) {
            writeUnit(offset, out);
        } else if (offset != named.offset) {
            writeUnit(offset - named.offset, out);
            flags |= Flags.OFFSET_EXPLICIT;
        }
        return flags;
    }

    /**
     * Reads the times of a record, and takes them over.
     *
     * @param slotTime the value of the shape's time slot; of no importance if the time is explicit
     * @param named the times of the record named, which may be these; null in form 0
     */
    void read(int flags, long slotTime, @Nullable RecordClock named, BytesReader in) throws UndecodableException {
        boolean explicit = (flags & Flags.TIME_EXPLICIT) != 0;
        long lag = explicit ? in.zigZag() : 0;
        long newReceived = expectedReceipt(explicit, slotTime, named) + readUnit(in);
        boolean moved = named == null || (flags & Flags.OFFSET_EXPLICIT) != 0;
        offset = (named == null ? 0 : named.offset) + (moved ? readUnit(in) : 0);
        received = newReceived;
        time = explicit ? newReceived + lag : slotTime;
    }

    private static long expectedReceipt(boolean explicit, long time, @Nullable RecordClock named) {
        if (named == null) {
            return explicit ? 0 : time;
        }
        if (explicit) {
            return named.received;
        }
        long expected = time + (named.received - named.time);
        return expected - Math.floorMod(expected - named.received, NANOS_PER_MICRO);
    }

    private static void writeUnit(long nanos, Bytes out) {
        if (nanos % NANOS_PER_MICRO == 0) {
            out.putVarint(Varint.zigZag(nanos / NANOS_PER_MICRO) << 1);
        } else if (nanos > -MAX_SHORT && nanos < MAX_SHORT) {
            out.putVarint(Varint.zigZag(nanos) << 1 | 1);
        } else {
            out.putVarint(IS_LONG);
            out.putLong(nanos);
        }
    }

    private static long readUnit(BytesReader in) throws UndecodableException {
        long start = in.varint();
        if (start == IS_LONG) {
            return in.fixedLong();
        }
        long value = Varint.unZigZag(start >>> 1);
        return (start & 1) == 0 ? value * NANOS_PER_MICRO : value;
    }
}
