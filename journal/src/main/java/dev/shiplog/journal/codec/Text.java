package dev.shiplog.journal.codec;

import dev.shiplog.journal.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The coding of texts: long ones of hexadecimal digits are packed, and those that may come again get a number in the
 * group's dictionary.
 *
 * <pre>
 * text := varint (n &lt;&lt; 2 | 0)                     entry n of the dictionary
 *       | varint (n &lt;&lt; 2 | 1) n bytes             as they stand
 *       | varint (n &lt;&lt; 2 | 2) varint id, n bytes  as they stand, and entry id from now on
 *       | varint (n &lt;&lt; 2 | 3) varint id, n bytes  2n lower-case hexadecimal digits, and entry id from now on
 * </pre>
 *
 * Entries carry their number, so that a lost record cannot shift the others.
 */
final class Text {
    static final int ENTRY = 0;
    static final int PLAIN = 1;
    static final int NEW_ENTRY = 2;
    static final int NEW_HEX_ENTRY = 3;

    /** A dictionary holds at most this many texts a group. */
    static final int MAX_ENTRIES = 4096;

    private static final int MIN_HEX = 16;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private Text() {}

    /** Whether the text is worth packing: an even number of at least 16 lower-case hexadecimal digits. */
    static boolean isHex(byte[] text) {
        if (text.length < MIN_HEX || (text.length & 1) != 0) {
            return false;
        }
        for (byte b : text) {
            if (digit(b) < 0) {
                return false;
            }
        }
        return true;
    }

    static void pack(byte[] text, Bytes out) {
        for (int i = 0; i < text.length; i += 2) {
            out.put(digit(text[i]) << 4 | digit(text[i + 1]));
        }
    }

    static byte[] unpack(byte[] packed) {
        byte[] text = new byte[packed.length * 2];
        for (int i = 0; i < packed.length; i++) {
            text[2 * i] = HEX[packed[i] >> 4 & 0xF];
            text[2 * i + 1] = HEX[packed[i] & 0xF];
        }
        return text;
    }

    private static int digit(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1;
    }

    /** A run of bytes as a key. */
    static final class Key {
        private final byte[] bytes;
        private final int hash;

        Key(byte[] bytes) {
            this.bytes = bytes;
            this.hash = Arrays.hashCode(bytes);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.hash == hash && Arrays.equals(key.bytes, bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
