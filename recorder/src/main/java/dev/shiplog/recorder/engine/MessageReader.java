package dev.shiplog.recorder.engine;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts bytes, as they come, into the messages that they are: JSON objects and arrays. A message is there when its last
 * bracket is; line feeds, which engines send between them, do not matter. Between messages white space, {@code null},
 * NUL, record separators and byte order marks are nothing. Holds one buffer, and what {@link Pieces} may. For one thread.
 */
final class MessageReader {
    /** Four stats samples; also what the transport reads at once. */
    private static final int BUFFER = 8 * 1024;

    private static final byte[] NULL = {'n', 'u', 'l', 'l'};
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final InputStream in;
    private final LongConsumer passedOver;
    private final Pieces pieces;
    private final ValueScanner scanner = new ValueScanner();

    private byte[] buffer = new byte[0];
    private int from;
    private int to;
    /** Up to where the message that has begun was looked through. */
    private int seen;

    private boolean first = true;

    /**
     * @param passedOver is told how many bytes between messages are no JSON, line by line
     */
    MessageReader(InputStream in, Room room, LongConsumer passedOver) {
        this.in = in;
        this.passedOver = passedOver;
        this.pieces = new Pieces(room);
    }

    /**
     * Waits for the next message.
     *
     * @return null at the end
     * @throws IOException if it ends in the midst of a message, or does not begin with one
     */
    @Nullable
    Message next() throws IOException {
        try {
            while (toVisible()) {
                byte c = buffer[from];
                if (c == '{' || c == '[') {
                    first = false;
                    return message();
                }
                if (!pass(NULL) && !pass(BYTE_ORDER_MARK)) {
                    passLine();
                }
            }
            return null;
        } finally {
            pieces.clear();
        }
    }

    /** Goes to what is neither white space nor padding; false at the end. */
    private boolean toVisible() throws IOException {
        while (true) {
            while (from < to && (ValueScanner.isSpace(buffer[from]) || isPadding(buffer[from]))) {
                from++;
            }
            if (from < to) {
                return true;
            }
            if (!fill()) {
                return false;
            }
        }
    }

    private static boolean isPadding(byte c) {
        return c == ValueScanner.RECORD_SEPARATOR || c == 0;
    }

    private Message message() throws IOException {
        scanner.begin();
        seen = from;
        while (true) {
            int end = scanner.end(buffer, seen, to);
            if (end >= 0) {
                return upTo(end);
            }
            seen = to;
            if (from == 0 && to == buffer.length) {
                pieces.add(buffer, from, to);
                from = to;
            }
            if (!fill()) {
                throw new EOFException("ends in the midst of a message");
            }
        }
    }

    /** A value that was cut ends with white space. */
    private Message upTo(int end) {
        int begin = from;
        from = end;
        if (pieces.length() > 0) {
            pieces.add(buffer, begin, end);
            pieces.trim();
            return pieces.take();
        }
        int visible = end;
        while (ValueScanner.isSpace(buffer[visible - 1])) {
            visible--;
        }
        return Message.of(Arrays.copyOfRange(buffer, begin, visible));
    }

    /** Passes over a word that stands here; false if another does. */
    private boolean pass(byte[] word) throws IOException {
        for (int length = 1; length <= word.length; length++) {
            while (to - from < length) {
                if (!fill()) {
                    return false;
                }
            }
            if (buffer[from + length - 1] != word[length - 1]) {
                return false;
            }
        }
        from += word.length;
        return true;
    }

    /**
     * Passes over the rest of a line. Where a message came before, the line may be the rest of a broken one and hold a
     * secret: then its text is not told.
     */
    private void passLine() throws IOException {
        if (first) {
            String text = Failures.message(Arrays.copyOfRange(buffer, from, to));
            throw new IOException("this is no JSON (" + text + "); does something else answer in the engine's place?");
        }
        long length = 0;
        boolean ends = false;
        while (!ends) {
            while (from < to && !ends) {
                ends = buffer[from++] == '\n';
                length++;
            }
            ends = ends || !fill();
        }
        passedOver.accept(length);
    }

    /** Reads what has come, waiting for the first byte; false at the end. What was not given out stays. */
    private boolean fill() throws IOException {
        if (from == to) {
            from = 0;
            to = 0;
            seen = 0;
            if (buffer.length == 0) {
                buffer = new byte[BUFFER];
            }
        } else if (to == buffer.length) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            seen -= from;
            from = 0;
        }
        int count = in.read(buffer, to, buffer.length - to);
        to += Math.max(0, count);
        return count >= 0;
    }
}
