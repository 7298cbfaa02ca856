package dev.shiplog.recorder.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes contexts for TLS from certificates and keys. */
public final class Tls {
    /** Of a key store that is never written. */
    private static final char[] NO_PASSWORD = new char[0];

    private Tls() {}

    /**
     * A client that shows its certificate, and trusts what an authority signed.
     *
     * @throws IOException if key and certificate are not of one kind
     */
    public static SSLContext client(List<X509Certificate> authorities, List<X509Certificate> own, PrivateKey key)
            throws IOException {
        try {
            KeyStore trusted = emptyStore();
            for (X509Certificate authority : authorities) {
                trusted.setCertificateEntry("ca" + trusted.size(), authority);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(own, key), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("not usable for TLS: " + e.getMessage(), e);
        }
    }

    private static KeyManager[] keyManagers(List<X509Certificate> chain, PrivateKey key)
            throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        store.setKeyEntry("key", key, NO_PASSWORD, chain.toArray(new Certificate[0]));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        return keys.getKeyManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
