package dev.shiplog.timeline.payload;

import java.io.IOException;
import java.io.InputStream;

/**
 * Splits a JSON array into its elements as it arrives, and holds none of them: an array of any size takes a few KiB. Each
 * element is read by itself, so a broken one costs no other, as long as its brackets and quotes match. A string that is
 * longer than {@value #LONGEST} bytes is cut to that length, since a reader would hold it whole.
 */
final class Elements {
    /** Far longer than any name; a reader's memory takes several times as much. */
    private static final int LONGEST = 256 * 1024;

    private static final int END = -1;

    private final InputStream body;
    private final byte[] buffer = new byte[8 * 1024];
    private int at;
    private int filled;

    private Elements(InputStream body) {
        this.body = body;
    }

    /** Takes in one element. */
    @FunctionalInterface
    interface Reader {
        /**
         * Reads as much of the element as it needs.
         *
         * @param element ends where the element ends
         * @throws IOException what the source throws; the reader itself deals with a broken element
         */
        void read(InputStream element) throws IOException;
    }

    /**
     * Passes each element to {@code reader}, in order.
     *
     * @throws IOException if the body is no array, or was cut; the elements before the cut were read
     */
    static void each(InputStream body, Reader reader) throws IOException {
        Elements elements = new Elements(body);
        if (elements.visible() != '[') {
            throw new IOException("not a JSON array");
        }
        elements.at++;
        for (int next = elements.visible(); next != ']'; next = elements.visible()) {
            if (next == ',') {
                elements.at++;
                continue;
            }
            Element element = elements.new Element();
            reader.read(element);
            element.skipAll();
        }
    }

    /** The next byte that is neither white space nor part of a byte order mark; does not consume it. */
    private int visible() throws IOException {
        while (true) {
            int next = peek();
            if (next == END) {
                throw new IOException("cut off within a JSON array");
            }
            if (next > ' ' && next < 0x7f) {
                return next;
            }
            at++;
        }
    }

    private int peek() throws IOException {
        if (at == filled) {
            at = 0;
            filled = Math.max(0, body.read(buffer, 0, buffer.length));
            if (filled == 0) {
                return END;
            }
        }
        return buffer[at] & 0xff;
    }

    /** The bytes of the element that begins here. */
    private final class Element extends InputStream {
        private int depth;
        private boolean quoted;
        /** How many bytes of the current escape are still to come. */
        private int escaped;

        /** The previous byte, within an escape. */
        private int last;

        /** Whether the escape is the first half of a character. */
        private boolean high;

        private int length;
        private boolean cut;
        private boolean over;

        void skipAll() throws IOException {
            byte[] rest = new byte[1024];
            while (read(rest, 0, rest.length) > 0) {}
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? END : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int most) throws IOException {
            int n = 0;
            while (n < most && !over) {
                int next = peek();
                if (next == END) {
                    throw new IOException("cut off within a JSON array");
                }
                if (quoted) {
                    at++;
                    if (within(next)) {
                        bytes[offset + n++] = (byte) next;
                    }
                } else if (depth == 0 && (next == ',' || next == ']')) {
                    over = true; // a word or a number has no end of its own
                } else {
                    at++;
                    outside(next);
                    bytes[offset + n++] = (byte) next;
                }
                if (at == filled && n > 0) {
                    break; // return what is there rather than wait for more
                }
            }
            return n == 0 && most > 0 ? END : n;
        }

        private void outside(int next) {
            switch (next) {
                case '"' -> {
                    quoted = true;
                    length = 0;
                    cut = false;
                }
                case '{', '[' -> depth++;
                case '}', ']' -> over = --depth == 0;
                default -> {}
            }
        }

        /** False for what is cut off: all of a string after the last whole character that fits. */
        private boolean within(int next) {
            if (escaped == 0 && next == '"') {
                quoted = false;
                return true;
            }
            boolean begins = escaped == 0 && (next & 0xc0) != 0x80 && !high;
            cut |= begins && length >= LONGEST;
            length++;
            high &= escaped > 0;
            if (escaped == 0) {
                escaped = next == '\\' ? 1 : 0;
            } else {
                escaped += last == '\\' && next == 'u' ? 3 : -1;
                high |= escaped == 2 && PayloadJson.isHigh(last, next);
            }
            last = escaped == 0 ? 0 : next;
            return !cut;
        }
    }
}
