package dev.shiplog.recorder.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;

/** The body of an answer, freed of its framing: by length, in chunks, or up to the end of the connection. */
final class Body extends InputStream {
    private static final int LONGEST_LINE = 8 * 1024;
    private static final int HEX = 16;
    private static final long UNKNOWN = -1;
    /** Bytes that follow a chunk and come with it. */
    private static final int CHUNK_END = 2;

    private final Wire wire;
    private final Runnable free;
    private final boolean chunked;
    /** Bytes that are to come of the body, or of the chunk that is being read; {@link #UNKNOWN} up to the end. */
    private long left;

    private boolean inChunks;
    private boolean over;
    private boolean whole;

    /** @param free runs once the body is read to an end that is known: the connection is free again */
    Body(Wire wire, Head head, Runnable free) throws ProtocolException {
        this.wire = wire;
        this.free = free;
        this.chunked = !head.isWithoutBody() && head.isChunked();
        this.left = chunked || head.isWithoutBody() ? 0 : head.contentLength();
    }

    /** Whether it was read to an end that is known. */
    boolean isWhole() {
        return whole;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (over || length == 0) {
            return over ? -1 : 0;
        }
        if (left == 0 && !(chunked && nextChunk())) {
            over = true;
            whole = true;
            free.run();
            return -1;
        }
        int count = wire.read(into, offset, left == UNKNOWN ? length : (int) Math.min(length, left));
        if (count < 0) {
            if (left != UNKNOWN) {
                throw new CutOffException(left + " more bytes were to come");
            }
            over = true;
        } else if (left != UNKNOWN) {
            left -= count;
        }
        return count;
    }

    /** More than 0 if a part of the body is here that has not been read; that it ends counts as one. */
    @Override
    public int available() {
        int here = wire.buffered();
        if (over || left != 0) {
            return over ? 0 : left == UNKNOWN ? here : (int) Math.min(left, here);
        }
        return here > CHUNK_END ? 1 : 0;
    }

    /** Reads the line before a chunk, and what ends the chunk before it; false at the last. */
    private boolean nextChunk() throws IOException {
        if (inChunks && !line().isEmpty()) {
            throw new ProtocolException("a chunk that is longer than it says");
        }
        inChunks = true;
        left = length(line());
        if (left > 0) {
            return true;
        }
        while (!line().isEmpty()) {
            // A trailer; no engine sends one that we need.
        }
        return false;
    }

    private String line() throws IOException {
        String line = wire.line(LONGEST_LINE);
        if (line == null) {
            throw new CutOffException("more chunks were to come");
        }
        return line;
    }

    private static long length(String line) throws ProtocolException {
        int extension = line.indexOf(';');
        String digits = (extension < 0 ? line : line.substring(0, extension)).strip();
        try {
            long length = Long.parseLong(digits, HEX);
            if (length >= 0) {
                return length;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new ProtocolException("a chunk without a length");
    }
}
