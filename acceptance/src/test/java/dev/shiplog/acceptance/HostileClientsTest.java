package dev.shiplog.acceptance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that mean no good to the address where metrics are served: each gets the right answer or none, no container is
 * named to who has no password, and the recorder records as if they were not there.
 */
@Tag("once")
@Timeout(300)
class HostileClientsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern ADDRESS = Pattern.compile("metrics are at (http://\\S+)");
    private static final String PASSWORD = "open sesame";
    private static final String AUTHORIZATION =
            "Basic " + Base64.getEncoder().encodeToString(("me:" + PASSWORD).getBytes(ISO_8859_1));
    private static final String CLOSED = "closed";
    private static final int A_SECOND = 100;
    private static final int SECONDS = 5;
    private static final int IDLE = 1_000;
    /** What the server takes at once, and some files of the journal and of the engine that are open now and then. */
    private static final int MOST_FILES = 128 + 40;

    @TempDir
    private Path directory;

    private final List<Socket> sockets = new ArrayList<>();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private ScriptedEngine engine;
    private RecorderProcess recorder;
    private URI address;

    @BeforeEach
    void record() throws Exception {
        engine = ScriptedEngine.at(directory.resolve("engine.sock")).tick(Duration.ofSeconds(1));
        engine.start("web");
        Path password = Files.writeString(directory.resolve("password"), PASSWORD);
        recorder = RecorderProcess.recording(
                List.of(),
                directory.resolve("output"),
                engine.address(),
                directory.resolve("journal"),
                "--listen=127.0.0.1:0",
                "--listen-user=me",
                "--listen-password-file=" + password);
        address = await().atMost(PATIENCE)
                .until(
                        () -> {
                            Matcher said = ADDRESS.matcher(recorder.output());
                            return said.find() ? URI.create(said.group(1)) : null;
                        },
                        found -> found != null);
        await().atMost(PATIENCE).until(() -> scrape().contains("container_name=\"web\""));
    }

    @AfterEach
    void end() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        recorder.close();
        engine.close();
    }

    private HttpResponse<String> get(Duration patience) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(address)
                        .timeout(patience)
                        .header("Authorization", AUTHORIZATION)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The page, or nothing where there is none now. */
    private String scrape() throws InterruptedException {
        try {
            HttpResponse<String> answer = get(Duration.ofSeconds(5));
            return answer.statusCode() == 200 ? answer.body() : "";
        } catch (IOException e) {
            return "";
        }
    }

    private Socket open() throws IOException {
        Socket socket = new Socket(address.getHost(), address.getPort());
        sockets.add(socket);
        return socket;
    }

    /** All that comes for these bytes. */
    private String answer(String request) throws IOException {
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            try {
                socket.getOutputStream().write(request.getBytes(ISO_8859_1));
                return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            } catch (IOException e) {
                return ""; // it was closed while more was to be written, or was not read to its end
            }
        }
    }

    private static String status(String answer) {
        return answer.startsWith("HTTP/1.1 ") ? answer.substring(9, 12) : CLOSED;
    }

    private String request(String line, String... headers) throws IOException {
        return answer(line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + Stream.of(headers).map(header -> header + "\r\n").reduce("", String::concat) + "\r\n");
    }

    @Test
    void eachTrickGetsTheRightStatusAndNamesNoContainer() throws Exception {
        String[][] tricks = {
            // what is asked for, without the password, with it
            {"GET /health", "200", "200"},
            {"GET /ready", "200", "200"},
            {"GET /metrics", "401", "200"},
            {"HEAD /metrics", "401", "200"},
            {"POST /metrics", "401", "405"},
            {"TRACE /metrics", "401", "405"},
            {"GET /metrics?path=/health", "401", "200"},
            {"GET /%6detrics", "401", "200"},
            {"GET http://elsewhere/metrics", "401", "200"},
            {"GET http://elsewhere/health", "200", "200"},
            {"GET /metrics/../x", "401", "404"},
            {"GET /health/../metrics", "401", "404"},
            {"GET /health/%2e%2e/metrics", "401", "404"},
            {"GET /%2e%2e/%2e%2e/etc/passwd", "401", "404"},
            {"GET /health/..%2fmetrics", "401", "404"},
            {"GET /health;/metrics", "401", "404"},
            {"GET /METRICS", "401", "404"},
            {"GET /metrics%00", "401", "404"},
            {"GET //metrics", "404", "404"},
            {"GET *", "404", "404"},
            {"OPTIONS *", "404", "404"},
            {"GET metrics", "404", "404"},
            {"GET /metrics\\..", "400", "400"},
            {"CONNECT 127.0.0.1:22", "400", "400"},
            {"CONNECT localhost:22", CLOSED, CLOSED},
            {"GET", "400", "400"},
            {"\u0016\u0003\u0001", "400", "400"},
            {"GET /" + "a".repeat(100_000), CLOSED, CLOSED},
            {"GET /health?" + "a".repeat(20_000), CLOSED, CLOSED}
        };
        Map<String, String> expected = new TreeMap<>();
        Map<String, String> got = new TreeMap<>();
        for (String[] trick : tricks) {
            String name = trick[0].substring(0, Math.min(40, trick[0].length()));
            expected.put(name, trick[1] + " " + trick[2]);
            String stranger = request(trick[0]);
            got.put(name, status(stranger) + " " + status(request(trick[0], "Authorization: " + AUTHORIZATION)));
            assertThat(stranger).as(name).doesNotContain("web", "container_", "busybox");
            pause(120); // ten scrapes a second are answered
        }
        String[] many = Stream.generate(() -> "X: y").limit(100).toArray(String[]::new);
        for (int i = 0; i < many.length; i++) {
            many[i] = "X" + i + ": y";
        }
        expected.put("many headers", CLOSED);
        got.put("many headers", status(request("GET /health", many)));
        expected.put("a long header", CLOSED);
        got.put("a long header", status(request("GET /health", "X: " + "y".repeat(20_000))));
        expected.put("a long password", CLOSED);
        got.put("a long password", status(request("GET /metrics", "Authorization: Basic " + "y".repeat(20_000))));
        expected.put("two lengths", "400");
        got.put("two lengths", status(request("GET /health", "Content-Length: 1", "Content-Length: 2")));
        assertThat(got).isEqualTo(expected);
        assertThat(recorder.output().lines().filter(line -> line.contains("WARN")))
                .isEmpty();
    }

    @Test
    void aFloodOfScrapesIsAnsweredTenTimesASecond() throws Exception {
        long began = System.nanoTime();
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < A_SECOND * SECONDS; i++) {
            awaitTurn(began, i);
            answers.add(client.sendAsync(
                            HttpRequest.newBuilder(address)
                                    .header("Authorization", AUTHORIZATION)
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .thenApply(HttpResponse::statusCode)
                    .exceptionally(e -> 0));
        }
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (CompletableFuture<Integer> answer : answers) {
            statuses.merge(answer.get(60, TimeUnit.SECONDS), 1, Integer::sum);
        }
        System.out.println(A_SECOND + " scrapes a second for " + SECONDS + " s: " + statuses);
        assertThat(statuses.keySet()).as("%s", statuses).isSubsetOf(0, 200, 429);
        assertThat(statuses.get(200)).as("%s", statuses).isBetween(10, 10 * (SECONDS + 3));
        assertRecordedSince(began);
    }

    /** As they come in the wild: some never ask, some are slow, some go away in the midst of it. */
    @Test
    void idleSlowAndHalfOpenClientsCostNoSample() throws Exception {
        long files = files();
        long threads = threads();
        long began = System.nanoTime();
        long mostFiles = files;
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < IDLE; i++) {
            open();
        }
        for (int i = 0; i < A_SECOND * SECONDS; i++) {
            awaitTurn(began, i);
            try {
                Socket socket = open();
                socket.getOutputStream().write("GET /met".getBytes(ISO_8859_1));
                if (i % 3 == 0) {
                    socket.setSoLinger(true, 0); // reset
                    socket.close();
                } else if (i % 3 == 1) {
                    slow.add(socket);
                }
                for (Socket each : slow.subList(Math.max(0, slow.size() - 20), slow.size())) {
                    each.getOutputStream().write('r');
                }
            } catch (IOException e) {
                slow.clear(); // the server has enough of them
            }
            mostFiles = Math.max(mostFiles, i % 10 == 0 ? files() : 0);
        }
        long attacked = System.nanoTime();
        await().atMost(PATIENCE).until(() -> !scrape().isEmpty());
        System.out.printf(
                "%d idle and %d slow clients: %d files open at the most, %d before; metrics are served again after %.1f s%n",
                IDLE, A_SECOND * SECONDS, mostFiles, files, (System.nanoTime() - attacked) / 1e9);
        assertThat(mostFiles).isBetween(files, files + MOST_FILES);
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(files()).as("files").isLessThanOrEqualTo(files + 5);
            assertThat(threads()).as("threads").isLessThanOrEqualTo(threads + 8);
        });
        assertRecordedSince(began);
    }

    private static void awaitTurn(long began, int number) {
        LockSupport.parkNanos(began + number * 1_000_000_000L / A_SECOND - System.nanoTime());
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private long files() throws IOException {
        return entries("fd");
    }

    private long threads() throws IOException {
        return entries("task");
    }

    private long entries(String of) throws IOException {
        long pid = recorder.recorder().orElseThrow().pid();
        try (Stream<Path> entries = Files.list(Path.of("/proc", Long.toString(pid), of))) {
            return entries.count();
        }
    }

    /** A sample a second, none of them late by more than a busy machine explains, and nothing dropped. */
    private void assertRecordedSince(long began) throws Exception {
        double seconds = (System.nanoTime() - began) / 1e9;
        recorder.terminate();
        assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
        List<Record> records = RecordedJournal.read(directory.resolve("journal"));
        List<Long> times = records.stream()
                .filter(record -> record.kind() == Kind.STATS)
                .map(Record::received)
                .toList();
        long longest = 0;
        for (int i = 1; i < times.size(); i++) {
            longest = Math.max(longest, times.get(i) - times.get(i - 1));
        }
        System.out.printf(
                "%d samples in %.1f s and some, %.2f s apart at the most%n", times.size(), seconds, longest / 1e9);
        assertThat(times).hasSizeGreaterThanOrEqualTo((int) (0.9 * seconds));
        assertThat(longest).isLessThan(3_000_000_000L);
        for (Record record : records) {
            if (record.kind() == Kind.MARK) {
                assertThat(Mark.fromJson(record.payload()))
                        .isNotInstanceOf(Mark.Dropped.class)
                        .isNotInstanceOf(Mark.EngineDown.class);
            }
        }
    }
}
