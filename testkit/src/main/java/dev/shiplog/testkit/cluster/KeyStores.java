package dev.shiplog.testkit.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes keys with self-signed certificates for tests by the JDK's {@code keytool}, a second each. */
public final class KeyStores {
    public static final char[] PASSWORD = "changeit".toCharArray();

    private KeyStores() {}

    /**
     * Writes {@code NAME.p12} with the key, and {@code NAME.pem} with its certificate for others to trust.
     *
     * @param names whom the certificate is for, as in {@code ip:127.0.0.1,dns:localhost}
     */
    public static Path make(Path directory, String name, String names)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path store = directory.resolve(name + ".p12");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-genkeypair -keyalg EC -validity 30 -storetype PKCS12".split(" ", -1)));
        command.addAll(List.of("-alias", name, "-dname", "CN=" + name, "-ext", "san=" + names));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", String.valueOf(PASSWORD)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool: " + said);
        }
        String encoded = Base64.getMimeEncoder()
                .encodeToString(read(store).getCertificate(name).getEncoded());
        Files.writeString(
                directory.resolve(name + ".pem"),
                "-----BEGIN CERTIFICATE-----\n" + encoded + "\n-----END CERTIFICATE-----\n");
        return store;
    }

    /** The context of one who has the key of one store and trusts the certificate of the other. */
    public static SSLContext context(Path own, Path trusted) throws IOException, GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(read(own), PASSWORD);
        KeyStore certificates = KeyStore.getInstance("PKCS12");
        certificates.load(null, null);
        KeyStore other = read(trusted);
        String alias = other.aliases().nextElement();
        certificates.setCertificateEntry(alias, other.getCertificate(alias));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(certificates);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore read(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }
}
