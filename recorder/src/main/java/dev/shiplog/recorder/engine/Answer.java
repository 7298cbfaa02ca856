package dev.shiplog.recorder.engine;

import com.github.dockerjava.transport.DockerHttpClient.Response;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request and the engine's answer to it, read as a whole or message by message. Holds one buffer, of 8 KiB unless a message
 * is longer. One thread opens and reads; any thread may close, before the answer has begun, too.
 */
final class Answer implements MessageStream {
    /** Four stats samples; also what the transport reads at once. */
    private static final int BUFFER = 8 * 1024;

    /** Of a message, and of an answer that is held at once: on the default heap, what is made of one has room, too. */
    static final int LONGEST = 8 * 1024 * 1024;

    /** Of a longer message: enough to see what it was about. */
    static final int HEAD = 4 * 1024;

    /** What is left of an answer when its reader has seen enough: a list's closing bracket, white space. */
    private static final int LONGEST_REST = 64 * 1024;

    private static final int LONGEST_ERROR = 16 * 1024;
    private static final byte LINE_FEED = '\n';
    private static final byte RECORD_SEPARATOR = 0x1e;

    private final EngineAddress address;
    private final String path;
    private final Connection connection;
    private final Consumer<Connection> reuse;
    private final Consumer<Answer> forget;

    /** Why it is over; set once, by who takes the connection away, to reuse it or to close it. */
    private final AtomicReference<@Nullable String> over = new AtomicReference<>();

    private volatile long lastHeard = System.nanoTime();

    /** Waits for the head of the answer, and is to be interrupted when that is no longer wanted. Guarded by this. */
    private @Nullable Thread opening;

    private @Nullable Response response;
    private InputStream body = InputStream.nullInputStream();
    private boolean framed;
    private boolean separated;

    private byte[] buffer = new byte[0];
    private int from;
    private int to;
    private int searched;
    private long skipped;

    /**
     * Takes the connection.
     *
     * @param reuse gets it back when the answer was read to its end
     * @param forget is told when the answer is over, either way
     */
    Answer(
            EngineAddress address,
            String path,
            Connection connection,
            Consumer<Connection> reuse,
            Consumer<Answer> forget) {
        this.address = address;
        this.path = path;
        this.connection = connection;
        this.reuse = reuse;
        this.forget = forget;
    }

    @Override
    public void open() throws IOException {
        if (response != null) {
            return;
        }
        response = head();
        lastHeard = System.nanoTime();
        InputStream content = response.getBody();
        if (content != null) {
            body = content;
        }
        int status = response.getStatusCode();
        if (status < 100 || status > 599) {
            throw new IOException(address + ": GET " + path + ": cut off in the midst of the answer's head");
        }
        if (status < 200 || status > 299) {
            throw new EngineStatusException(path, status, Failures.message(errorBody()));
        }
        framed = !header("Content-Length").isEmpty()
                || !header("Transfer-Encoding").isEmpty();
        separated = header("Content-Type").startsWith("application/json-seq");
    }

    private Response head() throws IOException {
        beginOpening();
        try {
            Response head = connection.get(path);
            if (endOpening()) {
                return head;
            }
            head.close();
            throw failed(new InterruptedIOException());
        } catch (RuntimeException e) {
            endOpening();
            throw failed(e);
        }
    }

    private synchronized void beginOpening() throws IOException {
        if (over.get() != null) {
            throw failed(new InterruptedIOException());
        }
        opening = Thread.currentThread();
    }

    /** False if it was closed meanwhile. */
    private boolean endOpening() {
        synchronized (this) {
            opening = null;
        }
        if (over.get() == null) {
            return true;
        }
        Thread.interrupted(); // ours; it has done its work
        connection.close();
        return false;
    }

    private byte[] errorBody() {
        try {
            return body.readNBytes(LONGEST_ERROR);
        } catch (IOException | RuntimeException e) {
            return new byte[0]; // the status says enough
        }
    }

    /** A header of the answer, or the empty string. */
    String header(String name) {
        String value = response == null ? null : response.getHeader(name);
        return value == null ? "" : value;
    }

    /** The whole body. */
    byte[] readAll() throws IOException {
        while (fill()) {
            if (to - from > LONGEST) {
                throw tooLarge(LONGEST);
            }
        }
        return Arrays.copyOfRange(buffer, from, to);
    }

    /** What a reader makes of the body. */
    <T> T readBy(Engine.BodyReader<T> reader) throws IOException {
        T result = reader.read(new Body());
        int rest = 0;
        while (fill()) {
            rest += to - from;
            from = to;
            if (rest > LONGEST_REST) {
                throw tooLarge(LONGEST_REST);
            }
        }
        return result;
    }

    private IOException tooLarge(int limit) {
        return new IOException(address + ": GET " + path + ": the answer is larger than " + (limit >> 10) + " KiB");
    }

    /** The body as a stream: what is read is given away, so one buffer is all that is held. */
    private final class Body extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (from == to && !fill()) {
                return -1;
            }
            int count = Math.min(length, to - from);
            System.arraycopy(buffer, from, into, offset, count);
            from += count;
            return count;
        }
    }

    @Override
    public @Nullable Message next() throws IOException {
        open();
        while (true) {
            for (int at = searched; at < to; at++) {
                if (buffer[at] == LINE_FEED) {
                    Message message = message(at);
                    from = at + 1;
                    searched = from;
                    return message;
                }
            }
            searched = to;
            if (to - from > LONGEST) {
                // All that is kept is the head.
                skipped += to - from - HEAD;
                to = from + HEAD;
                searched = to;
            }
            if (!fill()) {
                if (from == to) {
                    return null;
                }
                Message rest = message(to);
                from = to;
                return rest;
            }
        }
    }

    private Message message(int end) {
        boolean marked = separated && from < end && buffer[from] == RECORD_SEPARATOR;
        int begin = marked ? from + 1 : from;
        long length = skipped + end - begin;
        int kept = skipped == 0 ? end : Math.min(end, begin + HEAD);
        skipped = 0;
        return new Message(Arrays.copyOfRange(buffer, begin, kept), length);
    }

    /** Reads what has come, waiting for the first byte; false at the clean end of the body. */
    private boolean fill() throws IOException {
        makeRoom();
        try {
            int count = body.read(buffer, to, buffer.length - to);
            if (count < 0) {
                if (!framed) {
                    // A head that was cut looks like this, and so does a body that ends with its connection.
                    throw new EOFException("ends without saying whether that is all");
                }
                if (over.compareAndSet(null, "at its end")) {
                    forget.accept(this);
                    reuse.accept(connection);
                }
                return false;
            }
            to += count;
            lastHeard = System.nanoTime();
            return true;
        } catch (IOException | RuntimeException e) {
            throw failed(e);
        }
    }

    private void makeRoom() throws IOException {
        if (from == to) {
            from = 0;
            to = 0;
            searched = 0;
            if (buffer.length != BUFFER) {
                buffer = new byte[BUFFER];
            }
        } else if (to == buffer.length) {
            byte[] room = from == 0 ? new byte[2 * buffer.length] : buffer;
            System.arraycopy(buffer, from, room, 0, to - from);
            buffer = room;
            to -= from;
            searched -= from;
            from = 0;
        }
    }

    private IOException failed(Exception e) {
        String why = over.get();
        return why == null
                ? Failures.explain(address, path, e)
                : new IOException(address + ": GET " + path + ": " + why, e);
    }

    @Override
    public long lastHeard() {
        return lastHeard;
    }

    @Override
    public void close() {
        close("closed");
    }

    @Override
    public void close(String why) {
        if (over.compareAndSet(null, why)) {
            forget.accept(this);
            if (!breakOffOpening()) {
                connection.close();
            }
        }
    }

    /**
     * Ends an opening that is under way; true if its thread then sees to the connection.
     *
     * <p>The transport loses a socket that it gets while it is being closed: it looks whether it is closed before it
     * connects, not after, and then nothing can reach that socket any more. So it must not be closed while it connects.
     * On a unix socket an interrupt ends each of its steps, with nothing left behind. Tcp knows no interrupts; there it
     * is closed all the same, and what may be left is a connection without a request, for the garbage collector to
     * close, or, if the engine never begins to answer, the call itself. Both windows are microseconds wide.
     */
    private synchronized boolean breakOffOpening() {
        if (opening == null || address.socket() == null) {
            return false;
        }
        opening.interrupt();
        return true;
    }
}
