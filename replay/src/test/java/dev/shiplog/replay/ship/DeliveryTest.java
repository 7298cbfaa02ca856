package dev.shiplog.replay.ship;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.testkit.cluster.Answer;
import dev.shiplog.testkit.cluster.Call;
import dev.shiplog.testkit.cluster.ClusterFault;
import dev.shiplog.testkit.cluster.ClusterProxy;
import dev.shiplog.testkit.cluster.ClusterRelease;
import dev.shiplog.testkit.cluster.ScriptedCluster;
import dev.shiplog.testkit.cluster.Seen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One bulk request and all that can come between: over HTTP, to a cluster in memory whose documents are looked at. */
@Timeout(60)
class DeliveryTest {
    private static final int DOCUMENTS = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final ScriptedCluster cluster = new ScriptedCluster(ClusterRelease.OPENSEARCH_3, InstantSource.system());
    private final AtomicLong slept = new AtomicLong();
    private final List<Long> waits = new ArrayList<>();
    private ClusterProxy proxy;

    /** A fault by its name, for messages. */
    record Trouble(String name, ClusterFault fault) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** After each, the same request is sent again, or what is left of it. */
    static List<Trouble> passing() {
        return List.of(
                new Trouble("429", ClusterFault.tooManyRequests()),
                new Trouble("429, Retry-After", ClusterFault.tooManyRequests().retryAfter("3")),
                new Trouble("503", ClusterFault.error(503, "unavailable_shards_exception", "no primary")),
                new Trouble("503 of a gateway", ClusterFault.html(503)),
                new Trouble("502", ClusterFault.html(502)),
                new Trouble("504 after all was done", ClusterFault.gatewayTimeout()),
                new Trouble(
                        "500 of a node that stops", ClusterFault.error(500, "node_closed_exception", "node closed")),
                new Trouble("408", ClusterFault.html(408)),
                new Trouble("cut before", ClusterFault.cutBefore()),
                new Trouble("cut amid", ClusterFault.cutAmid()),
                new Trouble("cut after", ClusterFault.cutAfter()),
                new Trouble("silence", ClusterFault.silentAfter()),
                new Trouble("slow", ClusterFault.slow(Duration.ofMillis(50))),
                new Trouble(
                        "every third item", ClusterFault.rejectItems(i -> i % 3 == 0, "rejected_execution_exception")),
                new Trouble("all items", ClusterFault.rejectItems(i -> true, "es_rejected_execution_exception")),
                new Trouble("500 of items", items(500, "node_closed_exception", i -> i > 3)));
    }

    /** None of these is tried again. */
    static List<Trouble> lasting() {
        return List.of(
                new Trouble("401", ClusterFault.demand("Basic dXNlcjpwYXNz")),
                new Trouble("403", ClusterFault.forbid(call -> true)),
                new Trouble("403 of items", items(403, "security_exception", i -> i == 7)),
                new Trouble("404", ClusterFault.html(404)),
                new Trouble("301", ClusterFault.html(301)),
                new Trouble("200 of a portal", ClusterFault.html(200)),
                new Trouble(
                        "items that say nothing",
                        (call, proper) -> text("{\"errors\":false,\"items\":["
                                + "{\"create\":{}},".repeat(DOCUMENTS - 1) + "{\"create\":{}}]}")),
                new Trouble(
                        "items that are none",
                        (call, proper) -> text("{\"errors\":false,\"items\":[" + "{},".repeat(DOCUMENTS - 1) + "{}]}")),
                new Trouble("too few items", (call, proper) -> text("{\"errors\":false,\"items\":[]}")),
                new Trouble("a list", (call, proper) -> text("[]")));
    }

    private static Answer text(String json) {
        return Answer.of(200, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** Some items fail so, though the others are written. */
    private static ClusterFault items(int status, String type, IntPredicate which) {
        ClusterFault rejecting = ClusterFault.rejectItems(which, type);
        return (call, proper) -> {
            JsonNode body = rejecting.answer(call, proper).content();
            return text(body.toString().replace("\"status\":429", "\"status\":" + status));
        };
    }

    @BeforeEach
    void listen() throws IOException {
        proxy = ClusterProxy.before(cluster);
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    private Outcome carry(Bulk bulk) throws IOException {
        Cluster over = new Cluster(new Target(proxy.uri(), null, null), Duration.ofSeconds(2));
        return new Delivery(
                        over,
                        () -> new Backoff(PATIENCE, Bulks.untold(), slept::get, millis -> {
                            waits.add(millis);
                            slept.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis + 1));
                            return false;
                        }))
                .carry(bulk);
    }

    private static void assertArrived(Outcome outcome) {
        for (int i = 0; i < DOCUMENTS; i++) {
            assertThat(outcome.fate(i)).as("document %d", i).isIn(Outcome.Fate.CREATED, Outcome.Fate.EXISTED);
        }
        assertThat(outcome.open()).isZero();
        assertThat(outcome.reasons()).isEmpty();
    }

    private List<Integer> statuses() {
        return proxy.seen("_bulk").stream().map(Seen::status).toList();
    }

    @ParameterizedTest
    @MethodSource("passing")
    void bringsAllDocumentsOnceAfterTroubleThatPasses(Trouble trouble) throws IOException {
        proxy.commit(trouble.fault.times(2).on("_bulk"));

        assertArrived(carry(Bulks.of(1, DOCUMENTS)));

        assertThat(Bulks.held(cluster)).hasSize(DOCUMENTS);
        assertThat(waits).hasSize(trouble.name.equals("slow") ? 0 : 2);
    }

    @ParameterizedTest
    @MethodSource("lasting")
    void givesUpAtOnceWhereWaitingIsOfNoHelp(Trouble trouble) throws IOException {
        proxy.commit(trouble.fault);

        assertThatThrownBy(() -> carry(Bulks.of(1, DOCUMENTS)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageStartingWith(proxy.uri().toString())
                .hasMessageNotContaining("\n")
                .hasMessageNotContaining("java.");
        assertThat(waits).isEmpty();
        assertThat(statuses()).hasSize(1);
    }

    @Test
    void knowsWhichAreThereAlready() throws IOException {
        carry(Bulks.of(5, 9));
        Outcome outcome = carry(Bulks.of(1, DOCUMENTS));
        for (int i = 0; i < DOCUMENTS; i++) {
            boolean before = i + 1 >= 5 && i + 1 <= 9;
            assertThat(outcome.fate(i)).isEqualTo(before ? Outcome.Fate.EXISTED : Outcome.Fate.CREATED);
        }
    }

    @Test
    void waitsAsLongAsItIsAsked() throws IOException {
        proxy.commit(ClusterFault.tooManyRequests().retryAfter("17").times(1));
        carry(Bulks.of(1, DOCUMENTS));
        assertThat(waits).containsExactly(17_000L);
    }

    /** Of a request of which something arrives each time, patience never ends. */
    @Test
    void isPatientAsLongAsSomethingArrives() throws IOException {
        proxy.commit(ClusterFault.rejectItems(i -> i > 0, "rejected_execution_exception")
                .retryAfter("120"));
        assertArrived(carry(Bulks.of(1, DOCUMENTS)));
        assertThat(waits).hasSize(DOCUMENTS - 1);
        assertThat(Bulks.held(cluster)).hasSize(DOCUMENTS);
    }

    @Test
    void givesUpWhenPatienceEndsAndSaysWhy() throws IOException {
        proxy.commit(ClusterFault.tooManyRequests());
        assertThatThrownBy(() -> carry(Bulks.of(1, DOCUMENTS)))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "gave up after 300 s: " + proxy.uri()
                                + " answers 429: es_rejected_execution_exception: rejected execution of coordinating operation");
        assertThat(statuses()).hasSizeGreaterThan(5).containsOnly(429);
    }

    @Test
    void givesUpWhenNobodyAnswers() {
        proxy.down();
        assertThatThrownBy(() -> carry(Bulks.of(1, DOCUMENTS)))
                .isInstanceOf(IOException.class)
                .hasMessage("gave up after 300 s: " + proxy.uri() + ": nobody answers");
    }

    @ParameterizedTest
    @ValueSource(ints = {150, 400, 1000})
    void sendsInPartsWhatIsTooLargeForTheCluster(int longest) throws IOException {
        cluster.longestRequest(longest);
        assertArrived(carry(Bulks.of(1, DOCUMENTS)));
        assertThat(Bulks.held(cluster)).hasSize(DOCUMENTS);
        assertThat(statuses()).startsWith(413).contains(200);
    }

    @Test
    void refusesADocumentThatIsTooLargeByItself() throws IOException {
        cluster.longestRequest(110);
        Outcome outcome = carry(Bulks.of(1, DOCUMENTS + 20));
        List<Long> refused =
                outcome.reasons().keySet().stream().map(i -> i + 1L).toList();
        assertThat(refused).isNotEmpty().hasSizeLessThan(DOCUMENTS + 20);
        assertThat(outcome.reasons().values()).allMatch(reason -> reason.startsWith("413: too large: "));
        assertThat(Bulks.held(cluster).keySet())
                .hasSize(DOCUMENTS + 20 - refused.size())
                .doesNotContainAnyElementsOf(refused);
    }

    @Test
    void goesOnWithPartsOfPartsThroughTrouble() throws IOException {
        cluster.longestRequest(400);
        proxy.commit(ClusterFault.rejectItems(i -> i % 2 == 0, "rejected_execution_exception")
                .times(5)
                .on("_bulk"));
        proxy.commit(ClusterFault.cutAfter().times(2).on("_bulk"));
        assertArrived(carry(Bulks.of(1, DOCUMENTS)));
        assertThat(Bulks.held(cluster)).hasSize(DOCUMENTS);
    }

    @Test
    void refusesWhatDoesNotFitTheMappingAndBringsTheRest() throws IOException {
        cluster.answer(
                Call.of("PUT", "/" + Bulks.index(1), "{\"mappings\":{\"properties\":{\"text\":{\"type\":\"long\"}}}}"));
        Outcome outcome = carry(Bulks.of(1, DOCUMENTS));
        assertThat(outcome.reasons()).hasSize(7).allSatisfy((i, reason) -> {
            assertThat(Bulks.index(i + 1)).isEqualTo(Bulks.index(1));
            assertThat(reason).startsWith("400: mapper_parsing_exception: ").contains("[text]");
        });
        assertThat(Bulks.held(cluster)).hasSize(DOCUMENTS - 7);
    }

    /** It is not a node that stops, which would stop answering. */
    @Test
    void refusesADocumentOnWhichTheClusterFailsAgainAndAgain() throws IOException {
        proxy.commit(items(500, "null_pointer_exception", i -> i == 0));
        Outcome outcome = carry(Bulks.of(1, DOCUMENTS));
        assertThat(outcome.reasons()).containsOnlyKeys(0);
        assertThat(outcome.reasons().get(0)).startsWith("500: null_pointer_exception");
        assertThat(Bulks.held(cluster)).hasSize(DOCUMENTS - 1);
    }

    @Test
    void waitsForADiskThatIsFull() throws IOException {
        carry(Bulks.of(1, 3));
        cluster.floodStage(true);
        proxy.commit((call, proper) -> {
            if (proxy.seen("_bulk").size() == 4) {
                cluster.floodStage(false);
            }
            return proper.answer(call);
        });
        assertArrived(carry(Bulks.of(1, DOCUMENTS)));
        assertThat(statuses()).hasSize(5);
    }

    @Test
    void blamesNoDocumentIfTheIndexTakesNone() throws IOException {
        carry(Bulks.of(1, 3));
        cluster.answer(Call.of("PUT", "/" + Bulks.index(2) + "/_settings", "{\"index.blocks.write\":true}"));
        assertThatThrownBy(() -> carry(Bulks.of(4, DOCUMENTS)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageContaining(
                        "takes no documents: 403: cluster_block_exception: index [" + Bulks.index(2) + "]");
        cluster.answer(
                Call.of("PUT", "/_cluster/settings", "{\"persistent\":{\"action.auto_create_index\":\"false\"}}"));
        cluster.answer(Call.of("DELETE", "/" + Bulks.index(1), ""));
        assertThatThrownBy(() -> carry(Bulks.of(1, 1)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessageContaining("takes no documents: 404: index_not_found_exception");
    }

    @Test
    void sendsTheDocumentsAsTheyAre() throws IOException {
        carry(Bulks.of(1, DOCUMENTS));
        ObjectMapper json = new ObjectMapper();
        for (var document : Bulks.held(cluster).entrySet()) {
            assertThat(document.getValue()).isEqualTo(json.readTree(Bulks.document(document.getKey())));
        }
    }
}
