package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.ecs.EcsFields;
import dev.shiplog.testkit.cluster.Call;
import dev.shiplog.testkit.cluster.ClusterFault;
import dev.shiplog.testkit.cluster.ClusterProxy;
import dev.shiplog.testkit.cluster.ClusterRelease;
import dev.shiplog.testkit.cluster.ScriptedCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code replay ship} brings into a cluster in memory, what it says, and with what it exits. */
@Timeout(120)
class ShipCommandTest {
    private static final String INSTALLED = "replay: installed the index template shiplog, which was missing\n";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EVENTS = "shiplog-event-2026.11.21";
    private static final int RECORDS = TestJournal.RECORDS.size();

    private final ScriptedCluster cluster = new ScriptedCluster(ClusterRelease.OPENSEARCH_3, InstantSource.system());
    private ClusterProxy proxy;

    @TempDir
    private Path directory;

    @BeforeEach
    void listen() throws IOException {
        proxy = ClusterProxy.before(cluster);
        String mapping = "{\"index_patterns\":[\"shiplog-*\"],\"template\":{\"mappings\":{\"date_detection\":false}}}";
        assertThat(cluster.answer(Call.of("PUT", "/_index_template/shiplog", mapping))
                        .status())
                .isEqualTo(200);
        TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    private Terminal ship(int code, String options) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("ship --to " + proxy.uri() + " " + options))
                .as(terminal.err())
                .isEqualTo(code);
        return terminal;
    }

    /** What the cluster holds, by index and id. */
    private Map<String, JsonNode> held() throws IOException {
        cluster.answer(Call.of("POST", "/_refresh", ""));
        JsonNode hits = cluster.answer(Call.of("POST", "/_search", "{\"size\":10000}"))
                .content()
                .path("hits")
                .path("hits");
        Map<String, JsonNode> held = new TreeMap<>();
        for (JsonNode hit : hits) {
            held.put(hit.path("_index").asText() + "/" + hit.path("_id").asText(), hit.path("_source"));
        }
        assertThat(held).hasSize(hits.size()).hasSizeLessThan(10_000);
        return held;
    }

    /** What export writes for the same. */
    private Map<String, JsonNode> exported(String options) throws IOException {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export --format bulk " + options))
                .as(terminal.err())
                .isEqualTo(ExitCode.OK);
        List<String> lines = terminal.out().lines().toList();
        Map<String, JsonNode> exported = new TreeMap<>();
        for (int i = 0; i < lines.size(); i += 2) {
            JsonNode target = JSON.readTree(lines.get(i)).path("create");
            exported.put(
                    target.path("_index").asText() + "/" + target.path("_id").asText(),
                    JSON.readTree(lines.get(i + 1)));
        }
        assertThat(exported).hasSize(lines.size() / 2);
        return exported;
    }

    private JsonNode receipt(String file) throws IOException {
        JsonNode receipt = JSON.readTree(Files.readString(directory.resolve(file)));
        JsonNode journals = receipt.path("journals");
        assertThat(journals).hasSize(1);
        return journals.elements().next();
    }

    private long shipped() throws IOException {
        JsonNode state = JSON.readTree(Files.readString(directory.resolve("state")));
        return state.path("journals").elements().next().path("sequence").asLong();
    }

    private static List<Long> counts(JsonNode receipt, String... names) {
        List<Long> counts = new ArrayList<>();
        for (String name : names) {
            assertThat(receipt.has(name)).as("%s in %s", name, receipt).isTrue();
            counts.add(receipt.path(name).asLong());
        }
        return counts;
    }

    @Test
    void shipsWhatExportWrites() throws IOException {
        Terminal terminal = ship(ExitCode.OK, "--receipt receipt journal");
        assertThat(held()).hasSize(RECORDS).isEqualTo(exported("--fields ecs journal"));
        assertThat(terminal.err()).isEqualTo(INSTALLED);
        assertThat(terminal.out())
                .matches("journal [-0-9a-f]{36} of host: records 1 to " + RECORDS + ": " + RECORDS + " read = "
                        + RECORDS + " created \\+ 0 already there \\+ 0 refused \\+ 0 left out \\+ 0 restated; "
                        + RECORDS + " documents: event 2, stats 4, inspect 1, mark 2\\R");
        assertThat(counts(
                        receipt("receipt"),
                        "from",
                        "to",
                        "records_read",
                        "records_created",
                        "records_unsettled",
                        "sequences_missing"))
                .containsExactly(1L, (long) RECORDS, (long) RECORDS, (long) RECORDS, 0L, 0L);
    }

    @Test
    void findsAllThereTheSecondTime() throws IOException {
        ship(ExitCode.OK, "journal");
        Map<String, JsonNode> before = held();
        ship(ExitCode.OK, "--receipt receipt journal");
        assertThat(held()).isEqualTo(before);
        assertThat(counts(receipt("receipt"), "records_created", "records_existed", "documents_existed"))
                .containsExactly(0L, (long) RECORDS, (long) RECORDS);
    }

    @Test
    void shipsInTheNamesOfTheEngine() throws IOException {
        ship(ExitCode.OK, "--fields flat journal");
        assertThat(held()).hasSize(RECORDS).isEqualTo(exported("--compact journal"));
    }

    @Test
    void countsButSendsNothingInADryRun() throws IOException {
        Terminal terminal = ship(ExitCode.OK, "--dry-run --state state --receipt receipt journal");
        assertThat(terminal.out())
                .startsWith("a dry run, nothing was sent; what would be, if none of it is there:\njournal ");
        assertThat(proxy.seen("_bulk")).isEmpty();
        assertThat(held()).isEmpty();
        assertThat(directory.resolve("state")).doesNotExist();
        assertThat(counts(receipt("receipt"), "records_created", "records_unsettled"))
                .containsExactly((long) RECORDS, 0L);
    }

    @Test
    void countsWhatIsLeftOut() throws IOException {
        ship(ExitCode.OK, "--kind event --receipt receipt journal");
        assertThat(held()).hasSize(2).isEqualTo(exported("--fields ecs --kind event journal"));
        assertThat(counts(
                        receipt("receipt"), "records_read", "records_created", "records_filtered", "records_unsettled"))
                .containsExactly((long) RECORDS, 2L, RECORDS - 2L, 0L);
    }

    @Test
    void goesOnWhereItEndedWithState() throws IOException {
        TestJournal.write(directory.resolve("growing"), TestJournal.RECORDS.subList(0, 5))
                .close();
        ship(ExitCode.OK, "--state state growing");
        assertThat(shipped()).isEqualTo(5);
        TestJournal.write(directory.resolve("growing"), TestJournal.RECORDS.subList(5, RECORDS))
                .close();
        ship(ExitCode.OK, "--state state --receipt receipt growing");
        assertThat(counts(receipt("receipt"), "from", "to", "records_created", "records_existed"))
                .containsExactly(6L, (long) RECORDS, RECORDS - 5L, 0L);
        assertThat(shipped()).isEqualTo(RECORDS);
        int calls = proxy.seen("_bulk").size();
        ship(ExitCode.OK, "--state state --receipt nothing growing");
        assertThat(proxy.seen("_bulk")).hasSize(calls);
        assertThat(JSON.readTree(Files.readString(directory.resolve("nothing"))).path("journals"))
                .isEmpty();
        assertThat(held()).isEqualTo(exported("--fields ecs growing"));
    }

    @Test
    void saysInALineWhoIsNotLetIn() throws IOException {
        proxy.commit(ClusterFault.demand("Basic dXNlcjpwYXNz"));
        Terminal terminal = ship(ExitCode.FAILED, "--state state --receipt receipt journal");
        assertThat(terminal.err().lines().toList())
                .singleElement()
                .asString()
                .startsWith("replay: " + proxy.uri())
                .contains("asks who you are");
        assertThat(directory.resolve("state")).doesNotExist();
        assertThat(held()).isEmpty();
        assertThat(directory.resolve("receipt")).doesNotExist();
    }

    @Test
    void shipsNothingIfItsReceiptWouldHaveNoPlace() throws IOException {
        Terminal terminal = ship(ExitCode.FAILED, "--receipt none/receipt journal");
        assertThat(terminal.err()).isEqualTo("replay: " + directory.resolve("none") + ": no such file or directory\n");
        assertThat(held()).isEmpty();
    }

    @Test
    void refusesTheStateOfAnotherShipmentBeforeItTouchesTheCluster() {
        ship(ExitCode.OK, "--state state journal");
        int seen = proxy.seen("").size();
        Terminal terminal = ship(ExitCode.FAILED, "--state state --index-prefix other journal");
        assertThat(terminal.err()).contains("serves another shipment: --index-prefix was 'shiplog', and is 'other'");
        assertThat(proxy.seen("")).hasSize(seen);
    }

    @Test
    void refusesRequestsOfNoBytes() {
        for (String size : List.of("0", "1023", "65MiB")) {
            Terminal terminal = ship(ExitCode.USAGE, "--batch " + size + " journal");
            assertThat(terminal.err()).startsWith("replay: --batch " + size + ": from 1KiB to 64MiB; ");
        }
    }

    /** Makes the index of the journal's two events one that takes neither. */
    private void refuseEvents() throws IOException {
        cluster.answer(Call.of(
                "PUT",
                "/" + EVENTS,
                "{\"mappings\":{\"properties\":{\"event.action\":{\"type\":\"long\"},"
                        + "\"event\":{\"properties\":{\"action\":{\"type\":\"long\"}}}}}}"));
    }

    @Test
    void staysBeforeWhatIsRefusedUnlessItIsKept() throws IOException {
        refuseEvents();
        Terminal terminal = ship(ExitCode.FAILED, "--state state journal");
        assertThat(terminal.err())
                .startsWith(INSTALLED)
                .contains("2 documents were refused; --rejected FILE keeps them")
                .hasLineCount(2);
        assertThat(directory.resolve("state")).doesNotExist();
        assertThat(held()).hasSize(RECORDS - 2);

        ship(ExitCode.FAILED, "--state state --rejected rejected --receipt receipt journal");
        assertThat(shipped()).isEqualTo(RECORDS);
        assertThat(Files.readAllLines(directory.resolve("rejected"))).hasSize(2);
        assertThat(counts(receipt("receipt"), "records_existed", "records_refused", "records_unsettled"))
                .containsExactly(RECORDS - 2L, 2L, 0L);
    }

    @Test
    void shipsThroughAStormAllAndWindowsToo() throws IOException {
        long seed = Long.getLong("shiplog.seed", ThreadLocalRandom.current().nextLong());
        List<Record> records = new ArrayList<>(TestJournal.RECORDS);
        records.addAll(1, TestJournal.samples(1_500));
        TestJournal.write(directory.resolve("long"), records).close();
        for (String every : List.of("", "--every 10s ")) {
            cluster.answer(Call.of("DELETE", "/shiplog-*", ""));
            proxy.behave();
            ship(ExitCode.OK, every + "long");
            Map<String, JsonNode> calm = held();
            assertThat(calm.values())
                    .allSatisfy(document -> assertThat(EcsFields.types().keySet())
                            .containsAll(document.properties().stream()
                                    .map(Map.Entry::getKey)
                                    .toList()));
            cluster.answer(Call.of("DELETE", "/shiplog-*", ""));
            assertThat(held()).isEmpty();
            proxy.commit(ClusterFault.storm(
                            seed,
                            0.3,
                            List.of(
                                    ClusterFault.tooManyRequests(),
                                    ClusterFault.html(503),
                                    ClusterFault.cutBefore(),
                                    ClusterFault.cutAmid(),
                                    ClusterFault.cutAfter(),
                                    ClusterFault.rejectItems(i -> i % 5 == 1, "rejected_execution_exception")))
                    .on("_bulk"));
            ship(ExitCode.OK, every + "--batch 64KiB --receipt receipt long");
            assertThat(held()).as("-Dshiplog.seed=%d %s", seed, every).isEqualTo(calm);
            List<Long> counts = counts(
                    receipt("receipt"), "records_created", "records_existed", "records_late", "records_unsettled");
            assertThat(counts.get(0) + counts.get(1) + counts.get(2))
                    .as("-Dshiplog.seed=%d %s", seed, every)
                    .isEqualTo(records.size());
            assertThat(counts.get(2))
                    .isEqualTo(every.isEmpty() ? 0 : 2); // the two that are older than the samples before
            assertThat(counts.get(3)).isZero();
        }
    }

    @Test
    void saysOnceThatTheClusterTakesNothingAndOnceThatItDoesAgain() throws IOException {
        proxy.commit(ClusterFault.tooManyRequests().times(4).on("_bulk"));
        Terminal terminal = Terminal.hurried(directory);
        assertThat(terminal.run("ship --to " + proxy.uri() + " --requests 1 journal"))
                .as(terminal.err())
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).startsWith(INSTALLED);
        // on a line of its own, though one that shows how far it is may stand there
        assertThat(terminal.err().substring(INSTALLED.length()))
                .matches("\r\u001b\\[Kreplay: " + proxy.uri()
                        + " answers 429: es_rejected_execution_exception: [a-z ]+; trying again since"
                        + " 2026-11-21T10:\\d\\d:00Z\\R"
                        + "\r\u001b\\[Kreplay: the cluster is in order again, after \\d+ min\\R");
        assertThat(held()).hasSize(RECORDS);
    }

    @Test
    void followsAJournalThatGrows() throws Exception {
        Path journal = directory.resolve("growing");
        try (Appender appender = TestJournal.write(journal, TestJournal.RECORDS.subList(0, 4))) {
            Terminal terminal = new Terminal(directory);
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() ->
                    terminal.run("ship --to " + proxy.uri() + " --follow --state state --receipt receipt growing"));
            await().atMost(30, TimeUnit.SECONDS).until(() -> held().size() == 4);
            proxy.down();
            for (Record record : TestJournal.RECORDS.subList(4, RECORDS)) {
                appender.append(record);
            }
            proxy.up();
            await().atMost(30, TimeUnit.SECONDS).until(() -> held().size() == RECORDS);
            terminal.interrupt();
            assertThat(code.get(30, TimeUnit.SECONDS)).as(terminal.err()).isEqualTo(ExitCode.OK);
        }
        assertThat(shipped()).isEqualTo(RECORDS);
        List<Long> counts = counts(receipt("receipt"), "records_created", "records_existed", "records_unsettled");
        assertThat(counts.get(0) + counts.get(1)).isEqualTo(RECORDS); // an answer may have been cut
        assertThat(counts.get(2)).isZero();
    }
}
