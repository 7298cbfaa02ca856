package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.BytesReader;
import dev.shiplog.journal.bytes.LittleEndian;
import dev.shiplog.journal.bytes.UndecodableException;
import java.util.Arrays;

/**
 * The text in a slot of a kind whose texts stay out of the dictionary of their group: it is made of pieces of those before
 * it on its track, from {@link #WINDOW} bytes back at most.
 *
 * <pre>
 * own   := varint bytes, then pieces until there are so many
 * piece := varint (n &lt;&lt; 2 | 0), varint d    the n bytes from d back on, which may be in the text itself
 *        | varint (n &lt;&lt; 2 | 1)              n bytes from as far back as in the piece of this sort before it
 *        | varint (n &lt;&lt; 2 | 2), n bytes     these
 *        | varint (n &lt;&lt; 2 | 3), bytes       n lower-case hexadecimal digits, two in a byte, the first in the high half
 * </pre>
 *
 * <p>Bytes from back may reach into those that they make: they are copied one after the other.
 */
final class OwnText {
    /** In the byte of the kind: the texts of the record, and of those that follow on its track, are written so. */
    static final int FLAG = 1 << 7;

    /** How far back a piece may be. */
    static final int WINDOW = 1 << 13;

    /** A longer text would not fit into an excerpt. */
    private static final int MAX_BYTES = 1 << 30;

    private static final int BACK = 0;
    private static final int AS_BACK = 1;
    private static final int BYTES = 2;
    private static final int HEX = 3;
    private static final int FORM = 3;

    private OwnText() {}

    /** The texts before, the newest last: at least {@link #WINDOW} bytes of them, if there are so many. */
    private static class Past {
        private static final int MOST = 4 * WINDOW;

        Bytes bytes = new Bytes(1 << 9);

        /**
         * Lets go of what is too far back, once that is worth it.
         *
         * @return by how much what stays has moved towards the beginning
         */
        int forget() {
            int gone = bytes.length() - WINDOW;
            if (gone < WINDOW) {
                return 0;
            }
            Bytes kept = bytes;
            if (bytes.array().length > MOST) {
                kept = new Bytes(MOST);
            }
            System.arraycopy(bytes.array(), gone, kept.array(), 0, WINDOW);
            kept.length(WINDOW);
            bytes = kept;
            return gone;
        }
    }

    /** Writes the texts of one slot. Not thread safe. */
    static final class Writer extends Past {
        /** What it takes of memory, about. */
        static final int MEMORY_BYTES = 3 * WINDOW;

        private static final int HASH_BITS = 11;
        private static final long HASH_FACTOR = 0x9E37_79B9_7F4A_7C15L;
        /** As many bytes are looked up. A shorter piece saves little, and often stands where a longer one begins soon. */
        private static final int KEY = 6;
        /** A shorter piece from as far back as the last one takes no less than its bytes. */
        private static final int MIN_AS_BACK = 3;
        /** A piece from elsewhere takes so many bytes more than one from as far back. */
        private static final int DISTANCE_BYTES = 2;
        /** Fewer digits than these save less than they cost. */
        private static final int MIN_HEX = 6;

        /** By the hash of the bytes there: where they were last, counted from 1; 0 is nowhere. */
        private final int[] places = new int[1 << HASH_BITS];

        /** Writes the bytes from {@code from} to {@code to} of {@code payload}. */
        void write(byte[] payload, int from, int to, Bytes out) {
            int gone = forget();
            for (int i = 0; gone > 0 && i < places.length; i++) {
                places[i] = Math.max(0, places[i] - gone);
            }
            int at = bytes.length();
            bytes.put(payload, from, to - from);
            bytes.ensure(Long.BYTES);
            out.putVarint(to - from);
            int end = bytes.length();
            int plain = at;
            int back = 0;
            while (at < end) {
                int found = end - at < KEY ? 0 : at + 1 - place(at);
                int far = found > WINDOW || found > at || found == back ? 0 : same(at, found);
                int near = same(at, back);
                boolean isFar = far >= KEY && far > near + DISTANCE_BYTES;
                int piece = isFar ? far : near;
                if (isFar || near >= MIN_AS_BACK) {
                    writePlain(plain, at, out);
                    out.putVarint((long) piece << 2 | (isFar ? BACK : AS_BACK));
                    if (isFar) {
                        back = found;
                        out.putVarint(back);
                    }
                    plain = at + piece;
                    while (++at < plain && end - at >= KEY) {
                        place(at);
                    }
                    at = plain;
                } else {
                    at++;
                }
            }
            writePlain(plain, end, out);
        }

        /** Where the bytes at {@code at} were last, counted from 1, or 0; remembers that they are here. */
        private int place(int at) {
            long key = LittleEndian.getLong(bytes.array(), at) << Long.SIZE - Byte.SIZE * KEY;
            int hash = (int) (key * HASH_FACTOR >>> Long.SIZE - HASH_BITS);
            int last = places[hash];
            places[hash] = at + 1;
            return last;
        }

        /** How many bytes from {@code at} on are as those from {@code back} before it on; 0 if {@code back} is 0. */
        private int same(int at, int back) {
            if (back == 0) {
                return 0;
            }
            int end = bytes.length();
            int mismatch = Arrays.mismatch(bytes.array(), at - back, end - back, bytes.array(), at, end);
            return mismatch < 0 ? end - at : mismatch;
        }

        private void writePlain(int from, int to, Bytes out) {
            byte[] text = bytes.array();
            int plain = from;
            for (int at = from; at < to; ) {
                int end = at;
                while (end < to && Text.digit(text[end]) >= 0) {
                    end++;
                }
                if (end - at >= MIN_HEX) {
                    writeBytes(plain, at, out);
                    writeHex(at, end, out);
                    plain = end;
                }
                at = end + 1;
            }
            writeBytes(plain, to, out);
        }

        private void writeBytes(int from, int to, Bytes out) {
            if (from < to) {
                out.putVarint((long) (to - from) << 2 | BYTES);
                out.put(bytes.array(), from, to - from);
            }
        }

        private void writeHex(int from, int to, Bytes out) {
            out.putVarint((long) (to - from) << 2 | HEX);
            byte[] text = bytes.array();
            for (int i = from; i < to; i += 2) {
                out.put(Text.digit(text[i]) << 4 | (i + 1 < to ? Text.digit(text[i + 1]) : 0));
            }
        }
    }

    /** Reads the texts of one slot. Not thread safe. */
    static final class Reader extends Past {
        /** Reads one text; the caller must not change it. */
        byte[] read(BytesReader in) throws UndecodableException {
            forget();
            int left = in.varintUpTo(MAX_BYTES);
            int start = bytes.length();
            int back = 0;
            while (left > 0) {
                long piece = in.varint();
                if (piece >>> 2 > left || piece >>> 2 == 0) {
                    throw new UndecodableException(
                            "a piece of " + (piece >>> 2) + " bytes where " + left + " are left");
                }
                int n = (int) (piece >>> 2);
                left -= n;
                switch ((int) piece & FORM) {
                    case BACK -> {
                        back = in.varintUpTo(Math.min(WINDOW, bytes.length()));
                        copy(n, back);
                    }
                    case AS_BACK -> copy(n, back);
                    case BYTES -> bytes.put(in.take(n));
                    default -> readHex(n, in);
                }
            }
            return Arrays.copyOfRange(bytes.array(), start, bytes.length());
        }

        private void copy(int n, int back) throws UndecodableException {
            if (back == 0) {
                throw new UndecodableException("a piece from nowhere");
            }
            bytes.ensure(n);
            for (int i = 0; i < n; i++) {
                bytes.put(bytes.array()[bytes.length() - back]);
            }
        }

        private void readHex(int n, BytesReader in) throws UndecodableException {
            for (int i = 0; i < n; i += 2) {
                int two = in.unsignedByte();
                bytes.put(Text.HEX[two >> 4]);
                if (i + 1 < n) {
                    bytes.put(Text.HEX[two & 0xF]);
                }
            }
        }
    }
}
