package dev.shiplog.recorder.engine;

import dev.shiplog.journal.bytes.CanonicalTime;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the log of a container with a terminal into its messages. The engine sends them without frames: each is its time, a
 * space, and a line with its line feed. Of a line of more than 16 KiB it makes several messages, and all but the last have
 * no line feed: there the next one begins after 16 KiB, with a time. The message given out begins with the byte 0, which
 * stands for the terminal. For one thread.
 */
final class TerminalReader implements Messages {
    /** The engine's own bound for what it reads of a line at once. */
    static final int PARTIAL = 16 * 1024;

    private static final int TIME = CanonicalTime.MAX_LENGTH + 1;
    private static final int BUFFER = 2 * (PARTIAL + TIME);

    private final InputStream in;
    private final Pieces pieces;
    private byte[] buffer = new byte[0];
    private int from;
    private int to;
    private boolean ended;

    TerminalReader(InputStream in, Room room) {
        this.in = in;
        this.pieces = new Pieces(room);
    }

    @Override
    public @Nullable Message next() throws IOException {
        if (!fill(1)) {
            return null;
        }
        try {
            pieces.add(new byte[1], 0, 1);
            int seen = from;
            while (true) {
                int end = lineEnd(seen);
                if (end >= 0 || isWholePartial() || ended) {
                    end = end >= 0 ? end : isWholePartial() ? from + TIME + PARTIAL : to;
                    pieces.add(buffer, from, end);
                    from = end;
                    return pieces.take();
                }
                int had = to - from;
                if (had >= BUFFER) { // no engine sends such a line in one message
                    pieces.add(buffer, from, from + PARTIAL);
                    from += PARTIAL;
                    had -= PARTIAL;
                }
                boolean more = fill(had + 1);
                ended = !more;
                seen = from + had;
            }
        } finally {
            pieces.clear();
        }
    }

    /** After the line feed of the message; -1 if there is none yet, within what one message may hold. */
    private int lineEnd(int seen) {
        int end = isWholePartial() ? from + TIME + PARTIAL : to;
        for (int at = seen; at < end; at++) {
            if (buffer[at] == '\n') {
                return at + 1;
            }
        }
        return -1;
    }

    /** Whether the message is as long as the engine makes one, and another one follows it. */
    private boolean isWholePartial() {
        int next = from + TIME + PARTIAL;
        return pieces.length() == 1 && to - next >= TIME && isTime(from) && isTime(next);
    }

    private boolean isTime(int at) {
        return buffer[at + TIME - 1] == ' ' && CanonicalTime.readNanos(buffer, at) != CanonicalTime.NONE;
    }

    /** Waits until the buffer has so many bytes; false at the end. */
    private boolean fill(int wanted) throws IOException {
        if (buffer.length == 0) {
            buffer = new byte[BUFFER];
        }
        while (to - from < wanted) {
            if (ended) {
                return false;
            }
            if (to == buffer.length) {
                buffer = from == 0
                        ? Arrays.copyOf(buffer, 2 * buffer.length)
                        : Arrays.copyOfRange(buffer, from, from + buffer.length);
                to -= from;
                from = 0;
            }
            int count = in.read(buffer, to, buffer.length - to);
            if (count < 0) {
                return false;
            }
            to += count;
        }
        return true;
    }
}
