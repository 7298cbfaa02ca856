package dev.shiplog.journal.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EncodedKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Signs manifests, and verifies signatures, with Ed25519. Keys are PEM files as {@code openssl} writes them:
 *
 * <pre>
 * openssl genpkey -algorithm ed25519 -out key.pem
 * openssl pkey -in key.pem -pubout -out public.pem
 * </pre>
 */
public final class ArchiveKeys {
    /** The length of a signature in bytes. */
    static final int LENGTH = 64;

    private static final String ALGORITHM = "Ed25519";
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    /** Many times the length of such a file. */
    private static final int MAX_BYTES = 64 << 10;

    private ArchiveKeys() {}

    /**
     * Reads the key to sign with.
     *
     * @throws IOException naming the file, and what is wrong with it
     */
    public static PrivateKey readPrivate(Path file) throws IOException {
        EncodedKeySpec spec = new PKCS8EncodedKeySpec(der(file, "PRIVATE KEY"));
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePrivate(spec);
        } catch (GeneralSecurityException e) {
            throw otherKey(file, e);
        }
    }

    /**
     * Reads the key to verify signatures with.
     *
     * @throws IOException naming the file, and what is wrong with it
     */
    public static PublicKey readPublic(Path file) throws IOException {
        EncodedKeySpec spec = new X509EncodedKeySpec(der(file, "PUBLIC KEY"));
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(spec);
        } catch (GeneralSecurityException e) {
            throw otherKey(file, e);
        }
    }

    private static byte[] der(Path file, String type) throws IOException {
        String text = text(file);
        Matcher pem = PEM.matcher(text);
        if (!pem.find()) {
            throw new IOException(file + ": no key in PEM form, as openssl genpkey -algorithm ed25519 writes it");
        }
        if (!pem.group(1).equals(type)) {
            throw new IOException(file + ": holds a " + pem.group(1) + ", where a " + type + " is needed");
        }
        try {
            return Base64.getMimeDecoder().decode(pem.group(2));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": its PEM form is damaged", e);
        }
    }

    private static String text(Path file) throws IOException {
        if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
            throw new IOException(file + ": is not a regular file, as a key must be"); // a pipe would be waited for
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            return bytes.length > MAX_BYTES ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private static IOException otherKey(Path file, GeneralSecurityException e) {
        return new IOException(file + ": not an Ed25519 key, as openssl genpkey -algorithm ed25519 makes one", e);
    }

    static byte[] sign(byte[] manifest, PrivateKey key) throws IOException {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(manifest);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot sign: " + e.getMessage(), e);
        }
    }

    /** Whether {@code signature} was made of {@code manifest} with the private key that belongs to {@code key}. */
    static boolean isSigned(byte[] manifest, byte[] signature, PublicKey key) {
        try {
            Signature verification = Signature.getInstance(ALGORITHM);
            verification.initVerify(key);
            verification.update(manifest);
            return verification.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // a signature of another form
        }
    }
}
