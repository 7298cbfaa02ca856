package dev.shiplog.recorder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.control.StatusCommand;
import dev.shiplog.testkit.Samples;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The recorder as a plugin, called as an engine calls it, with a page that it serves as an engine does. */
@Timeout(120)
class PluginRecorderTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Closeable> opened = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Closeable each : opened) {
            each.close();
        }
        threads.shutdownNow();
    }

    /** The engine's socket of its page: each connection gets the page, if it is let through. */
    private final class Page implements Closeable {
        private final ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        final AtomicInteger asked = new AtomicInteger();
        final Semaphore passes;

        Page(int passes) throws IOException {
            this.passes = new Semaphore(passes);
            opened.add(this);
            Files.deleteIfExists(pageSocket());
            server.bind(UnixDomainSocketAddress.of(pageSocket()));
            threads.execute(this::serve);
        }

        private void serve() {
            while (true) {
                try (SocketChannel client = server.accept()) {
                    client.read(ByteBuffer.allocate(4096));
                    asked.incrementAndGet();
                    passes.acquire();
                    byte[] body = Samples.metrics();
                    String head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + body.length
                            + "\r\n\r\n";
                    client.write(ByteBuffer.wrap(head.getBytes(UTF_8)));
                    ByteBuffer bytes = ByteBuffer.wrap(body);
                    while (bytes.hasRemaining()) {
                        client.write(bytes);
                    }
                } catch (IOException | InterruptedException e) {
                    if (!server.isOpen()) {
                        return;
                    }
                }
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
            Files.deleteIfExists(pageSocket());
        }
    }

    /** One run of the plugin, on a thread of its own. */
    private final class Run implements Closeable {
        final PluginRecorder recorder;
        final CompletableFuture<Void> end;

        Run() throws UsageException {
            Map<String, List<String>> flags = new HashMap<>();
            flags.put("data-dir", List.of(journal().toString()));
            flags.put("engine-metrics", List.of("unix://" + pageSocket()));
            flags.put("engine-metrics-every", List.of("5s"));
            flags.put("listen", List.of("none"));
            Settings settings = new Settings(flags, Map.of(), RecorderConfig.OPTIONS);
            recorder = new PluginRecorder(
                    RecorderConfig.of(settings, Map.of()),
                    callSocket(),
                    () -> ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now()),
                    "test");
            end = CompletableFuture.runAsync(this::run, threads);
            opened.add(this);
            await().atMost(PATIENCE).until(() -> status().contains("recording"));
        }

        private void run() {
            try {
                recorder.run();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        /** As at SIGTERM. */
        @Override
        public void close() throws IOException {
            try {
                recorder.stop("terminated");
                end.get(30, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IOException("the recorder did not end well", e);
            }
        }
    }

    private Path journal() {
        return directory.resolve("journal");
    }

    private Path pageSocket() {
        return directory.resolve("metrics.sock");
    }

    private Path callSocket() {
        return directory.resolve("shiplog.sock");
    }

    /** What the plugin answers in {@code Err}. */
    private String call(String what) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(callSocket()))) {
            String request = "POST /MetricsCollector." + what + " HTTP/1.1\r\nHost: plugin\r\n\r\n";
            client.write(ByteBuffer.wrap(request.getBytes(UTF_8)));
            ByteBuffer answer = ByteBuffer.allocate(4096);
            while (client.read(answer) >= 0) {
                // More is to come.
            }
            String text = new String(answer.array(), 0, answer.position(), UTF_8);
            assertThat(text).startsWith("HTTP/1.1 200 OK\r\n");
            return text.substring(text.indexOf("{\"Err\":\"") + 8, text.lastIndexOf("\"}"));
        }
    }

    private String status() {
        StringWriter out = new StringWriter();
        StatusCommand.run(List.of(), journal().toString(), new PrintWriter(out), new PrintWriter(out));
        return out.toString();
    }

    private List<Record> records(Kind kind) throws IOException {
        List<Record> records = new ArrayList<>();
        try (Cursor cursor = Cursor.open(List.of(journal()))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                if (step == Cursor.Step.RECORD
                        && cursor.record().kind() == kind
                        && !cursor.record().restated()) {
                    records.add(cursor.record().toRecord());
                }
            }
        }
        return records;
    }

    private <M extends Mark> List<M> marks(Class<M> type) throws IOException {
        List<M> marks = new ArrayList<>();
        for (Record record : records(Kind.MARK)) {
            Mark mark = Mark.fromJson(record.payload());
            if (type.isInstance(mark)) {
                marks.add(type.cast(mark));
            }
        }
        return marks;
    }

    private void awaitPages(int count) {
        await().atMost(PATIENCE).until(() -> records(Kind.ENGINE_METRICS).size() >= count);
    }

    @Test
    void recordsWhileTheEngineWantsItAndNamesTheGapsBetween() throws Exception {
        Page page = new Page(Integer.MAX_VALUE);
        Run first = new Run();
        assertThat(status()).contains("wrong       the engine does not answer: the engine has not asked");
        assertThat(page.asked).as("before the engine says so").hasValue(0);

        assertThat(call("StartMetrics")).isEmpty();
        awaitPages(2);
        assertThat(records(Kind.ENGINE_METRICS))
                .allSatisfy(record -> assertThat(record.payload()).isEqualTo(Samples.metrics()));
        assertThat(status())
                .contains("engine      20.10.")
                .contains("answers since")
                .doesNotContain("followed");
        assertThat(marks(Mark.Gap.class)).isEmpty();
        Mark.EngineUp up = marks(Mark.EngineUp.class).get(0);
        assertThat(up.version()).startsWith("20.10.");
        assertThat(up.engineId()).hasSize(59);

        assertThat(call("StopMetrics")).isEmpty();
        await().atMost(PATIENCE).until(() -> !marks(Mark.EngineDown.class).isEmpty());
        assertThat(status()).contains("the engine asked to stop collecting its metrics");
        first.close();
        int pages = records(Kind.ENGINE_METRICS).size();
        long last = records(Kind.ENGINE_METRICS).get(pages - 1).received();

        new Run();
        assertThat(call("StartMetrics")).isEmpty();
        awaitPages(pages + 1);
        long next = records(Kind.ENGINE_METRICS).get(pages).received();
        List<Mark.Gap> gaps = marks(Mark.Gap.class);
        assertThat(gaps).allMatch(gap -> gap.kind().equals("engine-metrics"));
        assertThat(gaps.get(0).from()).isBetween(last - 1_000_000_000L, last + 1_000_000_000L);
        for (int i = 1; i < gaps.size(); i++) {
            assertThat(gaps.get(i).from())
                    .as("%s", gaps)
                    .isEqualTo(gaps.get(i - 1).to());
        }
        assertThat(gaps.get(gaps.size() - 1).reason()).isEqualTo("the recorder was not running");
        assertThat(gaps.get(gaps.size() - 1).to()).isLessThanOrEqualTo(next);
        assertThat(marks(Mark.UncleanStop.class)).isEmpty();
    }

    @Test
    void aStartWithoutASocketIsToldAndThenWaitedFor() throws Exception {
        new Run();
        assertThat(call("StartMetrics")).contains(pageSocket() + ": no such file");
        await().atMost(PATIENCE).until(() -> !marks(Mark.Gap.class).isEmpty());
        assertThat(status()).contains("no such file");

        new Page(Integer.MAX_VALUE);
        awaitPages(1);
        List<Mark.Gap> gaps = marks(Mark.Gap.class);
        assertThat(gaps.get(gaps.size() - 1).reason()).contains("no such file");
    }

    @Test
    void aStopWhileAPageIsReadIsNoErrorAndHoldsNobodyUp() throws Exception {
        Page page = new Page(0);
        new Run();
        assertThat(call("StartMetrics")).as("not known yet").isEmpty();
        await().atMost(PATIENCE).until(() -> page.asked.get() == 1);
        long began = System.nanoTime();
        assertThat(call("StopMetrics")).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        page.close();
        page.passes.release();
        await().atMost(PATIENCE).until(() -> !marks(Mark.EngineDown.class).isEmpty());
        assertThat(marks(Mark.EngineDown.class))
                .extracting(Mark.EngineDown::reason)
                .containsExactly("the engine asked to stop collecting its metrics");

        int before = records(Kind.ENGINE_METRICS).size();
        new Page(Integer.MAX_VALUE);
        assertThat(call("StartMetrics")).isEmpty();
        awaitPages(before + 1);
    }

    /** As of an engine that started while its plugins lived on. */
    @Test
    void aSocketThatIsDeadForEverEndsThisRunSoThatTheEngineStartsAnother() throws Exception {
        Page page = new Page(Integer.MAX_VALUE);
        Run run = new Run();
        assertThat(call("StartMetrics")).isEmpty();
        awaitPages(1);
        page.close();
        Files.createFile(pageSocket());
        assertThat(call("StartMetrics")).contains("not a socket");
        run.end.get(30, TimeUnit.SECONDS);
        assertThat(marks(Mark.CleanStop.class))
                .extracting(Mark.CleanStop::reason)
                .containsExactly("the engine has made the socket of its metrics anew");

        // The next one has read nothing yet, so that an engine whose page is broken is not asked to start it again and
        // again.
        Run next = new Run();
        assertThat(call("StartMetrics")).contains("not a socket");
        Files.delete(pageSocket());
        new Page(Integer.MAX_VALUE);
        awaitPages(2);
        assertThat(next.end).isNotDone();
    }
}
