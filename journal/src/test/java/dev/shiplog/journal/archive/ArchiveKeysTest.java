package dev.shiplog.journal.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveKeysTest {
    @TempDir
    Path directory;

    private Path pem(String type, byte[] der) throws IOException {
        Path file = directory.resolve(type.replace(' ', '-') + ".pem");
        return Files.writeString(
                file,
                "-----BEGIN " + type + "-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + type
                        + "-----\n");
    }

    @Test
    void onlyTheOtherHalfOfTheKeyVerifiesASignature() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        KeyPair others = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path key = pem("PRIVATE KEY", keys.getPrivate().getEncoded());
        PublicKey mine =
                ArchiveKeys.readPublic(pem("PUBLIC KEY", keys.getPublic().getEncoded()));
        Path file = Archives.write(
                directory, Coding.COLUMNS, Archives.few(5), new Manifest.Link(1, null), ArchiveKeys.readPrivate(key));
        try (ArchiveFile archive = ArchiveFile.open(file)) {
            assertThat(archive.check()).isEmpty();
            assertThat(archive.isSigned()).isTrue();
            assertThat(archive.isSignedBy(mine)).isTrue();
            assertThat(archive.isSignedBy(others.getPublic())).isFalse();
        }
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 0; at < ArchiveKeys.LENGTH; at++) {
            bytes[bytes.length - 1024 - 512 + at] ^= 4;
            Files.write(file, bytes);
            try (ArchiveFile archive = ArchiveFile.open(file)) {
                assertThat(archive.isSignedBy(mine)).as("byte %d", at).isFalse();
            }
            bytes[bytes.length - 1024 - 512 + at] ^= 4;
        }
        Files.delete(file);
        try (ArchiveFile archive = ArchiveFile.open(Archives.write(directory, Coding.COLUMNS, Archives.few(5)))) {
            assertThat(archive.isSigned()).isFalse();
            assertThat(archive.isSignedBy(mine)).isFalse();
        }
    }

    @Test
    void theKeysAndSignaturesAreThoseOfOpenssl() throws Exception {
        assumeTrue(Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "openssl"))));
        run("openssl", "genpkey", "-algorithm", "ed25519", "-out", "key.pem");
        run("openssl", "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem");
        Path file = Archives.write(
                directory,
                Coding.COLUMNS,
                Archives.few(5),
                Manifest.Link.NONE,
                ArchiveKeys.readPrivate(directory.resolve("key.pem")));
        try (ArchiveFile archive = ArchiveFile.open(file)) {
            assertThat(archive.isSignedBy(ArchiveKeys.readPublic(directory.resolve("public.pem"))))
                    .isTrue();
        }
        run("tar", "xf", file.getFileName().toString());
        String verify = "pkeyutl -verify -rawin -pubin -inkey public.pem -sigfile manifest.sig -in manifest.json";
        assertThat(run(Stream.concat(Stream.of("openssl"), Stream.of(verify.split(" ")))
                        .toArray(String[]::new)))
                .contains("Signature Verified Successfully");
    }

    private String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }

    @Test
    void aWrongKeyIsNamedInOneLine() throws Exception {
        KeyPair rsa = KeyPairGenerator.getInstance("RSA").generateKeyPair();
        KeyPair ed25519 = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path rsaKey = pem("PRIVATE KEY", rsa.getPrivate().getEncoded());
        assertThatThrownBy(() -> ArchiveKeys.readPrivate(rsaKey))
                .isInstanceOf(IOException.class)
                .hasMessage(rsaKey + ": not an Ed25519 key, as openssl genpkey -algorithm ed25519 makes one");
        Path encrypted = pem("ENCRYPTED PRIVATE KEY", new byte[100]);
        assertThatThrownBy(() -> ArchiveKeys.readPrivate(encrypted))
                .hasMessage(encrypted + ": holds a ENCRYPTED PRIVATE KEY, where a PRIVATE KEY is needed");
        Path open = pem("PUBLIC KEY", ed25519.getPublic().getEncoded());
        assertThatThrownBy(() -> ArchiveKeys.readPrivate(open))
                .hasMessage(open + ": holds a PUBLIC KEY, where a PRIVATE KEY is needed");
        Path cut = pem("PUBLIC KEY", new byte[] {1, 2, 3});
        assertThatThrownBy(() -> ArchiveKeys.readPublic(cut))
                .hasMessage(cut + ": not an Ed25519 key, as openssl genpkey -algorithm ed25519 makes one");
        for (byte[] text :
                List.of(new byte[0], new byte[1 << 20], "-----BEGIN X-----".getBytes(StandardCharsets.US_ASCII))) {
            Path none = Files.write(directory.resolve("none"), text);
            assertThatThrownBy(() -> ArchiveKeys.readPublic(none))
                    .hasMessage(none + ": no key in PEM form, as openssl genpkey -algorithm ed25519 writes it");
        }
        assertThatThrownBy(() -> ArchiveKeys.readPublic(directory.resolve("gone")))
                .isInstanceOf(IOException.class);
    }
}
