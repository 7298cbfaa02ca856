package dev.shiplog.recorder.engine;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the log of a container without a terminal into its messages. The engine sends each in a frame: a byte for the stream
 * (1 stdout, 2 stderr, 3 the engine's own words), three of 0, the length in four, highest first, and the message. The
 * message given out begins with the byte of the stream; the rest of the header follows from it and the length. Of a frame
 * that is too long only the beginning is kept. For one thread.
 */
final class FrameReader implements Messages {
    private static final int HEADER = 8;
    private static final int BUFFER = 16 * 1024;
    private static final int LAST_STREAM = 3;

    private final InputStream in;
    private final Pieces pieces;
    private byte[] buffer = new byte[0];
    private int from;
    private int to;

    FrameReader(InputStream in, Room room) {
        this.in = in;
        this.pieces = new Pieces(room);
    }

    @Override
    public @Nullable Message next() throws IOException {
        if (!has(HEADER)) {
            if (from == to) {
                return null;
            }
            throw new EOFException("ends in the midst of a frame's head");
        }
        byte stream = buffer[from];
        if (stream < 0
                || stream > LAST_STREAM
                || buffer[from + 1] != 0
                || buffer[from + 2] != 0
                || buffer[from + 3] != 0) {
            throw new IOException("this is no frame of a log; does something else answer in the engine's place?");
        }
        long length = 0;
        for (int i = 4; i < HEADER; i++) {
            length = length << 8 | buffer[from + i] & 0xff;
        }
        from += HEADER;
        try {
            return message(stream, length);
        } finally {
            pieces.clear();
        }
    }

    private Message message(byte stream, long length) throws IOException {
        if (length < buffer.length && has((int) length)) {
            byte[] payload = new byte[(int) length + 1];
            payload[0] = stream;
            System.arraycopy(buffer, from, payload, 1, (int) length);
            from += (int) length;
            return Message.of(payload);
        }
        pieces.add(new byte[] {stream}, 0, 1);
        for (long left = length; left > 0; ) {
            if (!has(1)) {
                throw new EOFException("ends in the midst of a frame");
            }
            int count = (int) Math.min(left, to - from);
            pieces.add(buffer, from, from + count);
            from += count;
            left -= count;
        }
        return pieces.take();
    }

    /** Waits until the buffer has so many bytes; false at the end. */
    private boolean has(int wanted) throws IOException {
        while (to - from < wanted) {
            if (buffer.length == 0) {
                buffer = new byte[BUFFER];
            }
            if (from > 0 && from + wanted > buffer.length) {
                System.arraycopy(buffer, from, buffer, 0, to - from);
                to -= from;
                from = 0;
            }
            if (from == to) {
                from = 0;
                to = 0;
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
