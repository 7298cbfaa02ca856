package dev.shiplog.recorder.exposition;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.recorder.tls.SmallFile;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask for metrics: a name and a password, by HTTP's basic authentication. Of the password only a digest stays in
 * memory, and the comparison takes the same time however much of a guess is right. As clients ask, at most once a second, it
 * looks whether the file of the password changed, and reads it again; where it is no good, what was read before stays in
 * use. Thread safe.
 */
public final class Login {
    private static final System.Logger LOG = System.getLogger(Login.class.getName());
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final String SCHEME = "Basic ";

    private final String user;
    private final @Nullable Path file;
    /** Of name, colon and password; null before the file was read. */
    private volatile byte @Nullable [] digest;

    private @Nullable FileStamp seen;
    private long lookedAt = System.nanoTime();

    private Login(String user, @Nullable Path file, byte @Nullable [] digest) {
        this.user = user;
        this.file = file;
        this.digest = digest;
    }

    /** With a password that is known. */
    public static Login of(String user, String password) {
        return new Login(user, null, digest(user, password));
    }

    /** With the first line of a file, which need not be there yet. */
    public static Login in(String user, Path file) {
        return new Login(user, file, null);
    }

    public String user() {
        return user;
    }

    /** Where the password is; null if it is in no file of its own. */
    public @Nullable Path file() {
        return file;
    }

    /** Reads the file if there is one; nobody is admitted before. */
    synchronized void read() throws IOException {
        if (file != null) {
            read(file);
        }
    }

    private void read(Path file) throws IOException {
        seen = stamp(file);
        try {
            String text = UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(SmallFile.read(file)))
                    .toString();
            String password = text.lines().findFirst().orElse("");
            if (password.isEmpty()) {
                throw new IOException(file + ": there is no password in its first line");
            }
            digest = digest(user, password);
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": it is not UTF-8", e);
        }
    }

    private static @Nullable FileStamp stamp(Path file) {
        try {
            return FileStamp.of(file);
        } catch (IOException e) {
            return null; // reading it says why
        }
    }

    private synchronized void look(Path file) {
        long now = System.nanoTime();
        if (now - lookedAt < LOOK_NANOS) {
            return;
        }
        lookedAt = now;
        if (Objects.equals(stamp(file), seen)) {
            return;
        }
        try {
            read(file);
            LOG.log(Level.INFO, "metrics: {0} has changed, and counts", file);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "metrics: {0}; the password that was read before stays in use", FileErrors.line(e));
        }
    }

    /** @param authorization the header of that name; empty if there is none */
    boolean admits(String authorization) {
        if (file != null && digest != null) {
            look(file);
        }
        byte[] expected = digest;
        if (expected == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        try {
            byte[] given = Base64.getDecoder()
                    .decode(authorization.substring(SCHEME.length()).strip());
            return MessageDigest.isEqual(expected, digest(given));
        } catch (IllegalArgumentException e) {
            return false; // it is not in base 64
        }
    }

    private static byte[] digest(String user, String password) {
        return digest((user + ":" + password).getBytes(UTF_8));
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // each Java has it
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return user;
    }
}
