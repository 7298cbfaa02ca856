package dev.shiplog.recorder.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.live.LiveState;
import dev.shiplog.recorder.proc.HostProc;
import dev.shiplog.testkit.FakeProc;
import dev.shiplog.timeline.payload.SocketsView;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rounds through a {@code /proc} of files, of containers that events and descriptions tell of. */
@Timeout(60)
class SocketsSourceTest {
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration FIRST = Duration.ofSeconds(4);

    private final SourceHarness harness = new SourceHarness();
    private final LiveState live = new LiveState(harness.clock, true);

    @TempDir
    private Path directory;

    private FakeProc proc;
    private SocketsSource source;

    @BeforeEach
    void make() throws IOException {
        proc = FakeProc.in(directory.resolve("proc"));
        source = source(proc.root());
    }

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    private SocketsSource source(Path root) {
        SocketsSource made = new SocketsSource(
                new HostProc(root, ""), EVERY, harness.clock, harness.queue, live::containers, Duration.ofMillis(100));
        harness.opened.add(made);
        return made;
    }

    private static String id(int number) {
        return "%064x".formatted(number);
    }

    private void describe(int number, long pid, String network, String ipc) {
        byte[] description =
                """
                {"Id":"%s","Name":"/c%d","State":{"Status":"running","Running":true,"Pid":%d,\
                "StartedAt":"2026-11-21T09:00:00Z"},"HostConfig":{"NetworkMode":"%s","IpcMode":"%s"}}""".formatted(id(number), number, pid, network, ipc).getBytes(UTF_8);
        live.appended(harness.clock.stamp(Kind.INSPECT, id(number), 0, description));
    }

    private void run(int number, long pid) throws IOException {
        proc.container(pid, id(number));
        describe(number, pid, "bridge", "private");
    }

    private void event(int number, String action) {
        byte[] event = SourceHarness.event(action, id(number));
        live.appended(harness.clock.stamp(Kind.EVENT, id(number), 0, event));
    }

    private List<Record> records() {
        return harness.records(record -> record.kind() == Kind.SOCKETS);
    }

    private List<Record> of(int number) {
        return records().stream()
                .filter(record -> record.subject().equals(id(number)))
                .toList();
    }

    private static SocketsView view(Record record) {
        return Objects.requireNonNull(SocketsView.of(record.payload()));
    }

    private static String text(Record record) {
        return new String(record.payload(), UTF_8);
    }

    /** The first round has ended, or the next. */
    private void awaitRound(int number, int rounds) {
        await().until(() -> of(number).size() == rounds);
    }

    private void next() {
        harness.pass(EVERY);
    }

    @Test
    void eachContainerIsReadOnceAnInterval() throws IOException {
        run(1, 100);
        run(2, 200);
        proc.sockets(100, Map.of(1, 3, 10, 1), Map.of(10, 1));
        proc.sharedMemory(100);
        source.start();
        harness.pass(FIRST);
        awaitRound(1, 1);
        awaitRound(2, 1);
        assertThat(view(of(1).get(0)).tcp())
                .hasSize(11)
                .containsAllEntriesOf(Map.of("established", 3L, "listen", 2L, "close_wait", 0L));
        assertThat(view(of(1).get(0)).shmSize()).isPositive();
        assertThat(view(of(2).get(0)).tcp()).hasSize(11).containsEntry("established", 0L);
        assertThat(text(of(2).get(0))).contains("\"shm_skipped\":\"there is none\"");
        harness.pass(EVERY.minusSeconds(10));
        await().during(Duration.ofMillis(1500)).until(() -> records().size() == 2);
        proc.sockets(100, Map.of(8, 1), Map.of());
        harness.pass(Duration.ofSeconds(10));
        awaitRound(1, 2);
        assertThat(view(of(1).get(1)).tcp()).containsAllEntriesOf(Map.of("established", 0L, "close_wait", 1L));
        await().until(() -> source.state().read() == 2);
        assertThat(source.state()).isEqualTo(new SocketsState(proc.root().toString(), 2, 0, 0, 0, ""));
    }

    @Test
    void aSharedNetworkIsReadOnceAndBothHaveItsNumbers() throws IOException {
        run(1, 100);
        proc.sockets(100, Map.of(10, 4), Map.of());
        proc.container(200, id(2));
        proc.joinNetwork(200, 100);
        describe(2, 200, "container:" + id(1), "container:" + id(1));
        source.start();
        harness.pass(FIRST);
        awaitRound(1, 1);
        awaitRound(2, 1);
        assertThat(view(of(1).get(0)).tcp())
                .containsEntry("listen", 4L)
                .isEqualTo(view(of(2).get(0)).tcp());
    }

    @Test
    void theHostsNetworkAndMemoryAreNotAContainers() throws IOException {
        proc.container(100, id(1));
        proc.joinNetwork(100, 1);
        describe(1, 100, "container:" + id(9), "private"); // which is not recorded
        run(2, 200);
        describe(2, 200, "host", "host"); // of an engine that does not run in the first network
        proc.container(300, id(3));
        proc.joinNetwork(300, 200);
        describe(3, 300, "container:" + id(2), "private");
        proc.sharedMemory(300);
        source.start();
        harness.pass(FIRST);
        for (int number = 1; number <= 3; number++) {
            awaitRound(number, 1);
            assertThat(text(of(number).get(0))).startsWith("{\"tcp_skipped\":\"it is the host's network\",");
        }
        assertThat(text(of(2).get(0))).endsWith("\"shm_skipped\":\"it is the host's\"}");
        assertThat(view(of(3).get(0)).shmSize()).isPositive();
    }

    @Test
    void whatEndedOrTookTheNumberOfAProcessIsNotRead() throws IOException {
        run(1, 100);
        run(2, 200);
        run(3, 300);
        run(4, 400);
        source.start();
        harness.pass(FIRST);
        awaitRound(4, 1);
        event(1, "die");
        proc.end(200);
        proc.container(300, id(30)); // the same number, another container
        proc.sockets(300, Map.of(1, 9), Map.of());
        next();
        awaitRound(4, 2);
        await().until(() -> source.state().missing() == 2);
        assertThat(of(1)).hasSize(1);
        assertThat(of(2)).hasSize(1);
        assertThat(of(3)).hasSize(1);
        run(2, 201);
        next();
        awaitRound(4, 3);
        awaitRound(2, 2);
        assertThat(harness.gaps(Kind.SOCKETS)).isEmpty();
    }

    @Test
    void whatIsNoProcIsAGapUntilItIsOne() throws IOException {
        run(1, 100);
        Path later = directory.resolve("later");
        SocketsSource waiting = source(later);
        waiting.start();
        harness.pass(FIRST);
        await().until(() -> harness.gaps(Kind.SOCKETS).size() == 1);
        String problem = "there is no directory " + later + "; mount the host's with -v /proc:" + later + ":ro";
        assertThat(harness.gaps(Kind.SOCKETS).get(0).reason()).isEqualTo(problem);
        await().until(() -> waiting.state().problem().equals(problem));
        next();
        await().during(Duration.ofMillis(1500))
                .until(() -> harness.gaps(Kind.SOCKETS).size() == 1);
        Files.createSymbolicLink(later, proc.root());
        next();
        awaitRound(1, 1);
        List<Mark.Gap> gaps = harness.gaps(Kind.SOCKETS);
        assertThat(gaps).hasSize(2);
        assertThat(gaps.get(1).from()).isEqualTo(gaps.get(0).to());
        await().until(() -> waiting.state().problem().isEmpty());
    }

    @Test
    void theProcOfAnotherHostSaysSo() throws IOException {
        describe(1, 100, "bridge", "private");
        describe(2, 200, "bridge", "private");
        source.start();
        harness.pass(FIRST);
        await().until(() -> harness.gaps(Kind.SOCKETS).size() == 1);
        assertThat(harness.gaps(Kind.SOCKETS).get(0).reason())
                .isEqualTo("the processes of 2 containers are not in " + proc.root()
                        + "; is it the /proc of the engine's host?");
        assertThat(records()).isEmpty();
    }

    @Test
    void aContainerThatEndsWhileItIsLookedForIsNoProblem() throws IOException {
        describe(1, 100, "bridge", "private");
        source.start();
        event(1, "die");
        harness.pass(FIRST);
        await().during(Duration.ofMillis(2500))
                .until(() -> harness.gaps(Kind.SOCKETS).isEmpty());
        assertThat(source.state().problem()).isEmpty();
    }

    @Test
    void withoutContainersThereIsNothingToRead() {
        source.start();
        harness.pass(FIRST);
        await().during(Duration.ofMillis(2500)).until(() -> records().isEmpty());
        assertThat(harness.gaps(Kind.SOCKETS)).isEmpty();
    }

    @Test
    void tooManySocketsAreToldInTheRecord() throws IOException {
        run(1, 100);
        proc.sharedMemory(100);
        Files.writeString(
                proc.process(100).resolve("net/sockstat"),
                "sockets: used 9\nTCP: inuse 20000 orphan 0 tw 30001 alloc 1\n");
        source.start();
        harness.pass(FIRST);
        awaitRound(1, 1);
        assertThat(text(of(1).get(0))).startsWith("{\"tcp_skipped\":\"more than 50000 sockets\",\"shm\":{\"size\":");
    }

    /** Each reading takes an interval: no round has time for more than one, and the next goes on with the others. */
    @Test
    void whoeverIsLateComesFirstInTheNextRound() throws Exception {
        for (int number = 1; number <= 3; number++) {
            long pid = 100L * number;
            run(number, pid);
            proc.sockets(pid, Map.of(1, 1), Map.of());
            slowTable(proc.process(pid).resolve("net/tcp"));
        }
        source.start();
        harness.pass(FIRST);
        await().atMost(Duration.ofSeconds(45)).until(() -> records().size() >= 6); // six rounds of a second and more
        List<String> order = records().stream().map(Record::subject).limit(6).toList();
        assertThat(order.subList(0, 3)).containsExactlyInAnyOrder(id(1), id(2), id(3));
        assertThat(order.subList(3, 6)).isEqualTo(order.subList(0, 3));
        assertThat(source.state().read()).isEqualTo(1);
        assertThat(source.state().late()).isEqualTo(2);
        assertThat(harness.gaps(Kind.SOCKETS)).isEmpty();
    }

    /** Puts a pipe in the place of a table: whenever that is read, an interval passes. */
    private void slowTable(Path table) throws Exception {
        byte[] content = Files.readAllBytes(table);
        Files.delete(table);
        assertThat(new ProcessBuilder("mkfifo", table.toString()).start().waitFor())
                .isZero();
        Thread writer = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try (OutputStream out = Files.newOutputStream(table, StandardOpenOption.WRITE)) {
                    harness.pass(EVERY);
                    out.write(content);
                } catch (IOException e) {
                    return; // the test has ended
                }
            }
        });
        writer.setDaemon(true);
        writer.start();
    }

    @Test
    void aTableThatCannotBeReadIsToldInTheRecord() throws IOException {
        run(1, 100);
        Files.writeString(proc.process(100).resolve("net/sockstat"), "TCP: inuse\n");
        source.start();
        harness.pass(FIRST);
        awaitRound(1, 1);
        assertThat(text(of(1).get(0))).startsWith("{\"tcp_skipped\":\"sockstat: there is no inuse in ");
    }
}
