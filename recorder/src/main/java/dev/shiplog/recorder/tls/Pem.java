package dev.shiplog.recorder.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and private keys from PEM files (RFC 7468), as openssl and Docker's documentation make them. */
public final class Pem {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]++)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    /** {@code SEQUENCE { OID rsaEncryption, NULL }}, RFC 3279. */
    private static final byte[] RSA = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };
    /** {@code OID id-ecPublicKey}, RFC 5480. */
    private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private static final byte[] VERSION = {0x02, 0x01, 0x00};
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    /** The curve in an EC key of RFC 5915. */
    private static final int PARAMETERS = 0xa0;

    private Pem() {}

    private record Block(String label, byte[] content) {}

    /**
     * All certificates of a file, in its order.
     *
     * @throws IOException in one clear line, if there is none or one cannot be read
     */
    public static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(file)) {
                if (block.label.equals("CERTIFICATE")) {
                    certificates.add(
                            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.content)));
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(file + ": holds a certificate that is damaged", e);
        }
        if (certificates.isEmpty()) {
            throw new IOException(file + ": holds no certificate in PEM form");
        }
        return certificates;
    }

    /**
     * The private key in a file: RSA, elliptic curve or Edwards curve, in PKCS #8 or in the older form of its kind.
     *
     * @throws IOException in one clear line, if there is none that can be read, or it has a password
     */
    public static PrivateKey privateKey(Path file) throws IOException {
        for (Block block : blocks(file)) {
            switch (block.label) {
                case "PRIVATE KEY" -> {
                    return key(file, block.content);
                }
                case "RSA PRIVATE KEY" -> {
                    return key(file, pkcs8(RSA, block.content));
                }
                case "EC PRIVATE KEY" -> {
                    return key(file, pkcs8(element(SEQUENCE, EC, curve(file, block.content)), block.content));
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new IOException(file + ": the key has a password; write it without, as by openssl pkey");
                default -> {}
            }
        }
        throw new IOException(file + ": holds no private key in PEM form");
    }

    private static PrivateKey key(Path file, byte[] pkcs8) throws IOException {
        GeneralSecurityException failure = null;
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (GeneralSecurityException e) {
                failure = e;
            }
        }
        throw new IOException(file + ": holds a private key that cannot be read", failure);
    }

    private static List<Block> blocks(Path file) throws IOException {
        List<Block> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(new String(SmallFile.read(file), StandardCharsets.ISO_8859_1));
        while (block.find()) {
            String text = block.group(2);
            if (text.contains("Proc-Type")) { // openssl's older way to encrypt
                throw new IOException(file + ": the key has a password; write it without, as by openssl pkey");
            }
            try {
                blocks.add(new Block(block.group(1), Base64.getMimeDecoder().decode(text)));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ": what stands between BEGIN and END is no base64", e);
            }
        }
        return blocks;
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, VERSION, algorithm, element(OCTETS, key));
    }

    /** The curve's OID, as DER, in an EC key: {@code SEQUENCE { version, key, [0] curve, … }}. */
    private static byte[] curve(Path file, byte[] key) throws IOException {
        try {
            int at = contentAt(key, 0);
            while (at < key.length) {
                int content = contentAt(key, at);
                int end = content + length(key, at);
                if ((key[at] & 0xff) == PARAMETERS) {
                    return Arrays.copyOfRange(key, content, end);
                }
                at = end;
            }
        } catch (IndexOutOfBoundsException e) {
            // Said below.
        }
        throw new IOException(file + ": holds an EC key that does not name its curve; openssl pkey rewrites it");
    }

    private static int contentAt(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static int length(byte[] der, int at) {
        int length = der[at + 1] & 0xff;
        if (length >= 0x80) {
            int bytes = length - 0x80;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = length << 8 | der[at + 2 + i] & 0xff;
            }
        }
        return length;
    }

    private static byte[] element(int tag, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : contents) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        int length = content.size();
        if (length < 0x80) {
            element.write(length);
        } else {
            int bytes = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
            element.write(0x80 + bytes);
            for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
                element.write(length >>> shift);
            }
        }
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }
}
