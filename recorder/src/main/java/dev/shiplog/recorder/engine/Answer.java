package dev.shiplog.recorder.engine;

import com.github.dockerjava.transport.DockerHttpClient.Response;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One request and the engine's answer to it, read as a whole, by a parser, or message by message. One thread opens and
 * reads; any thread may close, before the answer has begun, too.
 */
final class Answer implements MessageStream {
    private static final int BUFFER = 8 * 1024;
    private static final int LONGEST_ERROR = 16 * 1024;
    /** What is left of an answer when its reader has seen enough: a list's closing bracket, white space. */
    private static final int LONGEST_REST = 64 * 1024;

    private static final String AT_ITS_END = "at its end";

    private final EngineAddress address;
    private final String path;
    private final Connection connection;
    private final Consumer<Connection> reuse;
    private final Consumer<Answer> forget;
    private final Room room;
    private final Body body = new Body();
    private final MessageReader messages;

    /** Why it is over; set once, by who takes the connection away, to reuse it or to close it. */
    private final AtomicReference<@Nullable String> over = new AtomicReference<>();

    private volatile long lastHeard = System.nanoTime();

    /** Waits for the head of the answer, and is to be interrupted when that is no longer wanted. Guarded by this. */
    private @Nullable Thread opening;

    private @Nullable Response response;
    private InputStream content = InputStream.nullInputStream();
    /** Whether the answer says where it ends; else it ends with the connection, and so does one that was cut. */
    private boolean framed;

    /**
     * Takes the connection.
     *
     * @param reuse gets it back when the answer was read to its end
     * @param forget is told when the answer is over, either way
     * @param passedOver is told how many bytes of a stream are no message, line by line
     */
    Answer(
            EngineAddress address,
            String path,
            Connection connection,
            Consumer<Connection> reuse,
            Consumer<Answer> forget,
            Room room,
            LongConsumer passedOver) {
        this.address = address;
        this.path = path;
        this.connection = connection;
        this.reuse = reuse;
        this.forget = forget;
        this.room = room;
        this.messages = new MessageReader(body, room, passedOver);
    }

    @Override
    public void open() throws IOException {
        if (response != null) {
            return;
        }
        response = head();
        lastHeard = System.nanoTime();
        InputStream found = response.getBody();
        if (found != null) {
            content = found;
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
        String encoding = header("Content-Encoding");
        if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
            // What the transport can decode it has decoded, and left no such header.
            throw new IOException(address + ": GET " + path + ": the answer is encoded as " + Failures.oneLine(encoding)
                    + ", which was not asked for; let the proxy pass on what the engine sends");
        }
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
            return content.readNBytes(LONGEST_ERROR);
        } catch (IOException | RuntimeException e) {
            return new byte[0]; // the status says enough
        }
    }

    /** A header of the answer, or the empty string. */
    String header(String name) {
        String value = response == null ? null : response.getHeader(name);
        return value == null ? "" : value;
    }

    /** The whole body, without the white space and byte order mark around it. */
    byte[] readAll() throws IOException {
        Pieces pieces = new Pieces(room);
        try {
            InputStream whole = body.ofOneValue();
            byte[] buffer = new byte[BUFFER];
            for (int count = whole.read(buffer); count >= 0; count = whole.read(buffer)) {
                pieces.add(buffer, 0, count);
                if (pieces.tooLong()) {
                    throw new IOException(
                            "the answer is too large to be held, more than " + pieces.length() + " bytes");
                }
            }
            pieces.trim();
            byte[] bytes = pieces.take().bytes();
            int begin = Body.pastInvisible(bytes, 0, bytes.length);
            return begin == 0 ? bytes : Arrays.copyOfRange(bytes, begin, bytes.length);
        } catch (IOException e) {
            throw failed(e);
        } finally {
            pieces.clear();
        }
    }

    /** What a reader makes of the body. */
    <T> T readBy(Engine.BodyReader<T> reader) throws IOException {
        try {
            T result = reader.read(body.ofOneValue());
            if (body.readNBytes(LONGEST_REST).length == LONGEST_REST) {
                throw new IOException("much follows the value that was asked for");
            }
            return result;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public @Nullable Message next() throws IOException {
        open();
        try {
            return messages.next();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** The body as it comes; at its clean end the connection is free for the next request. */
    private final class Body extends InputStream {
        private final ValueScanner scanner = new ValueScanner();
        /** True if the body is one value, false if it may end wherever none has begun. */
        private boolean oneValue;

        private boolean begun;
        private boolean ended;

        Body ofOneValue() {
            oneValue = true;
            return this;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count;
            try {
                count = content.read(into, offset, length);
            } catch (RuntimeException e) {
                throw new IOException(e);
            }
            if (count >= 0) {
                lastHeard = System.nanoTime();
                if (!framed && !ended) {
                    look(into, offset, offset + count);
                }
                return count;
            }
            if (!framed && !ended) {
                // A head that was cut looks like a body of nothing.
                throw new EOFException("ends without saying whether that is all");
            }
            if (over.compareAndSet(null, AT_ITS_END)) {
                forget.accept(Answer.this);
                release();
                reuse.accept(connection);
            }
            return -1;
        }

        /** What was compressed may end before its chunks do; then the client must not wait for them. */
        private void release() {
            if (response != null) {
                response.close();
            }
        }

        /** Whether a body that ends with its connection is whole is to be seen from its brackets only. */
        private void look(byte[] bytes, int begin, int end) {
            int at = begin;
            if (!begun) {
                at = pastInvisible(bytes, at, end);
                if (at == end) {
                    return;
                }
                begun = true;
                ended = !oneValue || (bytes[at] != '{' && bytes[at] != '[');
                scanner.begin();
            }
            ended = ended || scanner.end(bytes, at, end) >= 0;
        }

        /** Past white space, and whatever is no ASCII, as the bytes of a byte order mark. */
        static int pastInvisible(byte[] bytes, int begin, int end) {
            int at = begin;
            while (at < end && bytes[at] <= ' ') {
                at++;
            }
            return at;
        }
    }

    private IOException failed(Exception e) {
        String why = over.get();
        return why == null || why.equals(AT_ITS_END)
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
