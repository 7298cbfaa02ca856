package dev.shiplog.journal.codec;

/**
 * A payload as split into slots: where they begin and end in it, the values of those that are numbers, and the
 * {@link Mask}. The arrays may be longer than there are slots. Encoder and tracks pass these objects around, so that
 * coding a record allocates nothing.
 */
final class Slots {
    /** In memory: where a slot begins and ends, and its numbers. */
    private static final int BYTES_PER_SLOT = 24;

    private static final byte[] NONE = {};

    byte[] payload = NONE;
    int[] starts;
    int[] ends;
    long[] numbers;
    long[] mask;

    Slots(int capacity) {
        starts = new int[capacity];
        ends = new int[capacity];
        numbers = new long[capacity];
        mask = new long[Mask.words(capacity)];
    }

    /** Makes the arrays long enough for this many slots. What they hold is gone. */
    void reserve(int slots) {
        if (starts.length < slots) {
            starts = new int[slots];
            ends = new int[slots];
        }
        if (numbers.length < slots) {
            numbers = new long[slots];
        }
        if (mask.length < Mask.words(slots)) {
            mask = new long[Mask.words(slots)];
        }
    }

    /** Makes the whole payload one slot. */
    void whole() {
        reserve(1);
        starts[0] = 0;
        ends[0] = payload.length;
    }

    /** Lets go of the payload. */
    void clear() {
        payload = NONE;
    }

    /** How many bytes of memory this takes, payload included. */
    long memoryBytes() {
        return payload.length + (long) BYTES_PER_SLOT * starts.length;
    }
}
