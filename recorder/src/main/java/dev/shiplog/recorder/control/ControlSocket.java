package dev.shiplog.recorder.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.recorder.socket.UnixServer;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers operators while the recorder runs: takes their notes, and says how it goes. A client writes one request, closes its side, and reads the answer:
 *
 * <pre>
 * request := "note" LF text               text is UTF-8, of 1 to {@link #MAX_NOTE_BYTES} bytes
 *          | "status" LF ("text" | "json")
 * answer  := "ok" LF                      to a note
 *          | "status " code LF body       code is the exit code of {@code recorder status}
 *          | "refused: " why LF
 * </pre>
 *
 * <p>Who may write to the directory may connect. A recorder without its socket records all the same. Thread safe.
 */
public final class ControlSocket implements Closeable {
    /** A note is a line or two, not a file. */
    public static final int MAX_NOTE_BYTES = 4096;

    static final String NAME = "recorder.sock";
    static final String NOTE = "note\n";
    static final String STATUS = "status\n";
    static final String TEXT = "text";
    static final String JSON = "json";
    static final String OK = "ok\n";
    static final String REFUSED = "refused: ";

    private static final System.Logger LOG = System.getLogger(ControlSocket.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Predicate<Mark> marks;
    private final Supplier<Status> status;
    private final UnixServer server;

    private ControlSocket(Path file, Predicate<Mark> marks, Supplier<Status> status) throws IOException {
        this.marks = marks;
        this.status = status;
        server = UnixServer.open(file, "shiplog-control", PATIENCE, this::serve);
    }

    /**
     * Listens beside the journal. The caller holds the lock of the journal: a socket that is there is that of a run which
     * was killed.
     *
     * @param marks takes a mark; false if it has no room for it
     * @param status says how it goes
     * @return null if there can be no socket; a line says why
     */
    public static @Nullable ControlSocket open(Path dataDir, Predicate<Mark> marks, Supplier<Status> status) {
        Path file = dataDir.resolve(NAME);
        try {
            return new ControlSocket(file, marks, status);
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            String why = e instanceof IOException failed ? FileErrors.line(failed) : String.valueOf(e.getMessage());
            LOG.log(Level.WARNING, "no notes can be taken, and no status be given: {0}: {1}", file, why);
            return null;
        }
    }

    /** Reads up to the end of the request, or as much of it as shows that it is too long. */
    private void serve(UnixServer.Client client) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(NOTE.length() + MAX_NOTE_BYTES + 1);
        boolean more = true;
        while (more && request.hasRemaining()) {
            more = client.read(request);
        }
        client.write(decide(Arrays.copyOf(request.array(), request.position())).getBytes(UTF_8));
    }

    private String decide(byte[] request) {
        String asked = new String(request, UTF_8);
        if (asked.equals(STATUS + TEXT) || asked.equals(STATUS + JSON)) {
            Status now = status.get();
            String body = asked.endsWith(JSON) ? StatusJson.of(now) : StatusText.of(now);
            return "status " + now.code() + "\n" + body;
        }
        if (!asked.startsWith(NOTE)) {
            return REFUSED + "this recorder knows no such request\n";
        }
        String text = asked.substring(NOTE.length()).strip();
        if (request.length > NOTE.length() + MAX_NOTE_BYTES) {
            return REFUSED + "a note has at most " + MAX_NOTE_BYTES + " bytes\n";
        }
        if (text.isEmpty()) {
            return REFUSED + "a note needs a text\n";
        }
        return marks.test(new Mark.Note(text)) ? OK : REFUSED + "the recorder has no room for it now\n";
    }

    /** Takes no more marks once it returns. Idempotent. */
    @Override
    public void close() {
        server.close();
    }
}
