package dev.shiplog.replay.command;

import static dev.shiplog.replay.command.TestJournal.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What replay makes of records of TCP states and shared memory. */
class SocketsRecordsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int READINGS = 60;

    private static final String SKIPPED =
            "{\"tcp_skipped\":\"it is the host's network\",\"shm_skipped\":\"not permitted\"}";

    @TempDir
    private Path directory;

    /** An hour of a container whose connections come and go a little. */
    @BeforeEach
    void write() throws IOException {
        List<Record> records = new ArrayList<>();
        records.add(TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())));
        records.add(TestJournal.record(
                Kind.INSPECT, WEB, "09:00:00.5Z", "{\"Name\":\"/web\",\"Config\":{\"Image\":\"shop:1\"}}"));
        for (int i = 0; i < READINGS; i++) {
            String time = String.format(Locale.ROOT, "09:%02d:03.%03dZ", i, 100 + i * 7 % 30);
            records.add(TestJournal.record(Kind.SOCKETS, WEB, time, payload(3 + i % 4, 5242880)));
        }
        records.add(TestJournal.record(Kind.SOCKETS, WEB, "09:59:59Z", SKIPPED));
        EventsCommandTest.write(directory.resolve("journal"), records);
    }

    private static String payload(int established, long used) {
        return ("{\"tcp\":{\"established\":%d,\"syn_sent\":0,\"syn_recv\":0,\"fin_wait1\":0,\"fin_wait2\":0,\"time_wait\":12,"
                        + "\"close\":0,\"close_wait\":0,\"last_ack\":0,\"listen\":1,\"closing\":0},"
                        + "\"shm\":{\"size\":67108864,\"used\":%d,\"free\":%d,\"used_percent\":7.81}}")
                .formatted(established, used, 67108864 - used);
    }

    private String out(String arguments) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run(arguments)).as(terminal.err()).isEqualTo(ExitCode.OK);
        return terminal.out();
    }

    private List<JsonNode> lines(String arguments) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out(arguments).split("\n")) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    @Test
    void flatLinesHaveAFieldForEachNumber() throws IOException {
        List<JsonNode> lines = lines("export --kind sockets journal");
        assertThat(lines).hasSize(READINGS + 1);
        JsonNode second = lines.get(1);
        assertThat(second.path("container").asText()).isEqualTo("/web");
        assertThat(second.path("sockets_tcp_established").asInt()).isEqualTo(4);
        assertThat(second.path("sockets_tcp_time_wait").asInt()).isEqualTo(12);
        assertThat(second.path("sockets_tcp_closing").isInt()).isTrue();
        assertThat(second.path("sockets_shm_size").asInt()).isEqualTo(67108864);
        assertThat(second.path("sockets_shm_used_percent").asDouble()).isEqualTo(7.81);
        JsonNode last = lines.get(READINGS);
        assertThat(last.path("sockets_tcp_skipped").asText()).isEqualTo("it is the host's network");
        assertThat(last.path("sockets_shm_skipped").asText()).isEqualTo("not permitted");
        assertThat(last.has("sockets_tcp_established")).isFalse();
    }

    @Test
    void compactLinesHaveFieldsForWhatPeopleAskForAndTheRestInOne() throws IOException {
        JsonNode second = lines("export --kind sockets --compact journal").get(1);
        assertThat(second.path("sockets_tcp_established").asInt()).isEqualTo(4);
        assertThat(second.path("sockets_tcp_close_wait").isInt()).isTrue();
        assertThat(second.path("sockets_shm_size").asInt()).isEqualTo(67108864);
        assertThat(second.path("sockets_tcp_rest").asText()
                        + second.path("sockets_shm_rest").asText())
                .as("%s", second)
                .contains("closing", "7.81");
    }

    @Test
    void documentsHaveFieldsOfTheirOwn() throws IOException {
        List<JsonNode> documents = lines("export --kind sockets --fields ecs journal");
        JsonNode second = documents.get(1);
        assertThat(second.path("event.dataset").asText()).isEqualTo("docker.sockets");
        assertThat(second.path("event.kind").asText()).isEqualTo("metric");
        assertThat(second.path("container.name").asText()).isEqualTo("web");
        assertThat(second.path("shiplog.tcp.established").asInt()).isEqualTo(4);
        assertThat(second.path("shiplog.tcp.syn_sent").isInt()).isTrue();
        assertThat(second.has("shiplog.tcp.unknown")).isFalse();
        assertThat(second.path("shiplog.shm.size").asInt()).isEqualTo(67108864);
        assertThat(second.path("shiplog.shm.used").asInt()).isEqualTo(5242880);
        assertThat(second.path("shiplog.shm.free").asInt()).isEqualTo(61865984);
        assertThat(second.path("shiplog.shm.pct").asDouble()).isEqualTo(0.078125);
        assertThat(second.has("message")).isFalse();
        JsonNode last = documents.get(READINGS);
        assertThat(last.path("shiplog.tcp.skipped").asText()).isEqualTo("it is the host's network");
        assertThat(last.path("shiplog.shm.skipped").asText()).isEqualTo("not permitted");
        assertThat(last.has("shiplog.shm.pct")).isFalse();
        assertThat(lines("export --kind sockets --fields ecs --original journal")
                        .get(READINGS)
                        .path("event.original")
                        .asText())
                .isEqualTo(SKIPPED);
    }

    @Test
    void aTableHasWhatPeopleAskForMost() {
        assertThat(out("export --kind sockets --format csv journal")
                        .lines()
                        .limit(2)
                        .map(line -> line.replaceAll("^[^,]*,[^,]*,", "")))
                .containsExactly(
                        "container,container_id,sockets_tcp_established,sockets_tcp_time_wait,sockets_tcp_close_wait,"
                                + "sockets_tcp_listen,sockets_shm_size,sockets_shm_used,sockets_shm_used_percent",
                        "/web," + WEB + ",3,12,0,1,67108864,5242880,7.81");
    }

    @Test
    void theyAreVerifiedAndTakeLittle() throws IOException {
        out("verify journal");
        JsonNode row = lines("size --format json journal").stream()
                .filter(each -> each.path("name").asText().equals("sockets"))
                .findFirst()
                .orElseThrow();
        assertThat(row.path("records").asInt()).isEqualTo(READINGS + 1);
        System.out.println("SocketsRecordsTest: " + row);
    }
}
