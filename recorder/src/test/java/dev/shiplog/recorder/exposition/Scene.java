package dev.shiplog.recorder.exposition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.retention.Limits;
import dev.shiplog.recorder.control.Status;
import dev.shiplog.recorder.live.LiveState;
import dev.shiplog.recorder.source.EngineState;
import dev.shiplog.recorder.source.SocketsState;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.recorder.writer.TallyFiller;
import dev.shiplog.testkit.Samples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A host as engines told of it, payload by payload, up to some moment; and the metrics that are served of it then. */
final class Scene {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SECOND = 1_000_000_000L;
    private static final int MILLION = 1_000_000;

    /** As {@code SocketsSource} makes them of the kernel's tables. */
    private static final String SOCKETS = "{\"tcp\":{\"established\":3,\"syn_sent\":1,\"syn_recv\":0,\"fin_wait1\":2,"
            + "\"fin_wait2\":4,\"time_wait\":12,\"close\":5,\"close_wait\":6,\"last_ack\":7,\"listen\":8,\"closing\":9},"
            + "\"shm\":{\"size\":67108864,\"used\":5242880,\"free\":61865984,\"used_percent\":7.81}}";

    private long now;
    private final Clock clock;
    private final LiveState live;
    private final TallyFiller tally;

    private Scene(String begin) {
        now = nanos(begin);
        clock = new Clock(() -> now, () -> now, step -> {});
        live = new LiveState(clock, true);
        tally = new TallyFiller(clock);
    }

    /** A busy container of Docker 20.10 on cgroup v1: two samples, its description, no event. */
    static Scene running() {
        return new Scene("2026-11-21T10:08:45Z")
                .record(Kind.HOST, "info", sample("engine-20.10-info.json", 0))
                .describe(sample("engine-20.10-inspect.json", 0))
                .sample(sample("engine-20.10-stats-stream.ndjson", 0))
                .sample(sample("engine-20.10-stats-stream.ndjson", 1));
    }

    /** An idle one of Docker 28.5 on cgroup v1, without a network. */
    static Scene newer() {
        return new Scene("2026-11-21T10:08:49Z")
                .record(Kind.HOST, "info", sample("engine-28.5-info.json", 0))
                .describe(sample("engine-28.5-inspect.json", 0))
                .sample(sample("engine-28.5-stats-stream.ndjson", 0))
                .sample(sample("engine-28.5-stats-stream.ndjson", 1));
    }

    /** One on cgroup v2, of which nothing else is known. */
    static Scene second() {
        return new Scene("2026-11-21T12:00:00Z")
                .record(Kind.HOST, "info", sample("engine-28.5-info.json", 0))
                .samples("cgroup2");
    }

    /** One of those that Docker 20.10 had on one host, at the end of half a minute of their lives. */
    static Scene of(String name) {
        Scene scene = new Scene("2026-11-28T05:26:20Z").record(Kind.HOST, "info", resource("info.json"));
        String id = json(resource(name + ".inspect.json")).path("Id").asText();
        scene.events(id);
        scene.describe(resource(name + ".inspect.json"));
        if (name.equals("limited")) {
            scene.record(Kind.SOCKETS, id, SOCKETS);
        }
        return List.of("stopped", "restarting").contains(name) ? scene : scene.samples(name);
    }

    /** The limited one on a kernel that also counts swap and failures, which ours does not. */
    static Scene swapping() {
        Scene scene = new Scene("2026-11-28T05:26:20Z").record(Kind.HOST, "info", resource("info.json"));
        for (String line : resource("limited.stats.ndjson").lines().toList()) {
            scene.sample(line.replace("\"total_rss\":", "\"total_swap\":1048576,\"total_rss\":")
                    .replace("\"max_usage\":", "\"failcnt\":7,\"max_usage\":"));
        }
        return scene.record(
                Kind.EVENT,
                json(resource("limited.inspect.json")).path("Id").asText(),
                "{\"Type\":\"container\",\"Action\":\"oom\"}");
    }

    /** All of that host, and a recorder that has met most of what a recorder can meet. */
    static Scene host() {
        Scene scene = new Scene("2026-11-28T05:26:20Z").record(Kind.HOST, "info", resource("info.json"));
        scene.events("");
        for (String name : List.of("sink", "limited", "paused", "hostnet", "unhealthy", "restarting", "stopped")) {
            scene.describe(resource(name + ".inspect.json"));
        }
        scene.samples("limited").record(Kind.STATS, "f".repeat(64), "{\"no\":sample");
        scene.live.inventory().counted("images", 12);
        scene.live.inventory().counted("volumes", 3);
        scene.live.inventory().failed("networks");
        scene.live.inventory().failed("networks");
        scene.live.inventory().counted("networks", 4);
        scene.tally.fill();
        return scene;
    }

    private Scene events(String id) {
        for (String line : resource("events.ndjson").lines().toList()) {
            JsonNode event = json(line);
            String whose = event.path("Type").asText().equals("container")
                    ? event.path("Actor").path("ID").asText()
                    : "";
            if (id.isEmpty() || whose.equals(id)) {
                now = event.path("timeNano").asLong();
                record(Kind.EVENT, whose, now, line);
            }
        }
        return this;
    }

    private Scene samples(String name) {
        resource(name + ".stats.ndjson").lines().forEach(this::sample);
        return this;
    }

    private Scene sample(String payload) {
        JsonNode sample = json(payload);
        long read = nanos(sample.path("read").asText());
        now = read;
        return record(Kind.STATS, sample.path("id").asText(), read, payload);
    }

    private Scene describe(String payload) {
        return record(Kind.INSPECT, json(payload).path("Id").asText(), payload);
    }

    private Scene record(Kind kind, String subject, String payload) {
        return record(kind, subject, 0, payload);
    }

    private Scene record(Kind kind, String subject, long time, String payload) {
        Record record = clock.stamp(kind, subject, time, payload.strip().getBytes(UTF_8));
        live.appended(record);
        tally.appended(record);
        return this;
    }

    /** What is served at this moment, values by their series. */
    Map<String, String> served(String moment) throws IOException {
        now = nanos(moment);
        Pages pages = new Pages(
                LabelRules.of(List.of(), List.of()),
                Freshness.of(Duration.ofSeconds(5), Duration.ofMinutes(1)),
                live,
                this::status);
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        pages.metrics("").to(page);
        Map<String, String> series = new TreeMap<>();
        page.toString(UTF_8).lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int space = line.lastIndexOf(' ');
            assertThat(series.put(line.substring(0, space), line.substring(space + 1)))
                    .as(line)
                    .isNull();
        });
        return series;
    }

    private Status status() {
        Clock.Reading reading = clock.now();
        return new Status(
                "1.0",
                4711,
                "/srv/events",
                reading,
                new EngineState(true, now, "20.10.24", "1.41", "", Map.of("EOF", 2L, "it was cut", 1L)),
                tally.tally(),
                new RecordQueue.Waiting(3, reading.monotonic() - 250 * MILLION),
                Map.of(Kind.STATS, Map.of("the disk was full", 7L)),
                7,
                new Status.Disk(1L << 30, 64L << 20, new Limits(Duration.ofDays(7), 5L << 30, false)),
                Status.Metrics.NONE,
                SocketsState.OFF);
    }

    private static long nanos(String time) {
        Instant instant = Instant.parse(time);
        return instant.getEpochSecond() * SECOND + instant.getNano();
    }

    private static String sample(String name, int line) {
        return new String(Samples.payloads(name).get(line), UTF_8);
    }

    private static String resource(String name) {
        try (InputStream file = Scene.class.getResourceAsStream(name)) {
            assertThat(file).as(name).isNotNull();
            return new String(file.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new AssertionError(name, e);
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }
}
