package dev.shiplog.recorder.engine;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts bytes, as they arrive, into messages: JSON objects and arrays. A message ends with its last bracket; the line
 * feeds that engines send between messages do not matter. White space, {@code null}, NUL, record separators and byte
 * order marks between messages are skipped. Holds one buffer, and {@link Pieces} of a long message. For one thread.
 */
final class MessageReader implements Messages {
    /** Four samples; the transport reads as much at once. */
    private static final int BUFFER = 8 * 1024;

    private static final byte[] NULL = {'n', 'u', 'l', 'l'};
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final InputStream in;
    private final LongConsumer skipped;
    private final Pieces pieces;
    private final ValueScanner scanner = new ValueScanner();

    private byte[] buffer = new byte[0];
    private int from;
    private int to;
    /** Up to where the current message was scanned. */
    private int seen;

    private boolean first = true;

    /**
     * @param skipped gets the number of bytes of each line between messages that is no JSON
     */
    MessageReader(InputStream in, Room room, LongConsumer skipped) {
        this.in = in;
        this.skipped = skipped;
        this.pieces = new Pieces(room);
    }

    @Override
    public @Nullable Message next() throws IOException {
        try {
            while (skipPadding()) {
                byte c = buffer[from];
                if (c == '{' || c == '[') {
                    first = false;
                    return message();
                }
                if (!skip(NULL) && !skip(BYTE_ORDER_MARK)) {
                    skipLine();
                }
            }
            return null;
        } finally {
            pieces.clear();
        }
    }

    @Override
    public boolean hasArrived() throws IOException {
        return skipArrivedPadding() || in.available() > 0;
    }

    /** Skips white space and other padding; false at the end. */
    private boolean skipPadding() throws IOException {
        while (!skipArrivedPadding()) {
            if (!fill()) {
                return false;
            }
        }
        return true;
    }

    /** The same in what was read already; false if that is all. */
    private boolean skipArrivedPadding() {
        while (from < to && (ValueScanner.isSpace(buffer[from]) || isPadding(buffer[from]))) {
            from++;
        }
        return from < to;
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

    /** The message that ends here; one that was cut has white space at its end. */
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

    /** Skips the word if it comes next; false if not. */
    private boolean skip(byte[] word) throws IOException {
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
     * Skips the rest of a line. After a message the line may be the rest of a broken one and hold a secret, so its text
     * is not reported.
     */
    private void skipLine() throws IOException {
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
        skipped.accept(length);
    }

    /** Reads what has arrived, and waits for the first byte; false at the end. Bytes not yet given out stay. */
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
