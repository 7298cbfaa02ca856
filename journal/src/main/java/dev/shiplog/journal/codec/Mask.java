package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.UndecodableException;
import java.util.Arrays;

/**
 * The slots of a record that hold something else than was predicted, a bit for each, lowest first. From one record of a
 * track to the next few of them change.
 *
 * <pre>
 * mask := varint 2n, n × varint gap       the slots whose bit differs from the mask of the record before on the track,
 *                                         each as the number of slots between it and the one before
 *       | varint 1, ceil(slots / 8) bytes the mask itself
 * </pre>
 */
final class Mask {
    private static final int IS_WHOLE = 1;

    private Mask() {}

    /** The length of the array that holds the mask of this many slots. */
    static int words(int slots) {
        return slots + 63 >> 6;
    }

    private static int byteCount(int slots) {
        return slots + 7 >> 3;
    }

    /** Writes {@code mask} after {@code old}, which may be shorter: what is missing is zero. */
    static void write(long[] old, long[] mask, int slots, Bytes out) {
        int changes = 0;
        for (int w = 0; w < words(slots); w++) {
            changes += Long.bitCount(changed(old, mask, w));
        }
        if (changes > byteCount(slots)) {
            out.putVarint(IS_WHOLE);
            for (int b = 0; b < byteCount(slots); b++) {
                out.put((int) (mask[b >> 3] >>> (b << 3)));
            }
            return;
        }
        out.putVarint(2L * changes);
        int next = 0;
        for (int w = 0; w < words(slots); w++) {
            for (long rest = changed(old, mask, w); rest != 0; rest &= rest - 1) {
                int slot = (w << 6) + Long.numberOfTrailingZeros(rest);
                out.putVarint(slot - next);
                next = slot + 1;
            }
        }
    }

    private static long changed(long[] old, long[] mask, int word) {
        return mask[word] ^ (word < old.length ? old[word] : 0);
    }

    /** Makes {@code mask}, which is the one of the record before, the one that is read. */
    static void read(long[] mask, int slots, BytesReader in) throws UndecodableException {
        long start = in.varint();
        if (start == IS_WHOLE) {
            Arrays.fill(mask, 0);
            for (int b = 0; b < byteCount(slots); b++) {
                mask[b >> 3] |= (long) in.unsignedByte() << (b << 3);
            }
            return;
        }
        if ((start & 1) != 0 || start >>> 1 > slots) {
            throw new UndecodableException("no such mask");
        }
        int slot = -1;
        for (long changes = start >>> 1; changes > 0; changes--) {
            slot += 1 + in.varintUpTo(slots - slot - 2);
            mask[slot >> 6] ^= 1L << slot;
        }
    }
}
