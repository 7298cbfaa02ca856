package dev.shiplog.replay.ship;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.export.Coded;
import dev.shiplog.replay.query.Reached;
import dev.shiplog.testkit.cluster.Call;
import dev.shiplog.testkit.cluster.ClusterFault;
import dev.shiplog.testkit.cluster.ClusterProxy;
import dev.shiplog.testkit.cluster.ClusterRelease;
import dev.shiplog.testkit.cluster.ScriptedCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Shipments through storms of faults into a cluster in memory: each document is there once, those that do not fit are kept
 * with their reasons, and what is said to have arrived has. {@code -Dshiplog.seed=N} repeats a storm.
 */
@Timeout(120)
class ShipmentTest {
    private static final int RECORDS = 2_000;
    /** Every so manieth document does not fit the mapping. */
    private static final int UNFIT = 97;

    private static final Reached NOTHING = new Reached(0, 0, false);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final long seed =
            Long.getLong("shiplog.seed", ThreadLocalRandom.current().nextLong());
    private final ScriptedCluster cluster = new ScriptedCluster(ClusterRelease.ELASTICSEARCH_8, InstantSource.system());
    private final Tallies tallies = new Tallies();
    private final CountDownLatch stop = new CountDownLatch(1);
    /** The last record that documents were made of. */
    private long made;

    /** Up to where what arrived was looked for. */
    private long checked;

    private ClusterProxy proxy;

    @TempDir
    private Path directory;

    @BeforeEach
    void listen() throws IOException {
        proxy = ClusterProxy.before(cluster);
        String mapping = "{\"index_patterns\":[\"shiplog-*\"],\"template\":{\"mappings\":{\"properties\":{"
                + "\"sequence\":{\"type\":\"long\"},\"text\":{\"type\":\"keyword\"},\"number\":{\"type\":\"long\"}}}}}";
        assertThat(cluster.answer(Call.of("PUT", "/_index_template/shiplog", mapping))
                        .status())
                .isEqualTo(200);
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    private Shipment open(Shipment.Limits limits, @Nullable Rejects rejects) {
        Cluster over = new Cluster(new Target(proxy.uri(), null, null), Duration.ofSeconds(5));
        // The waits are short: what is looked for is what is sent, and not when.
        Delivery delivery = new Delivery(
                over,
                () -> new Backoff(
                        Duration.ofMinutes(1),
                        Bulks.untold(),
                        System::nanoTime,
                        millis -> stop.await(1, TimeUnit.MILLISECONDS)));
        return new Shipment(
                delivery, limits, tallies, rejects, () -> Map.of(Bulks.JOURNAL, new Reached(made, made, false)));
    }

    /** Adds so many documents one by one; after each, what has arrived must have. */
    private void ship(Shipment shipment, @Nullable Path rejected) throws IOException {
        List<Record> records = new ArrayList<>();
        for (int i = 1; i <= RECORDS; i++) {
            records.add(new Record(i, Kind.EVENT, "", i, i, i, "{}".getBytes(StandardCharsets.UTF_8)));
        }
        try {
            Coded.each(records, record -> {
                try {
                    add(shipment, record);
                    check(shipment, rejected);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void add(Shipment shipment, RecordView record) throws IOException {
        long sequence = record.sequence();
        made = sequence;
        tallies.read(Bulks.JOURNAL, "host", record, true);
        String document = Bulks.document(sequence);
        shipment.add(
                out -> out.putAscii(Bulks.action(sequence)),
                out -> out.putAscii(isUnfit(sequence) ? document.replace("}", ",\"number\":\"none\"}") : document),
                Bulks.JOURNAL,
                Kind.EVENT,
                sequence,
                1);
    }

    private static boolean isUnfit(long sequence) {
        return sequence % UNFIT == 0;
    }

    /** The cluster holds, or the file keeps, all up to what is said to have arrived. */
    private void check(Shipment shipment, @Nullable Path rejected) throws IOException {
        Map<String, Reached> arrived = shipment.arrived();
        long to = arrived == null
                ? 0
                : arrived.getOrDefault(Bulks.JOURNAL, NOTHING).sequence();
        for (; checked < to; checked++) {
            long sequence = checked + 1;
            if (isUnfit(sequence)) {
                assertThat(rejected).as("%s: %d arrived", seed(), sequence).isNotNull();
                assertThat(rejected(rejected)).as(seed()).contains(sequence);
            } else {
                Call get = Call.of("GET", "/" + Bulks.index(sequence) + "/_doc/" + sequence, "");
                assertThat(cluster.answer(get).status())
                        .as("%s: document %d", seed(), sequence)
                        .isEqualTo(200);
            }
        }
    }

    private static List<Long> rejected(Path file) throws IOException {
        List<Long> sequences = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            JsonNode json = JSON.readTree(line);
            assertThat(json.path("reason").asText()).contains("document_parsing_exception");
            sequences.add(json.path("document").path("sequence").asLong());
        }
        return sequences;
    }

    private static List<Long> sequences(boolean unfit) {
        return LongStream.rangeClosed(1, RECORDS)
                .filter(i -> isUnfit(i) == unfit)
                .boxed()
                .toList();
    }

    private String seed() {
        return "-Dshiplog.seed=" + seed;
    }

    /** All that can pass, by chance, on two calls of five. */
    private ClusterFault storm() {
        return ClusterFault.storm(
                        seed,
                        0.4,
                        List.of(
                                ClusterFault.tooManyRequests(),
                                ClusterFault.tooManyRequests().retryAfter("1"),
                                ClusterFault.error(503, "unavailable_shards_exception", "no primary"),
                                ClusterFault.html(502),
                                ClusterFault.gatewayTimeout(),
                                ClusterFault.cutBefore(),
                                ClusterFault.cutAmid(),
                                ClusterFault.cutAfter(),
                                ClusterFault.slow(Duration.ofMillis(20)),
                                ClusterFault.rejectItems(i -> i % 7 == 3, "rejected_execution_exception"),
                                ClusterFault.rejectItems(i -> true, "rejected_execution_exception")))
                .on("_bulk");
    }

    private JsonNode receipt(boolean complete) throws IOException {
        JsonNode receipt =
                JSON.readTree(new Receipt(new TreeMap<>(Map.of("to", "here")), 1, 2, complete, tallies).toJson());
        return receipt.path("journals").path(Bulks.JOURNAL);
    }

    private void assertSums(JsonNode receipt, long created, long existed, long refused, long unsettled) {
        assertThat(List.of(
                        receipt.path("records_read").asLong(),
                        receipt.path("records_created").asLong()
                                + receipt.path("records_existed").asLong(),
                        receipt.path("records_refused").asLong(),
                        receipt.path("records_unsettled").asLong()))
                .as("%s: %s", seed(), receipt)
                .containsExactly(created + existed + refused + unsettled, created + existed, refused, unsettled);
        long inBlocks = 0;
        for (JsonNode count : receipt.at("/kinds/event/documents_by_block")) {
            inBlocks += count.asLong();
        }
        assertThat(inBlocks).as("%s: %s", seed(), receipt).isEqualTo(created + existed);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void bringsEachDocumentOnceThroughAStorm(int requests) throws IOException {
        cluster.longestRequest(6_000);
        proxy.commit(storm());
        Path file = directory.resolve("rejected.ndjson");
        try (Rejects rejects = Rejects.open(file);
                Shipment shipment = open(new Shipment.Limits(8_000, 150, requests), rejects)) {
            ship(shipment, file);
            shipment.flush();
            check(shipment, file);
        }
        assertThat(checked).as(seed()).isEqualTo(RECORDS);
        assertThat(Bulks.held(cluster).keySet()).as(seed()).containsExactlyElementsOf(sequences(false));
        assertThat(rejected(file)).as(seed()).containsExactlyElementsOf(sequences(true));
        int unfit = RECORDS / UNFIT;
        assertSums(receipt(true), RECORDS - unfit, 0, unfit, 0);
        assertThat(tallies.unsettled()).isZero();
        assertThat(tallies.refused()).isEqualTo(unfit);
    }

    /** Without a file that keeps what was refused, a later shipment has to send it again. */
    @Test
    void staysBeforeTheFirstThatWasRefusedAndIsNotKept() throws IOException {
        try (Shipment shipment = open(new Shipment.Limits(1_000, 10, 2), null)) {
            ship(shipment, null);
            shipment.flush();
            check(shipment, null);
        }
        assertThat(checked).isBetween(UNFIT - 20L, UNFIT - 1L);
        assertThat(Bulks.held(cluster).keySet()).containsExactlyElementsOf(sequences(false));
    }

    @Test
    void saysNothingArrivedThatDidNotWhenItFails() throws IOException {
        int calls = 1 + new Random(seed).nextInt(30);
        proxy.commit(ClusterFault.demand("Basic dXNlcjpwYXNz")
                .on(call -> proxy.seen("_bulk").size() >= calls));
        Path file = directory.resolve("rejected.ndjson");
        try (Rejects rejects = Rejects.open(file);
                Shipment shipment = open(new Shipment.Limits(4_000, 50, 3), rejects)) {
            assertThatThrownBy(() -> ship(shipment, file)).hasMessageContaining("takes no documents: 401");
            check(shipment, file);
        }
        int held = Bulks.held(cluster).size();
        assertThat(held)
                .as(seed())
                .isGreaterThanOrEqualTo((int) (checked - checked / UNFIT))
                .isLessThan(RECORDS);
        JsonNode receipt = receipt(false);
        assertThat(receipt.path("records_created").asInt()).as(seed()).isLessThanOrEqualTo(held);
        assertThat(receipt.path("records_unsettled").asLong())
                .as(seed())
                .isEqualTo(receipt.path("records_read").asLong()
                        - receipt.path("records_created").asLong()
                        - receipt.path("records_refused").asLong())
                .isPositive();
    }

    /** What was sent before counts as there already, and is there once. */
    @Test
    void findsAllThereTheSecondTime() throws IOException {
        for (int i = 0; i < 2; i++) {
            try (Shipment shipment = open(Shipment.Limits.DEFAULT, null)) {
                ship(shipment, null);
                shipment.flush();
            }
        }
        JsonNode receipt = receipt(true);
        int unfit = RECORDS / UNFIT;
        assertThat(receipt.path("records_created").asLong()).isEqualTo(RECORDS - unfit);
        assertThat(receipt.path("records_existed").asLong()).isEqualTo(RECORDS - unfit);
        assertThat(receipt.at("/kinds/event/documents_by_block").path("0").asLong())
                .isEqualTo(2L * (RECORDS - unfit));
        assertThat(Bulks.held(cluster)).hasSize(RECORDS - unfit);
    }
}
