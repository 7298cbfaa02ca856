package dev.shiplog.recorder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EngineAddressTest {
    @Test
    void isTheUsualSocketUnlessSomebodySaysOtherwise() {
        assertThat(EngineAddress.of(null, Map.of())).hasToString("unix:///var/run/docker.sock");
        assertThat(EngineAddress.of("", Map.of("DOCKER_HOST", "")))
                .isEqualTo(EngineAddress.of("unix:///var/run/docker.sock", Map.of()));
        Map<String, String> environment = Map.of("DOCKER_HOST", "tcp://proxy:2375");
        assertThat(EngineAddress.of(null, environment)).hasToString("tcp://proxy:2375");
        assertThat(EngineAddress.of("unix:///run/podman/podman.sock", environment))
                .hasToString("unix:///run/podman/podman.sock");
    }

    @Test
    void keepsOddCharactersOfASocketsPath() {
        EngineAddress address = EngineAddress.of("unix:///tmp/a b%20ü#1?.sock", Map.of());
        assertThat(address.socket()).isEqualTo(Path.of("/tmp/a b%20ü#1?.sock"));
        assertThat(address).hasToString("unix:///tmp/a b%20ü#1?.sock");
    }

    @ParameterizedTest
    @CsvSource({
        "tcp://127.0.0.1:2375, tcp://127.0.0.1:2375",
        "tcp://127.0.0.1, tcp://127.0.0.1:2375",
        "TCP://proxy:99/behind/a/path, tcp://proxy:99/behind/a/path",
        "tcp://[::1]:2375, tcp://[::1]:2375",
    })
    void understandsTcp(String text, String expected) {
        assertThat(EngineAddress.of(text, Map.of())).hasToString(expected);
    }

    @Test
    void usesTlsWhereTheDockerCommandWould() {
        assertThat(EngineAddress.of("tcp://host", Map.of("DOCKER_CERT_PATH", "/certs")))
                .hasToString("tcp://host:2376")
                .extracting(EngineAddress::certificates)
                .isEqualTo(Path.of("/certs"));
        assertThat(EngineAddress.of("tcp://host", Map.of("DOCKER_TLS_VERIFY", "1", "HOME", "/root"))
                        .certificates())
                .isEqualTo(Path.of("/root/.docker"));
        assertThat(EngineAddress.of("unix:///s", Map.of("DOCKER_CERT_PATH", "/certs"))
                        .certificates())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/var/run/docker.sock | an engine's address has a scheme, as in unix:///var/run/docker.sock",
                "localhost:2375 | an engine's address has a scheme, as in tcp://localhost:2375",
                "npipe:////./pipe/docker_engine | npipe is not supported; use unix:///path or tcp://host:port",
                "https://host:2376 | https is not supported; use unix:///path or tcp://host:port",
                "ssh://me@host | ssh is not supported; use unix:///path or tcp://host:port"
                        + " (ssh -L /tmp/docker.sock:/var/run/docker.sock makes one)",
                "unix://docker.sock | a socket needs its whole path, as in unix:///docker.sock",
                "tcp://:2375 | no host; write it as in tcp://127.0.0.1:2375",
                "tcp://h:99999 | a port is a number from 1 to 65535",
                "tcp://h:0 | a port is a number from 1 to 65535",
            })
    void saysWhyItRefusesAnAddress(String text, String why) {
        assertThatThrownBy(() -> EngineAddress.of(text, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text + ": ")
                .hasMessageContaining(why)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void refusesAPathThatNoSocketCanHave() {
        String path = "/" + "x".repeat(107);
        assertThatThrownBy(() -> EngineAddress.of("unix://" + path, Map.of()))
                .hasMessage("unix://" + path + ": a socket's path has at most 107 bytes; make a symbolic link to it");
    }
}
