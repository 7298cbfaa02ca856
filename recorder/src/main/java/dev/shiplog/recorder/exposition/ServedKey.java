package dev.shiplog.recorder.exposition;

import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.recorder.tls.Pem;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that is served, with its key. As clients connect, at most once a second, it looks whether the files
 * changed, and reads them again; where they are no good, what was read before stays in use. Thread safe.
 */
final class ServedKey extends X509ExtendedKeyManager {
    private static final System.Logger LOG = System.getLogger(ServedKey.class.getName());
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Duration SOON = Duration.ofDays(14);
    /** Clients that come again are few; the JDK would keep 20,480 for a day. */
    private static final int SESSIONS = 64;

    private final Protection.KeyFiles files;
    private final LongSupplier wall;
    private volatile Pair pair;
    /** A client that connects may have been told of it. */
    private volatile Pair before;

    private List<FileStamp> seen;
    private long lookedAt = System.nanoTime();
    private @Nullable Pair warned;

    /** @param alias another one for each pair that is read */
    private record Pair(String alias, X509Certificate[] chain, PrivateKey key) {}

    /**
     * Reads the files.
     *
     * @param wall ns since the epoch
     * @throws IOException in one line, if they hold no certificate and its key
     */
    ServedKey(Protection.KeyFiles files, LongSupplier wall) throws IOException {
        this.files = files;
        this.wall = wall;
        seen = stamps();
        pair = read(0);
        before = pair;
        warnOfExpiry();
    }

    /** What a server needs to serve by TLS with it. */
    SSLContext context() throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {this}, new TrustManager[0], null);
            context.getServerSessionContext().setSessionCacheSize(SESSIONS);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS: " + e.getMessage(), e);
        }
    }

    private List<FileStamp> stamps() {
        try {
            return List.of(FileStamp.of(files.certificate()), FileStamp.of(files.key()));
        } catch (IOException e) {
            return List.of(); // reading them says why
        }
    }

    private Pair read(int number) throws IOException {
        List<X509Certificate> chain = Pem.certificates(files.certificate());
        PrivateKey key = Pem.privateKey(files.key());
        if (!belongs(key, chain.get(0).getPublicKey())) {
            throw new IOException(
                    files.key() + ": this key does not belong to the certificate in " + files.certificate());
        }
        return new Pair(Integer.toString(number), chain.toArray(X509Certificate[]::new), key);
    }

    private static boolean belongs(PrivateKey key, PublicKey certified) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            byte[] text = {1};
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(text);
            byte[] signature = signing.sign();
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certified);
            verifying.update(text);
            return verifying.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private synchronized void look() {
        long now = System.nanoTime();
        if (now - lookedAt < LOOK_NANOS) {
            return;
        }
        lookedAt = now;
        List<FileStamp> stamps = stamps();
        if (!stamps.equals(seen)) {
            seen = stamps;
            try {
                Pair read = read(Integer.parseInt(pair.alias) + 1);
                before = pair;
                pair = read;
                LOG.log(Level.INFO, "metrics: {0} has changed, and is served", files.certificate());
            } catch (IOException e) {
                LOG.log(
                        Level.WARNING,
                        "metrics: {0}; the certificate that was read before stays in use",
                        FileErrors.line(e));
            }
        }
        warnOfExpiry();
    }

    /** One line for each certificate. */
    private void warnOfExpiry() {
        Pair served = pair;
        Instant end = served.chain[0].getNotAfter().toInstant();
        Instant now = Instant.ofEpochSecond(0, wall.getAsLong());
        if (!Objects.equals(warned, served) && end.isBefore(now.plus(SOON))) {
            warned = served;
            LOG.log(
                    Level.WARNING,
                    "metrics: {0}: the certificate {1} on {2}; put a new one and its key in place, they are read as they are",
                    files.certificate(),
                    end.isBefore(now) ? "has expired" : "expires",
                    end);
        }
    }

    private Pair of(String alias) {
        Pair newest = pair;
        return newest.alias.equals(alias) ? newest : before;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        look();
        Pair newest = pair;
        return newest.key.getAlgorithm().equals(keyType) ? newest.alias : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return of(alias).chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return of(alias).key;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {pair.alias};
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
