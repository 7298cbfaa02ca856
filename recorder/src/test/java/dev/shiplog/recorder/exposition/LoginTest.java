package dev.shiplog.recorder.exposition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoginTest {
    @TempDir
    private Path directory;

    private static String basic(String text) {
        return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    @Test
    void theNameAndThePasswordAreAdmitted() {
        Login login = Login.of("me", "p:ä\"ss wörd");
        assertThat(login.admits(basic("me:p:ä\"ss wörd"))).isTrue();
        assertThat(login.admits(basic("me:p:ä\"ss wörd").replace("Basic", "bAsIc")))
                .isTrue();
        assertThat(login.admits(basic("me:p:ä\"ss wörd").replace("Basic ", "Basic   ") + " "))
                .isTrue();
        assertThat(login).hasToString("me");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "me:",
                "me",
                ":secret",
                "secret",
                "me:secret ",
                "me:secre",
                "Me:secret",
                "me:Secret",
                "",
                ":",
                "me:secret\0",
                "m:e:secret"
            })
    void allElseIsNot(String text) {
        Login login = Login.of("me", "secret");
        assertThat(login.admits(basic(text))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Basic",
                "Basic ",
                "Basic !!!",
                "Bearer bWU6c2VjcmV0",
                "bWU6c2VjcmV0",
                "Basic bWU6c2VjcmV0, Basic bWU6c2VjcmV0",
                "BasicbWU6c2VjcmV0"
            })
    void aHeaderOfAnotherFormIsNot(String header) {
        assertThat(Login.of("me", "secret").admits(header)).isFalse();
    }

    @Test
    void thePasswordIsTheFirstLineOfAFile() throws IOException {
        Path file = directory.resolve("password");
        Login login = Login.in("me", file);
        assertThatThrownBy(login::read).isInstanceOf(NoSuchFileException.class);
        assertThat(login.admits(basic("me:secret"))).isFalse();
        assertThat(login.admits(basic("me:"))).isFalse();
        Files.writeString(file, "\n");
        assertThatThrownBy(login::read).hasMessage(file + ": there is no password in its first line");
        Files.write(file, new byte[] {(byte) 0xff, '\n'});
        assertThatThrownBy(login::read).hasMessage(file + ": it is not UTF-8");
        Files.writeString(file, "secret\r\nmore\n");
        login.read();
        assertThat(login.admits(basic("me:secret"))).isTrue();
        assertThat(login.admits(basic("me:secret\r"))).isFalse();
    }
}
