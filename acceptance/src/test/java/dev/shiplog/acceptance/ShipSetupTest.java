package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import dev.shiplog.testkit.cluster.Answer;
import dev.shiplog.testkit.cluster.Backend;
import dev.shiplog.testkit.cluster.Call;
import dev.shiplog.testkit.cluster.HttpCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The templates of {@code replay ship --setup} in the real cluster at {@code SHIPLOG_TEST_CLUSTER}, and {@code replay verify
 * --receipt}, which counts there. Without a cluster, the tests are skipped.
 */
@Tag("cluster")
@Tag("once")
class ShipSetupTest {
    private static final String ID = "8e8f401657b8fb9f5cb23a3be3809345daf4947650a3f2a8e20e897fafda72cb";
    private static final int BLOCK = 10_000;
    private static final int EVENTS = 2 * BLOCK + 500;
    private static final long START = Instant.parse("2026-11-21T09:00:00Z").getEpochSecond() * 1_000_000_000L;

    private final String prefix = "setup-" + Long.toHexString(System.nanoTime());

    @TempDir
    private Path directory;

    private String url = "";
    private Backend real;
    private String out = "";
    private String err = "";

    @BeforeEach
    void findTheCluster() {
        String at = System.getenv("SHIPLOG_TEST_CLUSTER");
        assumeTrue(at != null, "SHIPLOG_TEST_CLUSTER is not set: scripts/test-cluster start");
        url = at;
        real = new HttpCluster(URI.create(at));
    }

    @AfterEach
    void cleanUp() throws IOException {
        if (real != null) {
            ask("DELETE", "/" + prefix + "*", "");
            ask("DELETE", "/_index_template/" + prefix + "*", "");
            ask("DELETE", "/_component_template/" + prefix + "*", "");
        }
    }

    private Answer ask(String method, String target, String body) throws IOException {
        return real.answer(Call.of(method, target, body));
    }

    private int replay(String line) {
        ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        StringWriter stderr = new StringWriter();
        Console console = new Console(
                stdout,
                new PrintWriter(stderr, true),
                false,
                InstantSource.fixed(Instant.parse("2026-11-21T12:00:00Z")),
                directory,
                new CountDownLatch(1));
        int code = Replay.run(console, line.split(" "));
        out = stdout.toString(StandardCharsets.UTF_8);
        err = stderr.toString();
        return code;
    }

    private int ship(String more) {
        return replay("ship --to " + url + " --index-prefix " + prefix + " " + more);
    }

    private void write(int count) throws IOException {
        try (Appender appender = Appender.open(
                directory.resolve("journal"),
                new Appender.Options(Roll.HOURLY, "host", "boot", "test 1", 0),
                tail -> {})) {
            for (int i = 0; i < count; i++) {
                long time = START + i * 1_000_000L;
                String event = "{\"Type\":\"container\",\"Action\":\"exec_start: sh\",\"Actor\":{\"ID\":\"" + ID
                        + "\",\"Attributes\":{\"a.b\":\"1\",\"a.b.c\":\"2022-01-01\",\"limit\":\"1.5\"}},\"timeNano\":"
                        + time + "}";
                appender.append(new Record(
                        0, Kind.EVENT, ID, time, time + 1_000_000, time, event.getBytes(StandardCharsets.UTF_8)));
            }
            String limit =
                    "{\"read\":\"2026-11-21T09:30:00Z\",\"pids_stats\":{\"current\":1,\"limit\":18446744073709551615},"
                            + "\"memory_stats\":{\"usage\":18446744073709551000,\"limit\":18446744073709551615},\"name\":\"/web\",\"id\":\""
                            + ID + "\"}";
            appender.append(new Record(0, Kind.STATS, ID, START, START, START, limit.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** Labels that are longer than a word of an index may be, by their value, their name, or both. */
    private void writeLongLabels() throws IOException {
        String inspect = HostHistory.texts("engine-28.5-inspect.json").get(0);
        try (Appender appender = Appender.open(
                directory.resolve("long"),
                new Appender.Options(Roll.HOURLY, "host", "boot", "test 1", 0),
                tail -> {})) {
            long time = START;
            for (int[] lengths :
                    new int[][] {{1, 40_000}, {40_000, 1}, {20_000, 20_000}, {8, 31_992}, {31_000, 1_000}}) {
                for (String letter : new String[] {"x", "\u20ac"}) {
                    String label = "\"" + "k".repeat(lengths[0]) + "\":\"" + letter.repeat(lengths[1]) + "\"";
                    String event = "{\"Type\":\"container\",\"Action\":\"exec_start: " + letter.repeat(40_000)
                            + "\",\"Actor\":{\"ID\":\"" + ID + "\",\"Attributes\":{" + label + "}}}";
                    String described = inspect.replaceFirst("\"Labels\":(\\{\\}|null)", "\"Labels\":{" + label + "}");
                    String sample = "{\"read\":\"2026-11-21T09:30:00Z\",\"name\":\"/web\",\"id\":\"" + ID + "\"}";
                    appender.append(HostHistory.record(Kind.EVENT, ID, ++time, event));
                    appender.append(HostHistory.record(Kind.INSPECT, ID, ++time, described));
                    appender.append(HostHistory.record(Kind.STATS, ID, ++time, sample));
                    appender.append(HostHistory.record(Kind.EVENT, ID, ++time, event));
                }
            }
            String stop = new String(new Mark.CleanStop("SIGTERM").toJson(), StandardCharsets.UTF_8);
            appender.append(HostHistory.record(Kind.MARK, "", ++time, stop));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--fields ecs", "--fields flat", "--every 1m"})
    void templatesTakeLabelsOfAnyLength(String options) throws IOException {
        writeLongLabels();
        assertThat(ship("--rejected rejected.ndjson --accept-gaps " + options + " long"))
                .as(err + out)
                .isZero();
        assertThat(out).contains(" + 0 refused + ").contains("event 20, stats 1", "inspect 10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ecs", "flat"})
    void templatesTakeEveryDocumentAndStayAsTheyAre(String fields) throws IOException {
        write(10);
        assertThat(ship("--setup --fields " + fields)).as(err).isZero();
        assertThat(ship("--fields " + fields + " journal")).as(err + out).isZero();
        assertThat(err).as("what was put is what is there").isEmpty();
        assertThat(out).contains(" + 0 refused + ");
        JsonNode mappings = ask("GET", "/" + prefix + "-event-2026.11.21/_mapping", "")
                .content()
                .at("/" + prefix + "-event-2026.11.21/mappings/properties");
        assertThat(mappings.at("/@timestamp/type").asText()).isEqualTo("date_nanos");
        assertThat(mappings.toString()).doesNotContain("\"a_b\"");
        String template = ask("GET", "/_component_template/" + prefix + "-mappings", "")
                .content()
                .at("/component_templates/0/component_template")
                .toString();
        Answer changed = ask(
                "PUT", "/_component_template/" + prefix + "-mappings", template.replace("best_compression", "default"));
        assertThat(changed.status()).isEqualTo(200);
        assertThat(ship("--fields " + fields + " journal")).isZero();
        assertThat(err).contains("was changed by hand").hasLineCount(1);
    }

    @Test
    void aReceiptTellsWhichDocumentsWereDeleted() throws IOException {
        write(EVENTS);
        assertThat(ship("--receipt receipt.json journal")).as(err + out).isZero();
        assertThat(replay("verify --receipt receipt.json --to " + url))
                .as(out + err)
                .isZero();
        String within = "{\"query\":{\"range\":{\"shiplog.sequence\":{\"gte\":" + (BLOCK + 10) + ",\"lt\":"
                + (BLOCK + 17) + "}}}}";
        Answer deleted = ask("POST", "/" + prefix + "-event-*/_delete_by_query?refresh=true", within);
        assertThat(deleted.content().path("deleted").asInt()).isEqualTo(7);
        assertThat(replay("verify --receipt receipt.json --to " + url)).isEqualTo(1);
        assertThat(out)
                .contains(", sequences " + BLOCK + " to " + (2 * BLOCK - 1) + ", event: " + (BLOCK - 7) + " of " + BLOCK
                        + " documents are there, 7 are missing\n")
                .hasLineCount(2);
        assertThat(ship("journal")).as(err).isZero();
        assertThat(replay("verify --receipt receipt.json --to " + url)).as(out).isZero();
    }

    @Test
    void anIndexThatIsClosedToDocumentsIsRefusedBeforehand() throws IOException {
        write(10);
        assertThat(ship("journal")).as(err + out).isZero();
        ask("PUT", "/" + prefix + "-event-2026.11.21/_settings", "{\"index.blocks.write\":true}");
        assertThat(ship("journal")).isEqualTo(1);
        assertThat(err).contains("takes no documents: index.blocks.write").hasLineCount(1);
    }
}
