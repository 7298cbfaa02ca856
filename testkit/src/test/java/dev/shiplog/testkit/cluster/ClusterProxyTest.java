package dev.shiplog.testkit.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
final class ClusterProxyTest {
    private static final String TWO = """
            {"create":{"_index":"a","_id":"1"}}
            {"n":1}
            {"create":{"_index":"a","_id":"2"}}
            {"n":2}
            """;

    private final ScriptedCluster scripted =
            new ScriptedCluster(ClusterRelease.ELASTICSEARCH_9, InstantSource.system());

    private ClusterProxy proxy;
    private HttpCluster client;

    @BeforeEach
    void open() throws IOException {
        proxy = ClusterProxy.before(scripted);
        client = new HttpCluster(proxy.uri());
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    private Answer bulk() throws IOException {
        return client.answer(Call.of("POST", "/_bulk?refresh=true", TWO));
    }

    private static List<Integer> statuses(Answer answer) throws IOException {
        return StreamSupport.stream(answer.content().path("items").spliterator(), false)
                .map(item -> item.elements().next().path("status").asInt())
                .toList();
    }

    private int documents() throws IOException {
        return scripted.answer(Call.of("GET", "/a/_count", ""))
                .content()
                .path("count")
                .asInt();
    }

    @Test
    void passesCallsOnAndCountsThem() throws IOException {
        assertThat(statuses(bulk())).containsExactly(201, 201);
        Answer answer = client.answer(Call.of("GET", "/", ""));
        assertThat(answer.headers()).containsEntry("x-elastic-product", "Elasticsearch");
        assertThat(proxy.seen()).hasSize(2);
        Seen bulk = proxy.seen("_bulk").get(0);
        assertThat(bulk.received()).isEqualTo(TWO.length());
        assertThat(bulk.status()).isEqualTo(200);
        assertThat(proxy.seen().get(1).sent()).isEqualTo(answer.body().length);
    }

    @Test
    void rejectsWholeRequestsThenBehaves() throws IOException {
        proxy.commit(ClusterFault.tooManyRequests().retryAfter("3").times(2).on("_bulk"));
        assertThat(client.answer(Call.of("GET", "/", "")).status()).isEqualTo(200);
        Answer first = bulk();
        assertThat(first.status()).isEqualTo(429);
        assertThat(first.headers()).containsEntry("retry-after", "3");
        assertThat(first.content().path("error").path("type").asText()).isEqualTo("es_rejected_execution_exception");
        assertThat(bulk().status()).isEqualTo(429);
        assertThat(statuses(bulk())).containsExactly(201, 201);
    }

    @Test
    void rejectsItemsWhichTheClusterNeverSees() throws IOException {
        proxy.commit(ClusterFault.rejectItems(item -> item == 0, "es_rejected_execution_exception")
                .times(1));
        Answer answer = bulk();
        assertThat(answer.content().path("errors").asBoolean()).isTrue();
        assertThat(statuses(answer)).containsExactly(429, 201);
        JsonNode rejected = answer.content().path("items").path(0).path("create");
        assertThat(rejected.path("_id").asText()).isEqualTo("1");
        assertThat(documents()).isEqualTo(1);
        assertThat(statuses(bulk())).containsExactly(201, 409);
    }

    /** What the client cannot tell apart, and whether the documents are there all the same. */
    static Stream<Object[]> cuts() {
        return Stream.of(
                new Object[] {ClusterFault.cutBefore(), 201},
                new Object[] {ClusterFault.cutAfter(), 409},
                new Object[] {ClusterFault.cutAmid(), 409});
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void cutsConnections(ClusterFault cut, int then) throws IOException {
        proxy.commit(cut.times(1));
        assertThatThrownBy(this::bulk).isInstanceOf(IOException.class);
        assertThat(statuses(bulk())).containsExactly(then, then);
        assertThat(documents()).isEqualTo(2);
    }

    @Test
    void givesUpOnWhatTheClusterDid() throws IOException {
        proxy.commit(ClusterFault.gatewayTimeout().times(1));
        Answer answer = bulk();
        assertThat(answer.status()).isEqualTo(504);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).startsWith("<html>");
        assertThat(statuses(bulk())).containsExactly(409, 409);
    }

    @Test
    void fallsSilent() throws IOException {
        proxy.commit(ClusterFault.silentAfter());
        HttpRequest request = HttpRequest.newBuilder(proxy.uri().resolve("/_bulk?refresh=true"))
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(TWO))
                .build();
        var answer = HttpClient.newHttpClient().sendAsync(request, BodyHandlers.ofString());
        while (proxy.seen("_bulk").isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(documents()).isEqualTo(2);
        assertThat(answer).isNotDone();
        proxy.close();
        assertThatThrownBy(answer::join).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void demandsCredentials() throws IOException {
        proxy.commit(ClusterFault.demand("ApiKey c2hpcA=="));
        assertThat(bulk().status()).isEqualTo(401);
        Call call = Call.of("GET", "/", "");
        assertThat(client.answer(call.with("Authorization", "ApiKey d3Jvbmc=")).status())
                .isEqualTo(401);
        assertThat(client.answer(call.with("Authorization", "ApiKey c2hpcA==")).status())
                .isEqualTo(200);
    }

    @Test
    void forbidsSomeCalls() throws IOException {
        proxy.commit(ClusterFault.forbid(call -> call.isFor("_cluster") || call.isFor("_index_template")));
        assertThat(client.answer(Call.of("GET", "/_cluster/health", "")).status())
                .isEqualTo(403);
        assertThat(bulk().status()).isEqualTo(200);
    }

    @Test
    void rainsFaultsThatASeedRepeats() throws IOException {
        List<List<Integer>> storms = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            proxy.behave();
            proxy.commit(ClusterFault.storm(17, 0.5, List.of(ClusterFault.tooManyRequests(), ClusterFault.html(503))));
            List<Integer> statuses = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                statuses.add(client.answer(Call.of("GET", "/", "")).status());
            }
            storms.add(statuses);
        }
        assertThat(storms.get(0)).as("seed 17").contains(200, 429, 503).isEqualTo(storms.get(1));
    }

    @Test
    void goesDownAndComesBackAtItsAddress() throws IOException {
        URI before = proxy.uri();
        bulk();
        proxy.down();
        assertThatThrownBy(this::bulk).isInstanceOf(IOException.class);
        proxy.up();
        assertThat(proxy.uri()).isEqualTo(before);
        assertThat(statuses(bulk())).containsExactly(409, 409);
    }

    @Test
    void isABadGatewayWithoutItsCluster() throws IOException {
        URI gone = proxy.uri();
        proxy.down();
        try (ClusterProxy second = ClusterProxy.to(gone)) {
            assertThat(new HttpCluster(second.uri())
                            .answer(Call.of("GET", "/", ""))
                            .status())
                    .isEqualTo(502);
            proxy.up();
            assertThat(new HttpCluster(second.uri())
                            .answer(Call.of("GET", "/", ""))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void speaksTlsAndKnowsItsClients(@TempDir Path directory) throws Exception {
        Path server = KeyStores.make(directory, "server", "ip:127.0.0.1,dns:localhost");
        Path shipper = KeyStores.make(directory, "shipper", "dns:shipper");
        SSLContext own = KeyStores.context(server, shipper);
        Call call = Call.of("GET", "/", "");
        try (ClusterProxy encrypted = ClusterProxy.encrypted(scripted, own, true)) {
            HttpCluster known = new HttpCluster(encrypted.uri(), KeyStores.context(shipper, server));
            assertThat(known.answer(call).status()).isEqualTo(200);
            HttpCluster stranger = new HttpCluster(encrypted.uri(), KeyStores.context(server, server));
            assertThatThrownBy(() -> stranger.answer(call)).isInstanceOf(IOException.class);
            HttpCluster distrustful = new HttpCluster(encrypted.uri(), KeyStores.context(shipper, shipper));
            assertThatThrownBy(() -> distrustful.answer(call)).isInstanceOf(SSLException.class);
        }
        assertThat(directory.resolve("server.pem")).content().startsWith("-----BEGIN CERTIFICATE-----");
    }
}
