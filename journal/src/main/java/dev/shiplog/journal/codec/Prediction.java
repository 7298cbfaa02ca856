package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;

/**
 * How the numbers of a record are predicted from what is known already. Slots that are not listed are predicted to be as
 * they were.
 *
 * <pre>
 * prediction := varint listed, listed × { varint gap, byte scale &lt;&lt; 4 | how, [varint of, if how is 1 or 2] }
 * gap        := the number of slots between this one and the one listed before
 * how        := 0 as it was · 1 as slot {@code of} was · 2 moves as much as slot {@code of}, which is before this one
 *               3 moves as much as it moved last
 * scale      := index in {@link #SCALES}: the unit of the residual
 * </pre>
 */
final class Prediction {
    static final byte LAST = 0;
    static final byte PREVIOUS_OF = 1;
    static final byte MOVES_LIKE = 2;
    static final byte LINEAR = 3;

    /** Units that engines count in: sectors; µs in ns; pages; ms, and clock ticks, in ns. */
    static final long[] SCALES = {1, 512, 1_000, 4_096, 1_000_000, 10_000_000};

    private static final int SCALE_SHIFT = 4;
    private static final int HOW = (1 << SCALE_SHIFT) - 1;

    final byte[] how;
    final int[] of;
    /** The slots that are not predicted to be as they were, a bit for each as in {@link Mask}. */
    final long[] moving;

    private final byte[] scales;

    /** That all slots are as they were. */
    Prediction(int slots) {
        how = new byte[slots];
        of = new int[slots];
        moving = new long[Mask.words(slots)];
        scales = new byte[slots];
    }

    /** Says how slot {@code i} is predicted. Nobody changes a prediction that is in use. */
    void set(int i, byte newHow, int newOf, int scale) {
        how[i] = newHow;
        of[i] = newOf;
        scales[i] = (byte) scale;
        moving[i >> 6] = newHow == LAST ? moving[i >> 6] & ~(1L << i) : moving[i >> 6] | 1L << i;
    }

    /** Whether both predict slot {@code i} in the same way. */
    boolean isSame(Prediction other, int i) {
        return how[i] == other.how[i] && of[i] == other.of[i] && scales[i] == other.scales[i];
    }

    /** The unit of the residual of slot {@code i}. */
    long scale(int i) {
        return SCALES[scales[i]];
    }

    /**
     * The value that is predicted for slot {@code i}.
     *
     * @param before the numbers of the record before the last
     * @param last the numbers of the last record
     * @param now the numbers of this record, known for the slots before {@code i}
     */
    long predict(int i, long[] before, long[] last, long[] now) {
        // Most slots are as they were; for them nothing else is read.
        return how[i] == LAST ? last[i] : predict(how[i], of[i], i, before, last, now);
    }

    static long predict(byte how, int of, int i, long[] before, long[] last, long[] now) {
        return switch (how) {
            case LAST -> last[i];
            case PREVIOUS_OF -> last[of];
            case MOVES_LIKE -> last[i] + now[of] - last[of];
            default -> 2 * last[i] - before[i];
        };
    }

    void write(Bytes out) {
        int listed = 0;
        for (int i = 0; i < how.length; i++) {
            listed += isListed(i) ? 1 : 0;
        }
        out.putVarint(listed);
        int next = 0;
        for (int i = 0; i < how.length; i++) {
            if (isListed(i)) {
                out.putVarint(i - next);
                out.put(how[i] | scales[i] << SCALE_SHIFT);
                if (how[i] == PREVIOUS_OF || how[i] == MOVES_LIKE) {
                    out.putVarint(of[i]);
                }
                next = i + 1;
            }
        }
    }

    private boolean isListed(int i) {
        return how[i] != LAST || scales[i] != 0;
    }

    static Prediction read(int slots, BytesReader in) throws UndecodableException {
        Prediction prediction = new Prediction(slots);
        int listed = in.varintUpTo(slots);
        int i = -1;
        for (int k = 0; k < listed; k++) {
            i += 1 + in.varintUpTo(slots - i - 2);
            int b = in.unsignedByte();
            byte how = (byte) (b & HOW);
            int of = switch (how) {
                case LAST, LINEAR -> 0;
                case PREVIOUS_OF -> in.varintUpTo(slots - 1);
                case MOVES_LIKE -> in.varintUpTo(i - 1);
                default -> throw new UndecodableException("unknown prediction " + how);
            };
            int scale = b >> SCALE_SHIFT;
            if (scale >= SCALES.length) {
                throw new UndecodableException("unknown scale " + scale);
            }
            prediction.set(i, how, of, scale);
        }
        return prediction;
    }
}
