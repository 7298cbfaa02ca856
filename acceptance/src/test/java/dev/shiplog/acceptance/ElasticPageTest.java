package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.replay.command.Verbs;
import dev.shiplog.testkit.cluster.Answer;
import dev.shiplog.testkit.cluster.Backend;
import dev.shiplog.testkit.cluster.Call;
import dev.shiplog.testkit.cluster.HttpCluster;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/elastic.md}: its commands are understood, and each question gets its answer from the real cluster at {@code
 * SHIPLOG_TEST_CLUSTER}, of a recording of a real engine ({@code recording/record} makes it).
 */
class ElasticPageTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path PAGE = Path.of("..", "docs", "elastic.md");
    private static final Path RECORDING = Path.of("src", "test", "resources", "recording", "shop.tar");
    /** A moment after the end of the recording. */
    private static final String NOW = "2026-11-27T07:15:00Z||";

    private static final Pattern COMMAND =
            Pattern.compile("^### (.*?)$.*?^```sh$(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /** What each answer must hold, because of what was done while it was recorded. */
    private static final Map<String, List<String>> TRUTH = Map.ofEntries(
            Map.entry("The last events of a container", List.of("\"docker.event.action\":\"die\"", "137")),
            Map.entry("Out of memory, by day", List.of("2026-11-27T00:00:00.000Z", "\"key\":\"hungry\"")),
            Map.entry(
                    "Restart loops: what ended five times or more in an hour",
                    List.of("\"key\":\"loop\"", "\"key\":3,")),
            Map.entry("Who uses most CPU now", List.of("\"buckets\":[{\"key\":\"web\"")),
            Map.entry("Who is near its memory limit", List.of("\"buckets\":[{\"key\":\"hungry\"", "1.6777216E7")),
            Map.entry(
                    "Network by compose project",
                    List.of("\"shop\":{\"doc_count\":", "\"received\":{\"value\":2.4429999E8}")),
            Map.entry("Gaps, by host", List.of("\"key\":\"vm\"", "\"key\":\"stats\"", "the recorder was not running")),
            Map.entry("Who was gone after a gap", List.of("\"container.name\":\"gone\"")),
            Map.entry("Exit codes, by image", List.of("\"key\":\"shop/batch:1\"", "\"buckets\":[{\"key\":7,")),
            Map.entry("Unhealthy containers", List.of("\"key\":\"db\"", "health_status: unhealthy")),
            Map.entry("Containers, by the digest of their image", List.of("\"key\":\"sha256:", "\"key\":\"batch\"")),
            Map.entry(
                    "Documents a minute, by data set",
                    List.of(
                            "2026-11-27T07:13:00.000Z",
                            "\"key\":\"docker.stats\"",
                            "\"key\":\"docker.stats_window\"",
                            "\"key\":\"shiplog.mark\"")));

    /** In what forms a page has the usage of containers, which are all in the cluster. */
    private static final Pattern FORM = Pattern.compile("^export STATS='shiplog-(stats-\\S+)'", Pattern.MULTILINE);

    @TempDir
    private Path directory;

    private final String prefix = "page-" + Long.toHexString(System.nanoTime());

    @Test
    void everyCommandOfReplayIsUnderstood() throws IOException {
        int commands = 0;
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("$ replay ")) {
                commands++;
                assertThatCode(() -> Verbs.commandLine()
                                .parseArgs(ForensicsPageTest.words(line.substring("$ replay ".length()))))
                        .as(line)
                        .doesNotThrowAnyException();
            }
        }
        assertThat(commands).isGreaterThanOrEqualTo(5);
    }

    @Test
    @Tag("cluster")
    @Tag("once")
    void everyQuestionIsAnswered() throws Exception {
        String url = System.getenv("SHIPLOG_TEST_CLUSTER");
        assumeTrue(url != null, "SHIPLOG_TEST_CLUSTER is not set: scripts/test-cluster start");
        Backend cluster = new HttpCluster(URI.create(url));
        try {
            for (String form : List.of("", "--every 1m ")) {
                run(
                        url,
                        "replay ship --to $ES --index-prefix " + prefix + " --accept-gaps " + form
                                + RECORDING.toAbsolutePath());
            }
            cluster.answer(Call.of("POST", "/" + prefix + "-*/_refresh", ""));
            Map<String, List<String>> truth = new TreeMap<>(TRUTH);
            Answer mapping = cluster.answer(Call.of("GET", "/" + prefix + "-stats-*/_mapping", ""));
            if (!mapping.content().toString().contains("\"labels\":{\"type\":\"flat")) {
                // Elasticsearch without its basic license has no type for labels, as the page says.
                truth.put("Network by compose project", List.of("\"shop\":{\"doc_count\":0,"));
            }
            Map<String, String> commands = commands();
            assertThat(commands).containsOnlyKeys(TRUTH.keySet());
            List<String> forms = FORM.matcher(Files.readString(PAGE))
                    .results()
                    .map(found -> found.group(1))
                    .toList();
            assertThat(forms).hasSize(2);
            for (String form : forms) {
                for (Map.Entry<String, String> command : commands.entrySet()) {
                    String answer = run(url, "STATS='" + prefix + "-" + form + "'" + command.getValue());
                    JsonNode json = JSON.readTree(answer);
                    assertThat(json.path("error").isMissingNode()).as(answer).isTrue();
                    assertThat(json.toString())
                            .as("%s, of %s", command.getKey(), form)
                            .contains(truth.get(command.getKey()));
                }
            }
            String bulk = run(url, ownShipper());
            assertThat(bulk).contains("\"errors\":true").contains("version_conflict_engine_exception");
            assertThat(bulk.replace("version_conflict_engine_exception", "")).doesNotContain("exception");
            cluster.answer(Call.of("DELETE", "/" + prefix + "-*", ""));
            assertThat(run(url, ownShipper())).contains("\"errors\":false").doesNotContain("exception");
        } finally {
            cluster.answer(Call.of("DELETE", "/" + prefix + "-*", ""));
            cluster.answer(Call.of("DELETE", "/_index_template/" + prefix, ""));
            cluster.answer(Call.of("DELETE", "/_component_template/" + prefix + "-mappings", ""));
        }
    }

    private Map<String, String> commands() throws IOException {
        Map<String, String> commands = new LinkedHashMap<>();
        Matcher command = COMMAND.matcher(Files.readString(PAGE).replaceFirst("(?s)## With a shipper.*", ""));
        while (command.find()) {
            commands.put(
                    command.group(1),
                    command.group(2).replace("\"now-", "\"" + NOW + "-").replace("/shiplog-", "/" + prefix + "-"));
        }
        return new TreeMap<>(commands);
    }

    private String ownShipper() throws IOException {
        Matcher command = Pattern.compile("^```sh$(\\s*replay export.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(PAGE));
        assertThat(command.find()).isTrue();
        return command.group(1)
                .replace("/srv/events", RECORDING.toAbsolutePath().toString())
                .replace("--format bulk", "--format bulk --index-prefix " + prefix);
    }

    /** Runs a command of the page in a shell in which {@code replay} is the program under test. */
    private String run(String url, String command) throws IOException, InterruptedException {
        Path replay = directory.resolve("replay");
        if (!Files.exists(replay)) {
            Files.writeString(replay, "#!/bin/sh\nexec '" + String.join("' '", ReplayCommand.of()) + "' \"$@\"\n");
            Files.setPosixFilePermissions(replay, PosixFilePermissions.fromString("rwx------"));
        }
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-e", "-o", "pipefail", "-c", command).redirectError(err.toFile());
        builder.environment().put("ES", url);
        builder.environment().put("PATH", directory + File.pathSeparator + System.getenv("PATH"));
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as("%s%n%s%s", command, out, Files.readString(err))
                .isZero();
        return out;
    }
}
