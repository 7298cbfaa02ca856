package dev.shiplog.recorder.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A CA, a server for 127.0.0.1 and a client, made by openssl: {@code ca.pem}, {@code cert.pem}, {@code key.pem}. */
final class Certificates {
    private static final char[] PASSWORD = "secret".toCharArray();

    private final Path directory;

    Certificates(Path directory) throws IOException, InterruptedException {
        this.directory = Files.createDirectories(directory);
        run(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca-key.pem -out ca.pem -days 2 -subj /CN=ca");
        issue("server", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
        issue("client", "extendedKeyUsage=clientAuth\n");
        Files.copy(directory.resolve("client.pem"), directory.resolve("cert.pem"));
        Files.copy(directory.resolve("client-key.pem"), directory.resolve("key.pem"));
        run("pkcs12 -export -in server.pem -inkey server-key.pem -name server -out server.p12 -passout pass:secret");
    }

    private void issue(String name, String extensions) throws IOException, InterruptedException {
        Files.writeString(directory.resolve(name + ".ext"), extensions);
        run("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout " + name + "-key.pem -out " + name
                + ".csr -subj /CN=" + name);
        run("x509 -req -in " + name + ".csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile " + name
                + ".ext -out " + name + ".pem");
    }

    private void run(String arguments) throws IOException, InterruptedException {
        Path log = directory.resolve("openssl.log");
        int code = new ProcessBuilder(("openssl " + arguments).split(" ", -1))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("openssl " + arguments + ": " + Files.readString(log));
        }
    }

    Path directory() {
        return directory;
    }

    /** A server's context that asks for a certificate of this CA. */
    SSLContext server() throws IOException, GeneralSecurityException {
        KeyStore own = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve("server.p12"))) {
            own.load(in, PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(directory.resolve("ca.pem"))) {
            trusted.setCertificateEntry(
                    "ca",
                    java.security.cert.CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
