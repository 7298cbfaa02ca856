package dev.shiplog.recorder.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One open connection, with what was read from it ahead of its reader. */
final class Wire implements Closeable {
    /** Two to four samples. */
    private static final int BUFFER = 8 * 1024;

    private final SocketChannel channel;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER];
    private int from;
    private int to;

    /** A connection without TLS. */
    Wire(SocketChannel channel) {
        this(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel));
    }

    /** @param in what comes by the channel, decrypted */
    Wire(SocketChannel channel, InputStream in, OutputStream out) {
        this.channel = channel;
        this.in = in;
        this.out = out;
    }

    void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** False at the end. */
    private boolean fill() throws IOException {
        from = 0;
        to = Math.max(0, in.read(buffer));
        return to > 0;
    }

    /** Waits for the first byte of an answer; false if the connection ended. */
    boolean await() throws IOException {
        return from < to || fill();
    }

    /** As {@link InputStream#read(byte[], int, int)}. */
    int read(byte[] into, int offset, int length) throws IOException {
        if (from == to) {
            if (length >= BUFFER) {
                return in.read(into, offset, length);
            }
            if (!fill()) {
                return -1;
            }
        }
        int count = Math.min(length, to - from);
        System.arraycopy(buffer, from, into, offset, count);
        from += count;
        return count;
    }

    /**
     * The next line, without its end; null if the connection ended within it.
     *
     * @param longest line to be accepted
     */
    @Nullable
    String line(int longest) throws IOException {
        StringBuilder line = null;
        while (true) {
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            String piece = new String(buffer, from, end - from, StandardCharsets.ISO_8859_1);
            boolean whole = end < to;
            from = whole ? end + 1 : end;
            if (whole && line == null) {
                return withoutReturn(piece);
            }
            line = (line == null ? new StringBuilder() : line).append(piece);
            if (line.length() > longest) {
                throw new ProtocolException("a line of more than " + longest + " bytes");
            }
            if (whole) {
                return withoutReturn(line.toString());
            }
            if (!fill()) {
                return null;
            }
        }
    }

    private static String withoutReturn(String line) {
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    /** Ends a read that waits, too. TLS is not told: its farewell would wait for a far end that may be gone. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
