package dev.shiplog.replay.ship;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Certificates and keys from PEM files. */
public final class Tls {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    private Tls() {}

    /**
     * What makes connections.
     *
     * @param authority certificates to trust in place of those that Java trusts; null for the latter
     * @param certificate of this program and of who signed it; null if it shows none
     * @param key of that certificate, in PKCS #8
     * @throws IOException in one line
     */
    public static SSLContext context(@Nullable Path authority, @Nullable Path certificate, @Nullable Path key)
            throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authority == null ? null : authorities(authority));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(certificate == null || key == null ? null : own(certificate, key), new char[0]);
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS: " + e.getMessage(), e);
        }
    }

    private static KeyStore authorities(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = empty();
        int n = 0;
        for (Certificate certificate : certificates(file)) {
            store.setCertificateEntry("authority-" + n++, certificate);
        }
        return store;
    }

    private static KeyStore own(Path certificate, Path key) throws IOException, GeneralSecurityException {
        KeyStore store = empty();
        store.setKeyEntry(
                "own", privateKey(key), new char[0], certificates(certificate).toArray(Certificate[]::new));
        return store;
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        Collection<? extends Certificate> certificates;
        try {
            certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
        } catch (CertificateException e) {
            throw new IOException(file + ": is no certificate in PEM", e);
        }
        if (certificates.isEmpty()) {
            throw new IOException(file + ": holds no certificate in PEM");
        }
        return certificates;
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        Matcher pem = KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        if (pem.find()) {
            PKCS8EncodedKeySpec key =
                    new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
            for (String algorithm : ALGORITHMS) {
                try {
                    return KeyFactory.getInstance(algorithm).generatePrivate(key);
                } catch (InvalidKeySpecException e) {
                    // it is of another algorithm
                }
            }
        }
        throw new IOException(file + ": holds no private key that can be read; it has to be PKCS #8 in PEM without a"
                + " passphrase, as openssl pkcs8 -topk8 -nocrypt makes it");
    }
}
