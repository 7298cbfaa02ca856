package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import dev.shiplog.testkit.LogLines;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ships real recordings into the real cluster at {@code SHIPLOG_TEST_CLUSTER} and reads them back: each record is one
 * document, the one that export writes. {@code -Dshiplog.ship.records=N} makes the journal as long as you like.
 */
@Tag("cluster")
@Tag("once")
class ShipTest {
    private static final int RECORDS = Integer.getInteger("shiplog.ship.records", 2_400);

    @TempDir
    private Path directory;

    private final String prefix = "ship-" + Long.toHexString(System.nanoTime());

    /** Runs replay in this process; fails unless it ends well. Returns what it printed. */
    private String replay(String... arguments) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        Console console = new Console(
                out, new PrintWriter(err, true), false, InstantSource.system(), directory, new CountDownLatch(1));
        assertThat(Replay.run(console, arguments))
                .as("%s%n%s%s", Arrays.toString(arguments), err, rejected())
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private String rejected() throws IOException {
        Path file = directory.resolve("rejected");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private JsonNode ship(ClusterDocuments documents, String... options) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("ship", "--to", documents.uri().toString()));
        command.addAll(List.of("--index-prefix", documents.prefix(), "--receipt", "receipt", "--rejected", "rejected"));
        command.addAll(List.of(options));
        replay(command.toArray(String[]::new));
        JsonNode receipt = ClusterDocuments.JSON.readTree(Files.readString(directory.resolve("receipt")));
        assertThat(receipt.path("complete").asBoolean()).isTrue();
        JsonNode journal = receipt.path("journals").elements().next();
        assertThat(journal.path("records_refused").asLong()).as("%s", journal).isZero();
        assertThat(journal.path("records_unsettled").asLong()).as("%s", journal).isZero();
        assertThat(journal.path("sequences_missing").asLong()).as("%s", journal).isZero();
        return journal;
    }

    private Map<String, Integer> exported(String... options) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("export", "--format", "bulk", "--index-prefix", prefix, "-o", "lines"));
        command.addAll(List.of(options));
        replay(command.toArray(String[]::new));
        Map<String, Integer> written = ClusterDocuments.written(directory.resolve("lines"));
        Files.delete(directory.resolve("lines"));
        return written;
    }

    @ParameterizedTest
    @ValueSource(strings = {"ecs", "flat"})
    void everyRecordIsOneDocumentAsExportWritesIt(String fields) throws IOException {
        HostHistory.write(directory.resolve("journal"), RECORDS);
        try (ClusterDocuments documents = ClusterDocuments.open(prefix, ClusterDocuments.fixedMapping())) {
            JsonNode receipt = ship(documents, "--fields", fields, "journal");
            Map<String, Integer> expected =
                    fields.equals("ecs") ? exported("--fields", "ecs", "journal") : exported("--compact", "journal");
            assertThat(expected).hasSizeGreaterThanOrEqualTo(RECORDS);
            ClusterDocuments.assertSame(documents.read(fields), expected, fields);
            assertThat(receipt.path("documents_created").asInt()
                            + receipt.path("documents_existed").asInt())
                    .isEqualTo(expected.size());

            JsonNode again = ship(documents, "--fields", fields, "journal");
            assertThat(again.path("records_created").asInt()).isZero();
            assertThat(again.path("records_existed").asInt()).isEqualTo(expected.size());
            ClusterDocuments.assertSame(documents.read(fields), expected, fields + " again");
        }
    }

    /**
     * What engines were seen to send and indices to refuse: numbers at the ends of uint64, labels that are prefixes of others,
     * more than a thousand names, labels like dates, numbers in every form; and kinds that have no fields. The compact form is
     * for an index that learns its fields, with the settings of the page on it but those that it says it does not need, and
     * that for limits where the cluster does not know its type.
     */
    @ParameterizedTest
    @ValueSource(strings = {"ecs", "flat"})
    void takesWhatIsHardToIndex(String fields) throws IOException {
        int records = writeHardOnes();
        String limits = ClusterDocuments.knowsType("unsigned_long")
                ? "{\"limits\":{\"match\":\"*_limit\",\"match_mapping_type\":\"long\",\"mapping\":{\"type\":\"unsigned_long\"}}}"
                : "";
        String learning =
                "{\"settings\":{\"number_of_replicas\":0,\"index.mapping.ignore_malformed\":true},\"mappings\":{"
                        + "\"date_detection\":false,\"properties\":{\"@timestamp\":{\"type\":\"date_nanos\"}},"
                        + "\"dynamic_templates\":[" + limits + "]}}";
        try (ClusterDocuments documents =
                ClusterDocuments.open(prefix, fields.equals("ecs") ? ClusterDocuments.fixedMapping() : learning)) {
            assertThat(ship(documents, "--fields", fields, "hard")
                            .path("records_created")
                            .asInt())
                    .isEqualTo(records);
            Map<String, Integer> expected =
                    fields.equals("ecs") ? exported("--fields", "ecs", "hard") : exported("--compact", "hard");
            ClusterDocuments.assertSame(documents.read(fields), expected, fields);
        }
    }

    /** Under the templates of {@code --setup}: lines are found by their words and streams, and come back as they were. */
    @ParameterizedTest
    @ValueSource(strings = {"ecs", "flat"})
    void whatContainersLogIsFoundAndReadsBackEqual(String fields) throws IOException {
        Map<String, Long> streams = writeLogs();
        try (ClusterDocuments documents = ClusterDocuments.open(prefix, ClusterDocuments.fixedMapping())) {
            documents.ask("DELETE", "/_index_template/" + prefix, ""); // that of the setup takes its place
            try {
                ship(documents, "--setup", "--fields", fields, "logs");
                Map<String, Integer> expected =
                        fields.equals("ecs") ? exported("--fields", "ecs", "logs") : exported("--compact", "logs");
                ClusterDocuments.assertSame(documents.read(fields), expected, fields);
                String line = fields.equals("ecs") ? "message" : "log";
                for (Map.Entry<String, Long> stream : streams.entrySet()) {
                    JsonNode hits = find(documents, "{\"term\":{\"stream\":\"" + stream.getKey() + "\"}}");
                    assertThat(hits.path("total").path("value").asLong()).isEqualTo(stream.getValue());
                }
                JsonNode hits = find(documents, "{\"match_phrase\":{\"" + line + "\":\"needle in größe\"}}");
                assertThat(hits.path("total").path("value").asInt()).isEqualTo(1);
                JsonNode found = hits.path("hits").path(0).path("_source");
                assertThat(found.path(line).asText()).isEqualTo("\tneedle in Größe \"x\" \u0007");
                assertThat(found.path("stream").asText()).isEqualTo("stderr");
            } finally {
                // As close() expects it; the component template goes with the index template that is made of it.
                documents.ask("DELETE", "/" + prefix + "-*", "");
                documents.ask("DELETE", "/_index_template/" + prefix, "");
                documents.ask("DELETE", "/_component_template/" + prefix + "-mappings", "");
                documents.ask(
                        "PUT",
                        "/_index_template/" + prefix,
                        "{\"index_patterns\":[\"" + prefix + "-*\"],\"template\":{}}");
            }
        }
    }

    private JsonNode find(ClusterDocuments documents, String query) throws IOException {
        String body = "{\"track_total_hits\":true,\"query\":" + query + "}";
        return documents.ask("POST", "/" + prefix + "-log-*/_search", body).path("hits");
    }

    /** Lines of a program, and such as are hard to take; gives how many there are of each stream. */
    private Map<String, Long> writeLogs() throws IOException {
        List<String> names = List.of("tty", "stdout", "stderr");
        Map<String, Long> streams = new TreeMap<>();
        LogLines lines = new LogLines(LogLines.Program.JSON, 7, 1_795_252_323_678_047_113L, 100);
        List<String> hard = List.of(
                "\tneedle in Größe \"x\" \u0007\n",
                "\n",
                "no end",
                "x".repeat(200_000) + "\n",
                "word ".repeat(200_000) + "\r\n",
                "{\"a\":{\"b\":1}}\n");
        Appender.Options options = new Appender.Options(Roll.DAILY, "host", "boot", "test", 0);
        try (Appender appender = Appender.open(directory.resolve("logs"), options, tail -> {})) {
            for (int i = 0; i < 500; i++) {
                LogLines.Line line = lines.next();
                int stream = i == 0 ? 2 : i % 3;
                byte[] message =
                        i < hard.size() ? new LogLines.Line(line.time(), hard.get(i)).message() : line.message();
                // the generator ends each line itself
                int length = i < hard.size() ? message.length - 1 : message.length;
                byte[] payload = new byte[length + 1];
                payload[0] = (byte) stream;
                System.arraycopy(message, 0, payload, 1, length);
                if (i == 100) {
                    payload[40] = (byte) 0xff; // no text
                }
                appender.append(
                        new Record(0, Kind.LOG, "c".repeat(64), line.time(), line.time() + 1_000_000, i, payload));
                streams.merge(names.get(stream), 1L, Long::sum);
            }
        }
        return streams;
    }

    private int writeHardOnes() throws IOException {
        String stats = HostHistory.texts("engine-20.10-stats-stream.ndjson").get(1);
        String id = HostHistory.textAfter("\"id\":\"", stats);
        String inspect = HostHistory.texts("engine-28.5-inspect.json").get(0);
        List<Record> records = new ArrayList<>();
        long time = Instant.parse("2026-11-21T09:12:00Z").getEpochSecond() * 1_000_000_000L;
        for (String number : List.of(
                "18446744073709551615",
                "1.8446744073709552e+19",
                "-1",
                "-0",
                "0.0",
                "1E5",
                "1e-7",
                "123456789012345678901234567890123456789",
                "0",
                "9223372036854775807",
                "9223372036854775808",
                "-9223372036854775809",
                "1e400",
                "12.50")) {
            String payload = stats;
            for (String member : List.of("usage", "limit", "total_usage", "rx_bytes", "max_usage")) {
                payload = payload.replaceFirst("\"" + member + "\":\\d+", "\"" + member + "\":" + number);
            }
            assertThat(payload).contains("\"usage\":" + number).contains("\"rx_bytes\":" + number);
            records.add(HostHistory.record(Kind.STATS, id, time++, payload));
        }
        List<String> labels = new ArrayList<>(
                List.of(
                        "\"com.docker.compose.project\":\"shop\",\"com.docker.compose.project.working_dir\":\"/srv\"",
                        "\"a.b\":\"1\",\"a.b.c\":\"2\",\"a\":\"3\",\"a.b.c.d\":\"4\"",
                        "\"com.docker.swarm.task\":\"\",\"com.docker.swarm.task.id\":\"t\",\"com.docker.swarm.task.name\":\"web.1.t\""));
        for (String value : List.of(
                "2022-02-27T00:23:14Z",
                "2022-02-27 00:23:14.336017516+00:00",
                "20170510",
                "",
                "unknown",
                "2024",
                "v2.1",
                "1e5",
                "-0.5",
                "true",
                "10.0.0.1")) {
            labels.add("\"org.label-schema.build-date\":\"" + value + "\",\"version\":\"" + value + "\"");
        }
        StringBuilder many = new StringBuilder("\"first\":\"x\"");
        for (int i = 0; i < 1_500; i++) {
            many.append(",\"com.example.team").append(i).append("\":\"x\"");
        }
        labels.add(many.toString());
        for (String set : labels) {
            records.add(HostHistory.record(
                    Kind.EVENT,
                    id,
                    time++,
                    "{\"status\":\"start\",\"id\":\"" + id
                            + "\",\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"" + id
                            + "\",\"Attributes\":{\"image\":\"busybox\",\"name\":\"web\"," + set
                            + "}},\"scope\":\"local\",\"time\":1,\"timeNano\":1000000000}"));
            String described = inspect.replaceFirst("\"Labels\":(\\{\\}|null)", "\"Labels\":{" + set + "}");
            assertThat(described).contains(set);
            records.add(HostHistory.record(Kind.INSPECT, id, time++, described));
        }
        for (Kind kind : List.of(Kind.LOG, Kind.ENGINE_METRICS, Kind.SOCKETS)) {
            records.add(HostHistory.record(kind, id, time++, "{\"of\": \"" + kind.label() + "\"} \u0001 \u20ac\n"));
        }
        Appender.Options options = new Appender.Options(Roll.DAILY, "host", "boot", "test", 0);
        try (Appender appender = Appender.open(directory.resolve("hard"), options, tail -> {})) {
            for (Record record : records) {
                appender.append(record);
            }
        }
        return records.size();
    }
}
