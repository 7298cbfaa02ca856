package dev.shiplog.recorder.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One open connection, with what was read from it ahead of its reader. */
final class Wire implements Closeable {
    /** Two to four samples. */
    private static final int BUFFER = 8 * 1024;

    private final SocketChannel channel;
    /** What comes by the channel, decrypted, and what goes by it, encrypted; null without TLS. */
    private final @Nullable InputStream decrypted;

    private final @Nullable OutputStream encrypted;
    private final byte[] buffer = new byte[BUFFER];
    private int from;
    private int to;
    /** What to do while nothing is there to be read, if the channel does not wait by itself. */
    private @Nullable Patience patience;

    /** Waits a little for more to arrive. */
    interface Patience {
        void await() throws IOException;
    }

    /** A connection without TLS. */
    Wire(SocketChannel channel) {
        this(channel, null, null);
    }

    /** One with TLS, of which these are the streams. */
    Wire(SocketChannel channel, @Nullable InputStream decrypted, @Nullable OutputStream encrypted) {
        this.channel = channel;
        this.decrypted = decrypted;
        this.encrypted = encrypted;
    }

    boolean isSecured() {
        return decrypted != null;
    }

    /** From now on the channel does not wait by itself. */
    void bePatient(Patience instead) {
        patience = instead;
    }

    void write(byte[] bytes) throws IOException {
        if (encrypted != null) {
            encrypted.write(bytes);
            encrypted.flush();
            return;
        }
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            if (channel.write(left) == 0 && patience != null) {
                patience.await();
            }
        }
    }

    /** False at the end. */
    private boolean fill() throws IOException {
        from = 0;
        to = Math.max(0, receive(buffer, 0, BUFFER));
        return to > 0;
    }

    private int receive(byte[] into, int offset, int length) throws IOException {
        if (decrypted != null) {
            return decrypted.read(into, offset, length);
        }
        ByteBuffer bytes = ByteBuffer.wrap(into, offset, length);
        int count = channel.read(bytes);
        while (count == 0 && patience != null) {
            patience.await();
            count = channel.read(bytes);
        }
        return count;
    }

    /** How many bytes were read ahead. */
    int buffered() {
        return to - from;
    }

    /** Waits for the first byte of an answer; false if the connection ended. */
    boolean await() throws IOException {
        return from < to || fill();
    }

    /** As {@link InputStream#read(byte[], int, int)}. */
    int read(byte[] into, int offset, int length) throws IOException {
        if (from == to) {
            if (length >= BUFFER) {
                return receive(into, offset, length);
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
