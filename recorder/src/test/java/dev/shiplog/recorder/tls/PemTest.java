package dev.shiplog.recorder.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads what openssl writes. */
final class PemTest {
    @TempDir
    private Path directory;

    private Path openssl(String arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(("openssl " + arguments).split(" ", -1))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("openssl %s: %s", arguments, said).isZero();
        return directory.resolve("key.pem");
    }

    /** Each key signs what the certificate that openssl made of it confirms. */
    @ParameterizedTest
    @CsvSource({
        "genrsa -traditional -out key.pem 2048, SHA256withRSA",
        "genpkey -algorithm RSA -out key.pem, SHA256withRSA",
        "ecparam -name prime256v1 -genkey -out key.pem, SHA256withECDSA",
        "ecparam -name secp521r1 -genkey -noout -out key.pem, SHA256withECDSA",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp384r1 -out key.pem, SHA256withECDSA",
        "genpkey -algorithm ED25519 -out key.pem, Ed25519"
    })
    void readsEachFormOfKey(String generate, String algorithm) throws Exception {
        Path file = openssl(generate);
        openssl("req -x509 -key key.pem -out cert.pem -days 2 -subj /CN=me");
        PrivateKey key = Pem.privateKey(file);
        X509Certificate certificate =
                Pem.certificates(directory.resolve("cert.pem")).get(0);

        byte[] text = "text".getBytes(StandardCharsets.UTF_8);
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(certificate);
        signature.update(text);
        assertThat(signature.verify(signed)).isTrue();
    }

    @Test
    void readsAChainWithWordsAroundItAndAKeyInTheSameFile() throws Exception {
        Path key = openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out key.pem");
        openssl("req -x509 -key key.pem -text -out one.pem -days 2 -subj /CN=one");
        openssl("req -x509 -key key.pem -out two.pem -days 2 -subj /CN=two");
        Path all = directory.resolve("all.pem");
        Files.writeString(
                all,
                "Bag Attributes\r\n" + Files.readString(directory.resolve("one.pem")) + Files.readString(key)
                        + Files.readString(directory.resolve("two.pem")).replace("\n", "\r\n"));
        assertThat(Pem.certificates(all))
                .extracting(certificate -> certificate.getSubjectX500Principal().getName())
                .containsExactly("CN=one", "CN=two");
        assertThat(Pem.privateKey(all)).isEqualTo(Pem.privateKey(key));
    }

    @ParameterizedTest
    @CsvSource({
        "genpkey -algorithm RSA -aes256 -pass pass:x -out key.pem",
        "genrsa -traditional -aes128 -passout pass:x -out key.pem 2048"
    })
    void saysThatAKeyHasAPassword(String generate) throws Exception {
        Path file = openssl(generate);
        assertThatThrownBy(() -> Pem.privateKey(file))
                .hasMessage(file + ": the key has a password; write it without, as by openssl pkey");
    }

    @Test
    void saysWhatAFileDoesNotHold() throws Exception {
        Path file = openssl("genpkey -algorithm ED25519 -out key.pem");
        assertThatThrownBy(() -> Pem.certificates(file)).hasMessage(file + ": holds no certificate in PEM form");
        Files.writeString(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> Pem.privateKey(file)).hasMessage(file + ": holds a private key that cannot be read");
        Files.writeString(file, "-----BEGIN EC PRIVATE KEY-----\nMAMCAQE=\n-----END EC PRIVATE KEY-----\n");
        assertThatThrownBy(() -> Pem.privateKey(file))
                .hasMessage(file + ": holds an EC key that does not name its curve; openssl pkey rewrites it");
        Files.writeString(file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> Pem.certificates(file)).hasMessage(file + ": holds a certificate that is damaged");
        Files.writeString(file, "rubbish");
        assertThatThrownBy(() -> Pem.privateKey(file)).hasMessage(file + ": holds no private key in PEM form");
    }
}
