package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;

/**
 * How the number slots of a shape are guessed from what is already known; only what the guess misses is coded. Slots
 * that are not listed are guessed to be as they were.
 *
 * <pre>
 * prediction := varint listed, listed × { varint gap to the slot before, byte how | scale &lt;&lt; 4, [varint of] }
 * how        := 0 as it was · 1 as slot {@code of} was · 2 moves as much as slot {@code of} &lt; this · 3 moves as it moved
 * scale      := index in {@link #SCALES}: the unit of what the guess misses by
 * </pre>
 */
final class Prediction {
    static final byte LAST = 0;
    static final byte PREVIOUS_OF = 1;
    static final byte MOVES_LIKE = 2;
    static final byte LINEAR = 3;

    /** Units that engines count in: clock ticks in ns, ms and µs in ns, pages and sectors. */
    static final long[] SCALES = {1, 512, 1_000, 4_096, 1_000_000, 10_000_000};

    final byte[] how;
    final int[] of;
    final byte[] scale;

    Prediction(int slots) {
        this(new byte[slots], new int[slots], new byte[slots]);
    }

    Prediction(byte[] how, int[] of, byte[] scale) {
        this.how = how;
        this.of = of;
        this.scale = scale;
    }

    /**
     * The guess for slot {@code i}. {@code now} holds the slots before {@code i} already; {@code before} may be the same
     * array, as slot {@code i} of it is still the old one.
     */
    long guess(int i, long[] before, long[] last, long[] now) {
        return switch (how[i]) {
            case LAST -> last[i];
            case PREVIOUS_OF -> last[of[i]];
            case MOVES_LIKE -> last[i] + now[of[i]] - last[of[i]];
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
                out.put(how[i] | scale[i] << 4);
                if (how[i] == PREVIOUS_OF || how[i] == MOVES_LIKE) {
                    out.putVarint(of[i]);
                }
                next = i + 1;
            }
        }
    }

    static Prediction read(int slots, CodedInput in) throws UndecodableException {
        Prediction prediction = new Prediction(slots);
        int listed = in.varintUpTo(slots);
        int i = -1;
        for (int k = 0; k < listed; k++) {
            i += 1 + in.varintUpTo(slots - i - 2);
            int b = in.unsignedByte();
            prediction.how[i] = (byte) (b & 0xF);
            prediction.scale[i] = (byte) (b >> 4);
            switch (prediction.how[i]) {
                case LAST, LINEAR -> {}
                case PREVIOUS_OF -> prediction.of[i] = in.varintUpTo(slots - 1);
                case MOVES_LIKE -> prediction.of[i] = in.varintUpTo(i - 1);
                default -> throw new UndecodableException("unknown prediction " + prediction.how[i]);
            }
            if (prediction.scale[i] >= SCALES.length) {
                throw new UndecodableException("unknown scale " + prediction.scale[i]);
            }
        }
        return prediction;
    }

    private boolean isListed(int i) {
        return how[i] != LAST || scale[i] != 0;
    }
}
