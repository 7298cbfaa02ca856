package dev.shiplog.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a recorder with {@code kill -9} again and again, at any moment from its start on, while containers run out of memory
 * and are started again, the oldest segments are deleted and others are archived: what it serves of deaths, kills for lack of
 * memory and restarts never goes down, and is in the end what the engine told. At least one segment is
 * archived meanwhile, and leaves the journal. {@code mvn -Dshiplog.kills=100 …} kills as many times instead of 5, {@code mvn -Dshiplog.seed=N …} repeats the choices of a run.
 */
@Tag("once")
class CountersKillTest {
    private static final int KILLS = Integer.getInteger("shiplog.kills", 5);
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    private static final String AS = "-Dshiplog.seed=" + SEED;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int CONTAINERS = 3;
    /** The engine remembers 256 events: so many may come while nobody listens. */
    private static final int BUDGET = 200;

    private static final int ARCHIVE = 2;
    private static final Pattern ADDRESS = Pattern.compile("metrics are at (http://\\S+)");
    private static final Pattern SERIES = Pattern.compile(
            "(docker_events_total\\{.*action=\"(?:die|oom|start|restart)\".*\\}|container_(?:oom_events|restarts)_total\\{.*\\}) (\\S+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private final HttpClient client = HttpClient.newHttpClient();
    /** The newest value that was served of each series. */
    private final Map<String, Double> served = new TreeMap<>();

    private int scrapes;

    @Test
    void whatIsServedNeverGoesDownAndIsTheTruth() throws Exception {
        Path journal = directory.resolve("journal");
        Path archives = Files.createDirectory(directory.resolve("archives"));
        int archived = 0;
        int kills = 0;
        try (ScriptedEngine engine =
                ScriptedEngine.at(directory.resolve("engine.sock")).tick(Duration.ofMillis(50))) {
            for (int i = 0; i < CONTAINERS; i++) {
                engine.start("web" + i);
            }
            try (RecorderProcess first = record(engine, journal, 0)) {
                awaitTruth(first, engine); // from now on the journal has all that was emitted
            }
            try (Misfortune misfortune = new Misfortune(engine, random.nextLong())) {
                while (kills < KILLS || archived == 0) { // a segment is rolled once a minute at most
                    try (RecorderProcess recorder = record(engine, journal, ++kills)) {
                        if (random.nextInt(5) == 0) {
                            TimeUnit.MILLISECONDS.sleep(random.nextInt(1500)); // while it starts
                        } else {
                            awaitSettled(recorder, engine);
                            misfortune.goOn();
                            watch(recorder, random.nextInt(1500));
                        }
                        recorder.kill();
                    }
                    if (kills % ARCHIVE == 0) {
                        archived += archive(journal, archives);
                    }
                }
            }
            try (RecorderProcess last = record(engine, journal, kills + 1)) {
                awaitTruth(last, engine);
            }
            System.out.printf(
                    "CountersKillTest: %d kills, %d events, %d scrapes, %d archives; %s; %s%n",
                    kills, engine.emitted().size(), scrapes, archived, events(engine), AS);
        }
    }

    private RecorderProcess record(ScriptedEngine engine, Path journal, int run) throws IOException {
        return RecorderProcess.recording(
                List.of(),
                directory.resolve("output" + run),
                engine.address(),
                journal,
                "--listen=127.0.0.1:0",
                "--roll=minutely",
                "--keep-for=1m");
    }

    /** Scrapes until what the engine told before it was asked is counted. */
    private void awaitSettled(RecorderProcess recorder, ScriptedEngine engine) throws IOException {
        Map<String, Double> before = events(engine);
        await(AS).atMost(PATIENCE).until(() -> {
            Map<String, Double> found = scrape(recorder);
            return before.entrySet().stream()
                    .allMatch(entry -> found.getOrDefault(entry.getKey(), -1.0) >= entry.getValue());
        });
    }

    private void awaitTruth(RecorderProcess recorder, ScriptedEngine engine) {
        await(AS)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(scrape(recorder))
                        .as("%s, it said: %s", AS, recorder.output())
                        .containsAllEntriesOf(events(engine)));
    }

    private void watch(RecorderProcess recorder, int millis) throws Exception {
        long until = System.nanoTime() + millis * 1_000_000L;
        while (System.nanoTime() < until) {
            scrape(recorder);
            TimeUnit.MILLISECONDS.sleep(120); // more than ten a second are refused
        }
    }

    /** What is served now, if anything, by series without what tells nothing; none of it is less than it was. */
    private Map<String, Double> scrape(RecorderProcess recorder) throws IOException, InterruptedException {
        Optional<String> address = ADDRESS.matcher(recorder.output())
                .results()
                .map(found -> found.group(1))
                .findFirst();
        if (address.isEmpty()) {
            assertThat(recorder.isAlive()).as(recorder.output()).isTrue();
            return Map.of();
        }
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(address.get())).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 429) {
            return Map.of();
        }
        scrapes++;
        Map<String, Double> found = new TreeMap<>();
        Matcher series = SERIES.matcher(answer.body());
        while (series.find()) {
            found.put(name(series.group(1)), Double.parseDouble(series.group(2)));
        }
        found.forEach((name, value) -> {
            assertThat(value).as("%s, %s", name, AS).isGreaterThanOrEqualTo(served.getOrDefault(name, 0.0));
            served.put(name, value);
        });
        return found;
    }

    /** As in {@code die}, {@code shiplog restart}, {@code container_oom_events_total web0}. */
    private static String name(String series) {
        Matcher event = Pattern.compile("action=\"(\\w+)\".*type=\"(\\w+)\"").matcher(series);
        if (event.find()) {
            return event.group(2) + ' ' + event.group(1);
        }
        Matcher container = Pattern.compile("container_name=\"(\\w+)\"").matcher(series);
        assertThat(container.find()).as(series).isTrue();
        return series.substring(0, series.indexOf('{')) + ' ' + container.group(1);
    }

    /** The same from what the engine told so far. */
    private static Map<String, Double> events(ScriptedEngine engine) throws IOException {
        Map<String, Double> truth = new TreeMap<>();
        Set<String> ended = new HashSet<>();
        for (byte[] line : engine.emitted()) {
            JsonNode event = JSON.readTree(line);
            String action = event.path("Action").asText();
            String name = event.at("/Actor/Attributes/name").asText();
            if (!event.path("Type").asText().equals("container")
                    || !List.of("die", "oom", "start", "restart").contains(action)) {
                continue;
            }
            truth.merge("container " + action, 1.0, Double::sum);
            if (action.equals("oom")) {
                truth.merge("container_oom_events_total " + name, 1.0, Double::sum);
            } else if (action.equals("die")) {
                ended.add(name);
            } else if (action.equals("start") && ended.remove(name)) {
                truth.merge("container_restarts_total " + name, 1.0, Double::sum);
                truth.merge("shiplog restart", 1.0, Double::sum);
            }
        }
        return truth;
    }

    /** Archives what is rolled, and deletes it; how many archives came. */
    private static int archive(Path journal, Path archives) throws Exception {
        List<String> command = ReplayCommand.of("archive", "--to", archives.toString(), "--delete", journal.toString());
        Set<String> made = files(archives, ".tar");
        Set<String> left = files(journal, ".cq4");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as("%s: %s", AS, said).isZero();
        int more = files(archives, ".tar").size() - made.size();
        left.removeAll(files(journal, ".cq4"));
        assertThat(left).as("segments that left the journal, %s: %s", AS, said).hasSize(more);
        return more;
    }

    private static Set<String> files(Path directory, String end) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(end))
                    .collect(Collectors.toSet());
        }
    }

    /** Containers end and are started again, until so many events were emitted. */
    private static final class Misfortune implements AutoCloseable {
        private final ScriptedEngine engine;
        private final Random random;
        private final Thread thread = new Thread(this::strike, "misfortune");
        private volatile int limit;
        private volatile boolean over;

        Misfortune(ScriptedEngine engine, long seed) {
            this.engine = engine;
            this.random = new Random(seed);
            goOn();
            thread.start();
        }

        /** All that was emitted so far is in the journal. */
        void goOn() {
            limit = engine.emitted().size() + BUDGET;
        }

        private void strike() {
            int most = 8; // of one blow
            while (!over) {
                if (engine.emitted().size() + most < limit) {
                    String name = "web" + random.nextInt(CONTAINERS);
                    switch (random.nextInt(4)) {
                        case 0 -> {
                            engine.outOfMemory(name);
                            engine.start(name);
                        }
                        case 1 -> engine.restart(name);
                        case 2 -> {
                            engine.die(name, 1);
                            engine.start(name);
                        }
                        default -> engine.exec(name, "true");
                    }
                }
                LockSupport.parkNanos(random.nextInt(40_000_000));
            }
        }

        @Override
        public void close() {
            over = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
