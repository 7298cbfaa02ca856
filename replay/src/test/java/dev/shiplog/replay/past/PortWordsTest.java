package dev.shiplog.replay.past;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.timeline.json.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PortWordsTest {
    private static String of(String ports) {
        String description = ("{'NetworkSettings':{'Ports':{" + ports + "}}}").replace('\'', '"');
        return PortWords.of(Json.parse(description.getBytes(StandardCharsets.UTF_8)));
    }

    private static String bound(String port, String outside) {
        return "'" + port + "':[{'HostIp':'0.0.0.0','HostPort':'" + outside + "'},{'HostIp':'::','HostPort':'" + outside
                + "'}]";
    }

    @Test
    void portsAreInRangesAsDockerHasThem() {
        String ports = String.join(
                ",",
                bound("80/tcp", "8080"),
                bound("7002/tcp", "7002"),
                bound("7000/tcp", "7000"),
                bound("7001/tcp", "7001"),
                "'443/tcp':null",
                "'445/tcp':null");
        assertThat(of(ports))
                .isEqualTo("443/tcp, 445/tcp, 0.0.0.0:7000-7002->7000-7002/tcp, [::]:7000-7002->7000-7002/tcp,"
                        + " 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp");
    }

    @Test
    void protocolsAndAddressesDoNotMix() {
        assertThat(of(
                        "'53/udp':[{'HostIp':'127.0.0.1','HostPort':'53'}],'53/tcp':[{'HostIp':'127.0.0.1','HostPort':'53'}],"
                                + "'54/udp':[{'HostIp':'10.0.0.1','HostPort':'54'}]"))
                .isEqualTo("127.0.0.1:53->53/tcp, 127.0.0.1:53->53/udp, 10.0.0.1:54->54/udp");
        assertThat(of("")).isEmpty();
        assertThat(PortWords.of(null)).isEmpty();
    }

    @Test
    void commandsAreQuotedAsGoQuotesThem() {
        assertThat(DockerWords.quoted("echo \"a\\b\"\n\t\u0001é")).isEqualTo("\"echo \\\"a\\\\b\\\"\\n\\t\\x01é\"");
    }
}
