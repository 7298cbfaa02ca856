package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Holds what a recorder serves of its engine and of itself against the engine, its journal, its process and its disk. */
final class RealOwnMetrics {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(400);
    private static final double ROUNDING = 1e-6;
    private static final double NANOS = 1e9;
    private static final String EVENTS = "docker_events_total{action=\"%s\",type=\"%s\"}";
    private static final String GAPS = "shiplog_gaps_total{kind=\"%s\"}";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RealEngine engine;
    private final Path journal;
    private final URI address;
    private final double since;
    private final MetricsReport report;

    /** @param since before the containers of the test, in seconds since the epoch */
    RealOwnMetrics(RealEngine engine, Path journal, URI address, double since, MetricsReport report) {
        this.engine = engine;
        this.journal = journal;
        this.address = address;
        this.since = since;
        this.report = report;
    }

    void agree(RecorderProcess recorder) throws IOException {
        theJournalHasAllEvents();
        ProcessHandle process = recorder.recorder().orElseThrow();
        await("its own metrics").atMost(PATIENCE).pollInterval(POLL).untilAsserted(() -> {
            Map<String, Double> before = truth(process);
            Map<String, Double> served = ServedPage.of(address).own();
            Map<String, Double> after = truth(process);
            before.forEach((series, value) -> {
                double later = after.getOrDefault(series, value);
                assertThat(served.get(series))
                        .as(series)
                        .isNotNull()
                        .isBetween(Math.min(value, later) - ROUNDING, Math.max(value, later) + ROUNDING);
                report.saw(series, served.get(series), "the recorder", "the engine's answers, journal, process, disk");
            });
            assertThat(served.keySet().stream()
                            .filter(series -> series.matches("docker_events_total.*|shiplog_(records|payload).*")
                                    && !series.contains("kind=\"mark\"")))
                    .as("counts that nobody can account for")
                    .isSubsetOf(after.keySet());
        });
    }

    private Map<String, Double> truth(ProcessHandle process) throws IOException {
        Map<String, Double> truth = new TreeMap<>();
        truth.put("docker_up", 1.0);
        truth.put("exporter_up", 1.0);
        truth.put("shiplog_disk_full", 0.0);
        truth.put("shiplog_keep_bytes", (double) (1 << 30));
        truth.put("shiplog_keep_for_seconds", 7 * 86_400.0);
        truth.put(
                "shiplog_disk_free_bytes", (double) Files.getFileStore(journal).getUsableSpace());
        for (String sort : List.of("images", "volumes", "networks")) {
            truth.put("docker_" + sort + "_total", (double) engine.count(sort));
            truth.put("exporter_scrape_errors_total{collector=\"" + sort + "\"}", 0.0);
        }
        truth.put("exporter_scrape_errors_total{collector=\"samples\"}", 0.0);
        Map<String, Integer> states = engine.states();
        for (String state : List.of("created", "running", "paused", "restarting", "exited", "removing", "dead")) {
            truth.put("docker_containers_total{state=\"" + state + "\"}", (double) states.getOrDefault(state, 0));
        }
        journal(truth);
        truth.put("process_cpu_seconds_total", cpu(process));
        return truth;
    }

    /** What a reader finds in it. */
    private void journal(Map<String, Double> truth) throws IOException {
        double newest = 0;
        Set<String> ended = new HashSet<>();
        for (Kind kind : List.of(Kind.EVENT, Kind.STATS, Kind.INSPECT, Kind.HOST, Kind.MARK)) {
            for (String reason : List.of("the disk was full", "the writer fell behind")) {
                truth.put(
                        "shiplog_dropped_records_total{kind=\"%s\",reason=\"%s\"}".formatted(kind.label(), reason),
                        0.0);
            }
        }
        for (String kind : List.of("event", "stats", "inspect", "image", "host", "log", "disk", "engine-metrics")) {
            truth.put(GAPS.formatted(kind), 0.0);
        }
        for (Record record : RecordedJournal.recorded(journal)) {
            String kind = "{kind=\"" + record.kind().label() + "\"}";
            if (record.kind() != Kind.MARK) { // of which a segment begins with some that nobody counts
                truth.merge("shiplog_records_total" + kind, 1.0, Double::sum);
                truth.merge("shiplog_payload_bytes_total" + kind, (double) record.payload().length, Double::sum);
            }
            newest = record.received() / NANOS;
            JsonNode payload = record.kind() == Kind.MARK ? JSON.readTree(record.payload()) : JSON.nullNode();
            if (payload.path("mark").asText().equals("gap")) {
                truth.merge(GAPS.formatted(payload.path("kind").asText()), 1.0, Double::sum);
            }
            if (record.kind() == Kind.EVENT) {
                event(JSON.readTree(record.payload()), ended, truth);
            }
        }
        truth.put("shiplog_newest_record_seconds", newest);
        try (var files = Files.list(journal)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cq4"))
                    .forEach(name -> truth.put("shiplog_segment_info{segment=\"" + name + "\"}", 1.0));
        }
    }

    private static void event(JsonNode event, Set<String> ended, Map<String, Double> truth) {
        String type = event.path("Type").asText();
        String action = event.path("Action").asText().replaceAll(":.*", "");
        String id = event.at("/Actor/ID").asText();
        truth.merge(EVENTS.formatted(action, type), 1.0, Double::sum);
        if (type.equals("container") && action.equals("die")) {
            ended.add(id);
        } else if (type.equals("container") && action.equals("start") && ended.remove(id)) {
            truth.merge(EVENTS.formatted("restart", "shiplog"), 1.0, Double::sum);
        }
    }

    /** Each event that the engine remembers of these containers' time. */
    private void theJournalHasAllEvents() throws IOException {
        Instant now = Instant.now();
        List<JsonNode> events = engine.events(since, now.getEpochSecond() + now.getNano() / NANOS);
        assertThat(events).isNotEmpty();
        await("the journal has them")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(RecordedJournal.payloads(journal, Kind.EVENT).stream()
                                .map(RealOwnMetrics::time))
                        .containsAll(events.stream()
                                .map(event -> event.path("timeNano").asLong())
                                .toList()));
    }

    private static long time(String event) {
        try {
            return JSON.readTree(event).path("timeNano").asLong();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double cpu(ProcessHandle process) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }
}
