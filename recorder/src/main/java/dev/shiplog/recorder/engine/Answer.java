package dev.shiplog.recorder.engine;

import dev.shiplog.recorder.http.Selection;
import dev.shiplog.recorder.http.SocketResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request and the engine's answer, read as a whole, by a parser, or message by message. One thread opens and reads;
 * any thread may close, even before the answer has begun.
 */
final class Answer implements MessageStream {
    private static final int BUFFER = 8 * 1024;
    private static final int LONGEST_ERROR = 16 * 1024;
    /** What may follow the value that a reader wanted: a list's closing bracket, white space. */
    private static final int LONGEST_REST = 64 * 1024;

    private static final String AT_ITS_END = "at its end";

    private final EngineAddress address;
    private final String path;
    private final Connection connection;
    private final Consumer<Connection> reuse;
    private final Consumer<Answer> forget;
    private final Room room;
    private final Selection selection;
    private final Body body = new Body();
    private final Messages messages;

    /** Why the answer is over. Set once, by whoever takes the connection to reuse it or to close it. */
    private final AtomicReference<@Nullable String> over = new AtomicReference<>();

    private volatile long lastHeard = System.nanoTime();

    /** Who is told of the answer, if nobody waits for it; then how it went. */
    private Engine.@Nullable Asked asked;

    private byte[] whole = {};
    private @Nullable IOException failure;

    private @Nullable SocketResponse response;
    private InputStream content = InputStream.nullInputStream();
    /** Whether the answer says where it ends; if not, it ends with the connection, as does one that was cut. */
    private boolean framed;

    /**
     * Takes over the connection.
     *
     * @param reuse gets the connection back when the answer was read to its end
     * @param forget gets the answer when it is over, either way
     * @param selection what reads when it is followed
     * @param form how the body is cut into messages, if it is
     */
    Answer(
            EngineAddress address,
            String path,
            Connection connection,
            Consumer<Connection> reuse,
            Consumer<Answer> forget,
            Room room,
            Selection selection,
            Form form) {
        this.address = address;
        this.path = path;
        this.connection = connection;
        this.reuse = reuse;
        this.forget = forget;
        this.room = room;
        this.selection = selection;
        this.messages = form.of(body, room);
    }

    /** How a body is cut into messages. */
    @FunctionalInterface
    interface Form {
        Messages of(InputStream body, Room room);
    }

    @Override
    public void open() throws IOException {
        if (response != null) {
            return;
        }
        response = awaitHead();
        lastHeard = System.nanoTime();
        InputStream found = response.getBody();
        if (found != null) {
            content = found;
        }
        int status = response.getStatusCode();
        if (status < 200 || status > 299) {
            throw new EngineStatusException(path, status, Failures.message(errorBody()));
        }
        framed = !header("Content-Length").isEmpty()
                || !header("Transfer-Encoding").isEmpty();
        String encoding = header("Content-Encoding");
        if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
            // The transport has decoded what it can, and then removes this header.
            throw new IOException(address + ": GET " + path + ": the answer is encoded as " + Failures.oneLine(encoding)
                    + ", which was not asked for; let the proxy pass on what the engine sends");
        }
    }

    private SocketResponse awaitHead() throws IOException {
        throwIfOver();
        try {
            return asked == null ? connection.get(path) : connection.receive();
        } catch (IOException | RuntimeException e) {
            throw failed(e);
        }
    }

    private void throwIfOver() throws IOException {
        if (over.get() != null) {
            throw failed(new InterruptedIOException());
        }
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

    /** The whole body, without white space and byte order mark around it. */
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
            int begin = BodyScan.skipInvisible(bytes, 0, bytes.length);
            return begin == 0 ? bytes : Arrays.copyOfRange(bytes, begin, bytes.length);
        } catch (IOException e) {
            throw failed(e);
        } finally {
            pieces.clear();
        }
    }

    /** The body as a reader reads it. */
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

    @Override
    public void follow(Listener listener) {
        try {
            Objects.requireNonNull(response, "not open")
                    .follow(selection, messages.hasArrived(), () -> readArrived(listener));
        } catch (IOException e) {
            end(listener, failed(e));
        }
    }

    /**
     * Sends the request. Once its answer arrives it is read as a whole, on a thread that may serve others, and that tells the
     * caller; the connection is free then.
     */
    void ask(Engine.Asked caller) {
        asked = caller;
        try {
            throwIfOver();
            connection.send(path);
            connection.follow(selection, this::readAsked, this::tell);
        } catch (IOException | RuntimeException e) {
            IOException explained = failed(e);
            close();
            caller.failed(explained);
        }
    }

    private void readAsked() {
        try {
            open();
            whole = readAll();
        } catch (IOException e) {
            failure = e;
        } catch (RuntimeException e) {
            failure = failed(e);
        }
        close();
    }

    private void tell() {
        Engine.Asked caller = Objects.requireNonNull(asked);
        if (AT_ITS_END.equals(over.get())) {
            reuse.accept(connection);
        }
        if (failure == null) {
            caller.answered(whole);
        } else {
            caller.failed(failure);
        }
    }

    /** Reads what has arrived, at least one message; false if the stream is over. */
    private boolean readArrived(Listener listener) {
        try {
            do {
                Message message = next();
                if (message == null || !listener.message(message)) {
                    end(listener, null);
                    return false;
                }
            } while (messages.hasArrived());
            return true;
        } catch (IOException e) {
            end(listener, e);
        } catch (RuntimeException e) {
            end(listener, failed(e));
        }
        return false;
    }

    private void end(Listener listener, @Nullable IOException failure) {
        close();
        listener.ended(failure);
    }

    /** The body as it arrives; at its clean end the connection is free for the next request. */
    private final class Body extends InputStream {
        private final BodyScan scan = new BodyScan();

        Body ofOneValue() {
            scan.expectOneValue();
            return this;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int available() throws IOException {
            return content.available();
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
                if (!framed) {
                    scan.scan(into, offset, offset + count);
                }
                return count;
            }
            if (!framed && !scan.isWhole()) {
                // An answer that was cut within its headers looks like one with an empty body.
                throw new EOFException("ends without saying whether that is all");
            }
            if (over.compareAndSet(null, AT_ITS_END)) {
                forget.accept(Answer.this);
                release();
                if (asked == null) {
                    reuse.accept(connection);
                }
            }
            return -1;
        }

        /** A compressed body may end before its chunks do; the client must not wait for the rest. */
        private void release() {
            if (response != null) {
                response.close();
            }
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
            connection.close();
        }
    }
}
