package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.replay.command.Verbs;
import dev.shiplog.timeline.metric.LiveMetrics;
import dev.shiplog.timeline.metric.Metric;
import dev.shiplog.timeline.metric.Metrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine.MissingParameterException;

/** The alerts, the dashboard, and the pages that tell of them: they name what there is. */
class MonitoringFilesTest {
    private static final Path PROMETHEUS = Path.of("..", "deploy", "prometheus");
    private static final Path OPERATIONS = Path.of("..", "docs", "operations.md");
    private static final Path COMING_FROM = Path.of("..", "docs", "coming-from.md");

    private static final Pattern NAME = Pattern.compile("\\b(container|docker|exporter|process|shiplog)_[a-z0-9_]+");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** Labels that look like metrics. */
    private static final Set<String> LABELS = Set.of("container_name", "container_id", "container_label_");

    private static void promtool(String... arguments) throws IOException, InterruptedException {
        Transcript.require("promtool", "promtool", "--version");
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(PROMETHEUS.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }

    private static Object yaml(String name) throws IOException {
        return new Load(LoadSettings.builder().setLabel(name).build())
                .loadFromString(Files.readString(PROMETHEUS.resolve(name)));
    }

    private static List<Map<?, ?>> list(Object yaml, String key) {
        List<Map<?, ?>> all = new ArrayList<>();
        for (Object each : (Collection<?>) ((Map<?, ?>) yaml).get(key)) {
            all.add((Map<?, ?>) each);
        }
        return all;
    }

    private static List<Map<?, ?>> alerts() throws IOException {
        return list(yaml("alerts.yaml"), "groups").stream()
                .flatMap(group -> list(group, "rules").stream())
                .toList();
    }

    private static Set<String> known() {
        return Stream.concat(Metrics.ALL.stream(), LiveMetrics.ALL.stream())
                .map(Metric::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> named(String text) {
        return NAME.matcher(text)
                .results()
                .map(name -> name.group())
                .filter(name -> LABELS.stream().noneMatch(name::startsWith))
                .toList();
    }

    @Test
    void prometheusUnderstandsTheRules() throws Exception {
        promtool("check", "rules", "alerts.yaml");
        promtool("check", "config", "prometheus.yml");
    }

    @Test
    void eachAlertFiresWhenItMustAndNotWhenItMustNot() throws Exception {
        promtool("test", "rules", "alerts.test.yaml");
        Map<String, Set<Boolean>> fired = new TreeMap<>();
        for (Map<?, ?> test : list(yaml("alerts.test.yaml"), "tests")) {
            for (Map<?, ?> expected : list(test, "alert_rule_test")) {
                fired.computeIfAbsent((String) expected.get("alertname"), name -> new HashSet<>())
                        .add(!list(expected, "exp_alerts").isEmpty());
            }
        }
        assertThat(fired.keySet())
                .containsExactlyInAnyOrderElementsOf(alerts().stream()
                        .map(alert -> (String) alert.get("alert"))
                        .toList());
        assertThat(fired).allSatisfy((alert, both) -> assertThat(both).containsExactlyInAnyOrder(true, false));
    }

    @Test
    void eachAlertSaysHowBadItIsAndWhereItIsExplained() throws Exception {
        List<String> sections = Files.readString(OPERATIONS)
                .lines()
                .filter(line -> line.startsWith("### Alert: "))
                .map(line -> "docs/operations.md#"
                        + line.substring(4).replace(":", "").replace(' ', '-').toLowerCase(Locale.ROOT))
                .toList();
        List<String> named = new ArrayList<>();
        for (Map<?, ?> alert : alerts()) {
            assertThat(((Map<?, ?>) alert.get("labels")).get("severity")).isIn("critical", "warning");
            Map<?, ?> annotations = (Map<?, ?>) alert.get("annotations");
            assertThat(annotations.keySet().stream().map(String::valueOf))
                    .containsExactlyInAnyOrder("summary", "description", "runbook_url");
            named.add((String) annotations.get("runbook_url"));
        }
        assertThat(named).hasSize(8).containsExactlyInAnyOrderElementsOf(sections);
    }

    @Test
    void alertsAndDashboardNameMetricsThatThereAre() throws Exception {
        List<String> expressions = new ArrayList<>();
        alerts().forEach(alert -> expressions.add((String) alert.get("expr")));
        Dashboard.read().queries().forEach(query -> expressions.add(query.expression()));
        assertThat(expressions).hasSizeGreaterThan(40);
        assertThat(expressions).allSatisfy(expression -> assertThat(known()).containsAll(named(expression)));
    }

    @Test
    void theDashboardCanBeLookedAt() throws Exception {
        Dashboard dashboard = Dashboard.read();
        assertThat(dashboard.rows()).containsExactly("Hosts", "Container $container", "Recorder");
        Set<String> cells = new HashSet<>();
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : dashboard.panels()) {
            String title = panel.path("title").asText();
            assertThat(title).isNotBlank();
            assertThat(ids.add(panel.path("id").asInt())).as(title).isTrue();
            assertThat(panel.at("/datasource/uid").asText()).as(title).isEqualTo("${datasource}");
            assertThat(panel.at("/fieldConfig/defaults/unit").asText())
                    .as(title)
                    .isNotBlank();
            assertThat(panel.path("targets")).as(title).isNotEmpty();
            JsonNode place = panel.path("gridPos");
            assertThat(place.path("x").asInt() + place.path("w").asInt())
                    .as(title)
                    .isLessThanOrEqualTo(24);
            for (int x = 0; x < place.path("w").asInt(); x++) {
                for (int y = 0; y < place.path("h").asInt(); y++) {
                    assertThat(cells.add((place.path("x").asInt() + x) + " "
                                    + (place.path("y").asInt() + y)))
                            .as("%s lies on another panel", title)
                            .isTrue();
                }
            }
        }
    }

    /** In tables, the last column is ours. */
    @Test
    void thePageForThoseWhoComeNamesMetricsThatThereAre() throws Exception {
        List<String> ours = Files.readAllLines(COMING_FROM).stream()
                .filter(line -> line.startsWith("| "))
                .map(line -> line.substring(line.lastIndexOf(" | ")))
                .toList();
        assertThat(ours).hasSizeGreaterThan(80);
        assertThat(ours).allSatisfy(cell -> assertThat(known()).containsAll(named(cell)));
        List<String> names = ours.stream().flatMap(cell -> named(cell).stream()).toList();
        assertThat(names).hasSizeGreaterThan(40);
    }

    /** They may lack what must be given; they have no options that replay does not have. */
    @Test
    void thePagesGiveCommandsThatReplayUnderstands() throws Exception {
        String operations = Files.readString(OPERATIONS);
        String alerts =
                operations.substring(operations.indexOf("## Alerts"), operations.indexOf("## When something is wrong"));
        List<String> commands = Stream.of(alerts, Files.readString(COMING_FROM))
                .flatMap(page -> CODE.matcher(page).results().map(code -> code.group(1)))
                .map(code -> code.replaceAll("\\s+", " ").replaceAll(" \\|.*", ""))
                .filter(code -> code.startsWith("replay "))
                .toList();
        assertThat(commands).hasSizeGreaterThan(15);
        for (String command : commands) {
            String[] words = command.substring("replay ".length()).split(" ");
            assertThatCode(() -> Verbs.commandLine().parseArgs(words))
                    .as(command)
                    .satisfiesAnyOf(
                            thrown -> assertThat(thrown).isNull(),
                            thrown -> assertThat(thrown).isInstanceOf(MissingParameterException.class));
        }
    }
}
