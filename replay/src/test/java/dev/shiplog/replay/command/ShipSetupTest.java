package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.testkit.cluster.Answer;
import dev.shiplog.testkit.cluster.Backend;
import dev.shiplog.testkit.cluster.Call;
import dev.shiplog.testkit.cluster.ClusterFault;
import dev.shiplog.testkit.cluster.ClusterProxy;
import dev.shiplog.testkit.cluster.ClusterRelease;
import dev.shiplog.testkit.cluster.KeyStores;
import dev.shiplog.testkit.cluster.ScriptedCluster;
import dev.shiplog.testkit.cluster.Seen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a shipment prepares in a cluster, and what it refuses before the first document. */
final class ShipSetupTest {
    @TempDir
    private Path directory;

    private ScriptedCluster cluster = of(ClusterRelease.ELASTICSEARCH_9);
    private ClusterProxy proxy;
    private Terminal terminal = new Terminal(Path.of("/"));

    private static ScriptedCluster of(ClusterRelease release) {
        return new ScriptedCluster(release, () -> Instant.parse("2026-11-21T10:00:00Z"));
    }

    @BeforeEach
    void start() throws IOException {
        proxy = ClusterProxy.before(call -> cluster.answer(call));
        TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    private int ship(String more) {
        return run("ship --to " + proxy.uri() + " --give-up-after 1s " + more);
    }

    private int run(String line) {
        terminal = new Terminal(directory);
        return terminal.run(line);
    }

    private Answer ask(String method, String target, String body) throws IOException {
        return cluster.answer(Call.of(method, target, body));
    }

    private JsonNode mappings() throws IOException {
        return ask("GET", "/_component_template/shiplog-mappings", "")
                .content()
                .at("/component_templates/0/component_template/template/mappings");
    }

    private int documents() throws IOException {
        ask("POST", "/_refresh", "");
        return ask("GET", "/_count", "").content().path("count").asInt();
    }

    /** Exit code 1 or 2, one line, no stack trace, no document. */
    private void assertRefused(int code, int expected, String... words) throws IOException {
        assertThat(terminal.err())
                .contains(words)
                .doesNotContain("\tat ", "a bug")
                .hasLineCount(1);
        assertThat(code).as(terminal.err()).isEqualTo(expected);
        assertThat(proxy.seen("_bulk")).isEmpty();
    }

    @Test
    void aShipmentInstallsMissingTemplatesAndShipsInto() throws IOException {
        assertThat(ship("journal")).as(terminal.err()).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEqualTo("replay: installed the index template shiplog, which was missing\n");
        assertThat(documents()).isEqualTo(TestJournal.RECORDS.size());
        JsonNode stats = ask("GET", "/shiplog-stats-2026.11.21", "").content().path("shiplog-stats-2026.11.21");
        assertThat(stats.at("/mappings/properties/container.labels/type").asText())
                .isEqualTo("flattened");
        assertThat(stats.at("/settings/index.codec").asText()).isEqualTo("best_compression");
        assertThat(ship("journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).as("the second time").isEmpty();
        assertThat(documents()).isEqualTo(TestJournal.RECORDS.size());
    }

    @Test
    void setupAloneNeedsNoSource() throws IOException {
        assertThat(ship("--setup")).as(terminal.err()).isEqualTo(ExitCode.OK);
        assertThat(terminal.out())
                .startsWith("installed the component template shiplog-mappings and the index template");
        assertThat(terminal.err()).isEmpty();
        assertThat(mappings().path("dynamic").asText()).isEqualTo("false");
        assertThat(ship("")).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).contains("Missing required parameter: 'SOURCE'");
    }

    @Test
    void onlyTellsOfAMissingTemplateIfItMayNotInstall() throws IOException {
        assertThat(ship("--no-setup journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err())
                .contains("the index template shiplog is missing")
                .hasLineCount(1);
        assertThat(ask("GET", "/_index_template/shiplog", "").status()).isEqualTo(404);
    }

    @Test
    void takesTheTypesThatOpenSearchHas() throws IOException {
        cluster = of(ClusterRelease.OPENSEARCH_2);
        assertThat(ship("--setup")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(mappings().at("/properties/container.labels/type").asText()).isEqualTo("flat_object");
        assertThat(ship("journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
    }

    @Test
    void saysWhatCannotBeSearchedWhereTypesAreMissing() throws IOException {
        cluster = of(ClusterRelease.UNKNOWN);
        for (String type : List.of("flattened", "flat_object")) {
            String reason = "No handler for type [" + type + "] declared on field [container.labels]";
            proxy.commit(ClusterFault.error(400, "mapper_parsing_exception", reason)
                    .on(call -> new String(call.body(), StandardCharsets.UTF_8).contains("\"type\": \"" + type)));
        }
        assertThat(ship("--setup --keep 90d")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err())
                .contains("is quicksearch 0.7.1, which this version of replay was not made for")
                .contains("labels and attributes are kept, but cannot be searched")
                .contains("neither ILM nor ISM");
        assertThat(mappings().at("/properties/container.labels/enabled").asBoolean(true))
                .isFalse();
    }

    @Test
    void leavesATemplateThatWasChangedByHandUnlessSetupIsAskedFor() throws IOException {
        assertThat(ship("--setup")).isEqualTo(ExitCode.OK);
        JsonNode ours = ask("GET", "/_component_template/shiplog-mappings", "")
                .content()
                .at("/component_templates/0/component_template");
        String changed = ours.toString().replace("best_compression", "default");
        ask("PUT", "/_component_template/shiplog-mappings", changed);
        assertThat(ship("journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err())
                .contains("shiplog-mappings was changed by hand")
                .hasLineCount(1);
        assertThat(ask("GET", "/_component_template/shiplog-mappings", "")
                        .content()
                        .toString())
                .contains("\"codec\":\"default\"");
        assertThat(ship("--setup")).isEqualTo(ExitCode.OK);
        assertThat(ship("journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
    }

    @Test
    void refusesATemplateThatIsForOtherFields() throws IOException {
        assertThat(ship("--setup --fields flat")).isEqualTo(ExitCode.OK);
        assertRefused(ship("--kind event journal"), ExitCode.USAGE, "is for --fields flat", "another --index-prefix");
        assertThat(ship("--kind event --fields flat journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
    }

    @Test
    void saysThatSomebodyElsesTemplateComesBefore() throws IOException {
        ask("PUT", "/_index_template/theirs", "{\"index_patterns\":[\"ship*\"],\"priority\":900}");
        assertThat(ship("--kind event journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).contains("the index template theirs, of priority 900, comes before shiplog");
    }

    @Test
    void goesOnWithoutPermissionToAskForTemplates() throws IOException {
        proxy.commit(ClusterFault.forbid(call -> call.path().contains("_template")
                || call.path().contains("_data_stream")
                || call.path().contains("_cluster")));
        assertThat(ship("--kind event journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err())
                .contains("cannot tell whether the index template shiplog is there (403: security_exception")
                .contains("not looked at beforehand, for lack of permission: data streams, index templates,")
                .hasLineCount(2);
        assertThat(documents()).isEqualTo(2);
    }

    @Test
    void keepsIndicesForAsLongAsAskedByWhatTheClusterHas() throws IOException {
        assertThat(ship("--setup --keep 90d")).isEqualTo(ExitCode.OK);
        assertThat(ask("GET", "/_ilm/policy/shiplog-keep", "").content().toString())
                .contains("\"min_age\":\"90d\"");
        assertThat(ship("--kind event journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(ask("GET", "/shiplog-event-2026.11.21/_settings", "")
                        .content()
                        .toString())
                .contains("\"index.lifecycle.name\":\"shiplog-keep\"");
        cluster = of(ClusterRelease.OPENSEARCH_3);
        for (String keep : List.of("90d", "30d")) {
            assertThat(ship("--setup --keep " + keep)).isEqualTo(ExitCode.OK);
            assertThat(ask("GET", "/_plugins/_ism/policies/shiplog-keep", "")
                            .content()
                            .toString())
                    .contains("\"min_index_age\":\"" + keep + "\"", "shiplog-stats-*");
        }
        assertThat(ship("--keep 90d journal")).isEqualTo(ExitCode.USAGE);
        assertThat(ship("--setup --keep 90years")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void refusesWhatIsNoCluster() throws IOException {
        proxy.commit(ClusterFault.html(200));
        assertRefused(ship("journal"), ExitCode.FAILED, "is that a cluster? It answers 200 with text/html");
    }

    @Test
    void refusesToGoOnWithAWrongPasswordAndDoesNotShowIt() throws IOException {
        proxy.commit(ClusterFault.demand("Basic c29tZWJvZHk6ZWxzZQ=="));
        Files.writeString(directory.resolve("secret"), "hunter2\n");
        assertRefused(ship("journal"), ExitCode.FAILED, "asks who you are: see --user, --api-key-file");
        assertRefused(
                ship("--user me --password-file secret journal"),
                ExitCode.FAILED,
                "does not accept the password of --user (401: security_exception");
        assertThat(terminal.err()).doesNotContain("hunter2", "bWU6");
        assertRefused(ship("--api-key-file secret journal"), ExitCode.FAILED, "does not accept the API key");
        assertRefused(ship("--token-file secret journal"), ExitCode.FAILED, "does not accept the token");
        assertThat(terminal.err()).doesNotContain("hunter2");
    }

    @Test
    void refusesATargetThatMayNotBeAskedWhoItIs() throws IOException {
        proxy.commit(ClusterFault.forbid(call -> call.path().equals("/")));
        Files.writeString(directory.resolve("secret"), "hunter2\n");
        assertRefused(ship("--token-file secret journal"), ExitCode.FAILED, "the token does not permit to ask GET /");
    }

    @Test
    void refusesDataStreams() throws IOException {
        ask(
                "PUT",
                "/_index_template/streams",
                "{\"index_patterns\":[\"shiplog-stats*\"],\"priority\":900,\"data_stream\":{}}");
        assertRefused2("the index template streams makes data streams of shiplog-stats-*");
        ask("PUT", "/_data_stream/shiplog-stats-2026.11.21", "");
        assertRefused2("there is a data stream shiplog-stats-2026.11.21");
    }

    /** The template of ours was missing the first time, and that is told as well. */
    private void assertRefused2(String words) {
        assertThat(ship("journal")).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).contains(words, "replay ships into an index for each day: choose another prefix");
        assertThat(proxy.seen("_bulk")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"write", "read_only_allow_delete"})
    void refusesAnIndexThatIsClosedToDocuments(String block) throws IOException {
        assertThat(ship("--kind event journal")).isEqualTo(ExitCode.OK);
        long before = proxy.seen("_bulk").size();
        ask("PUT", "/shiplog-event-2026.11.21/_settings", "{\"index.blocks." + block + "\":true}");
        assertThat(ship("--kind event journal")).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err())
                .contains("the index shiplog-event-2026.11.21 takes no documents: index.blocks." + block)
                .hasLineCount(1);
        assertThat(proxy.seen("_bulk")).hasSize(Math.toIntExact(before));
        assertThat(ship("--kind event --until 2026-11-21T00:00:00Z --since 2026-11-20T00:00:00Z journal"))
                .as("of another day: " + terminal.err())
                .isEqualTo(ExitCode.OK);
    }

    @Test
    void refusesAClusterThatIsClosedToDocuments() throws IOException {
        ask("PUT", "/_cluster/settings", "{\"persistent\":{\"cluster.blocks.create_index\":\"true\"}}");
        assertThat(ship("journal")).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err()).contains("the cluster takes no documents: cluster.blocks.create_index");
    }

    @Test
    void waitsForAClusterThatIsBusy() throws IOException {
        proxy.commit(ClusterFault.tooManyRequests().times(1));
        assertThat(run("ship --to " + proxy.uri() + " --kind event journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err())
                .contains(
                        "answers 429: es_rejected_execution_exception",
                        "; trying again since",
                        "in order again, after ");
        assertThat(documents()).isEqualTo(2);
    }

    @Test
    void aDryRunAsksNothing() {
        assertThat(ship("--dry-run journal")).isEqualTo(ExitCode.OK);
        assertThat(proxy.seen()).extracting(Seen::target).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithCertificates() throws Exception {
        Path server = KeyStores.make(directory, "server", "ip:127.0.0.1");
        Path other = KeyStores.make(directory, "other", "dns:elsewhere.example");
        Path client = KeyStores.make(directory, "client", "dns:client.example");
        assertTls(KeyStores.context(server, client), false, "journal", "signed by nobody who is trusted here");
        assertTls(
                KeyStores.context(server, client),
                false,
                "--ca-file other.pem journal",
                "signed by nobody who is trusted here; --ca-file FILE");
        assertTls(KeyStores.context(other, client), false, "--ca-file other.pem journal", "is for another name");
        assertTls(
                KeyStores.context(server, client),
                true,
                "--ca-file server.pem journal",
                "it asks for a certificate"); // a newer Java says so at once, an older one guesses it
    }

    private void assertTls(SSLContext context, boolean clients, String options, String words) throws IOException {
        Backend behind = call -> cluster.answer(call);
        try (ClusterProxy encrypted = ClusterProxy.encrypted(behind, context, clients)) {
            assertThat(run("ship --give-up-after 1s --to " + encrypted.uri() + " " + options))
                    .isEqualTo(ExitCode.FAILED);
            assertThat(terminal.err()).contains(words).doesNotContain("\tat ");
            assertThat(encrypted.seen()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://me:hunter2@localhost:9200", "me:hunter2@localhost", "http://a/?key=hunter2"})
    void neverPrintsAnAddressWithASecret(String address) {
        assertThat(run("ship --to " + address + " journal")).isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err()).contains("--to").doesNotContain("hunter2").hasLineCount(1);
    }

    @Test
    void countsInTheClusterWhatTheReceiptSays() throws IOException {
        assertThat(ship("--receipt receipt.json journal")).isEqualTo(ExitCode.OK);
        String verify = "verify --receipt receipt.json --to " + proxy.uri();
        assertThat(run(verify)).as(terminal.out()).isEqualTo(ExitCode.OK);
        assertThat(terminal.out())
                .isEqualTo("9 documents of the receipt are there (event 2, stats 4, inspect 1, mark 2)\n");
        ask("DELETE", "/shiplog-event-2026.11.21", "");
        assertThat(run(verify)).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.out())
                .contains(", sequences 1 to 9, event: 0 of 2 documents are there, 2 are missing\n")
                .endsWith(
                        "7 documents of the receipt are there (stats 4, inspect 1, mark 2), 2 are missing (event 2)\n");
        ship("--kind event journal");
        String journal = journalOf("receipt.json");
        String twin = "{\"shiplog.journal\":\"" + journal + "\",\"shiplog.sequence\":5}";
        ask("POST", "/shiplog-stats-2026.11.21/_bulk", "{\"create\":{\"_id\":\"twin\"}}\n" + twin + "\n");
        assertThat(run(verify)).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.out()).contains("stats: 5 of 4 documents are there, 1 too many\n");
    }

    /** One more of another kind does not make up for one that is missing. */
    @Test
    void aReceiptCountsEachKind() throws IOException {
        assertThat(ship("--receipt receipt.json journal")).isEqualTo(ExitCode.OK);
        ask("DELETE", "/shiplog-event-2026.11.21", "");
        String twin = "{\"shiplog.journal\":\"" + journalOf("receipt.json") + "\",\"shiplog.sequence\":5}\n";
        ask(
                "POST",
                "/shiplog-host-2026.11.21/_bulk",
                "{\"create\":{\"_id\":\"a\"}}\n" + twin + "{\"create\":{\"_id\":\"b\"}}\n" + twin);
        assertThat(run("verify --receipt receipt.json --to " + proxy.uri())).isEqualTo(ExitCode.FAILED);
        String where = "journal " + journalOf("receipt.json") + ", sequences 1 to 9, ";
        assertThat(terminal.out())
                .isEqualTo(where + "event: 0 of 2 documents are there, 2 are missing\n"
                        + where + "host: 2 of 0 documents are there, 2 too many\n"
                        + "7 documents of the receipt are there (stats 4, inspect 1, mark 2),"
                        + " 2 are missing (event 2), 2 are too many (host 2)\n");
    }

    private String journalOf(String receipt) throws IOException {
        String text = Files.readString(directory.resolve(receipt));
        return text.replaceAll("(?s).*\"journals\":\\{\"([^\"]+)\".*", "$1");
    }

    @Test
    void countsFlatDocumentsAndWindowsByThemselves() throws IOException {
        assertThat(ship("--fields flat --index-prefix flat --receipt flat.json journal"))
                .isEqualTo(ExitCode.OK);
        assertThat(run("verify --receipt flat.json --to " + proxy.uri())).isEqualTo(ExitCode.OK);
        assertThat(terminal.out())
                .isEqualTo("9 documents of the receipt are there (event 2, stats 4, inspect 1, mark 2)\n");
        assertThat(ship("--every 1m --receipt windows.json journal"))
                .as(terminal.err())
                .isEqualTo(ExitCode.OK);
        assertThat(ship("--receipt all.json journal")).isEqualTo(ExitCode.OK);
        for (String receipt : List.of("windows.json", "all.json")) {
            assertThat(run("verify --receipt " + receipt + " --to " + proxy.uri()))
                    .as(receipt + terminal.out())
                    .isEqualTo(ExitCode.OK);
        }
        ask("DELETE", "/shiplog-stats-1m-2026.11.21", "");
        assertThat(run("verify --receipt all.json --to " + proxy.uri())).isEqualTo(ExitCode.OK);
        assertThat(run("verify --receipt windows.json --to " + proxy.uri())).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void refusesReceiptsThatProveNothing() throws IOException {
        assertThat(ship("--dry-run --receipt dry.json journal")).isEqualTo(ExitCode.OK);
        assertThat(run("verify --receipt dry.json --to " + proxy.uri())).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err()).contains("dry.json: is the receipt of a dry run, which sends nothing");
        String older = Files.readString(directory.resolve("dry.json")).replace("\"version\":2", "\"version\":1");
        Files.writeString(directory.resolve("older.json"), older);
        assertThat(run("verify --receipt older.json --to " + proxy.uri())).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err()).contains("older.json: is a receipt of another version of replay");
        Files.write(directory.resolve("other.json"), "{\"a\":1}".getBytes(StandardCharsets.UTF_8));
        assertThat(run("verify --receipt other.json --to " + proxy.uri())).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err())
                .contains("other.json: is no receipt of replay ship")
                .hasLineCount(1);
        assertThat(run("verify --receipt other.json")).isEqualTo(ExitCode.FAILED);
        assertThat(run("verify --receipt other.json --to " + proxy.uri() + " journal"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(run("verify --to " + proxy.uri() + " journal")).isEqualTo(ExitCode.USAGE);
    }
}
