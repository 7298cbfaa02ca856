package dev.shiplog.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority of a test that issues certificates for servers, by openssl. */
public final class CertificateAuthority {
    /** How openssl names kinds of keys. */
    public static final List<String> EC = List.of("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1");

    public static final List<String> RSA = List.of("rsa:2048");
    public static final List<String> ED25519 = List.of("ed25519");

    private final Path directory;

    /**
     * A certificate and its key.
     *
     * @param certificate that of the server, then the authority's
     * @param key in PKCS#8
     */
    public record Issued(Path certificate, Path key) {}

    /** @param directory for its files; made if it is not there */
    public CertificateAuthority(Path directory) throws IOException, InterruptedException {
        this.directory = Files.createDirectories(directory);
        List<String> request = new ArrayList<>(List.of("req", "-x509", "-newkey"));
        request.addAll(EC);
        request.addAll(
                List.of("-nodes", "-keyout", "ca-key.pem", "-out", "ca.pem", "-days", "99", "-subj", "/CN=authority"));
        openssl(request);
    }

    /**
     * Issues a certificate.
     *
     * @param kind of its key
     * @param host a {@code subjectAltName}, as in {@code IP:127.0.0.1}
     * @param days until it ends; negative for one that has ended
     */
    public Issued issue(String name, List<String> kind, String host, int days)
            throws IOException, InterruptedException {
        Files.writeString(directory.resolve(name + ".ext"), "subjectAltName=" + host + "\n");
        List<String> request = new ArrayList<>(List.of("req", "-newkey"));
        request.addAll(kind);
        request.addAll(List.of("-nodes", "-keyout", name + "-key.pem", "-out", name + ".csr", "-subj", "/CN=" + name));
        openssl(request);
        openssl(List.of(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca-key.pem",
                "-CAcreateserial",
                "-days",
                Integer.toString(days),
                "-extfile",
                name + ".ext",
                "-out",
                name + "-alone.pem"));
        Path certificate = Files.writeString(
                directory.resolve(name + ".pem"),
                Files.readString(directory.resolve(name + "-alone.pem"))
                        + Files.readString(directory.resolve("ca.pem")));
        return new Issued(certificate, directory.resolve(name + "-key.pem"));
    }

    private void openssl(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }

    /** Of a client that knows this authority and no other. */
    public SSLContext client() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(directory.resolve("ca.pem"))) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
