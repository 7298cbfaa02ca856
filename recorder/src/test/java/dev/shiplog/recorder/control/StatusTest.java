package dev.shiplog.recorder.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.retention.Limits;
import dev.shiplog.recorder.source.EngineState;
import dev.shiplog.recorder.source.SocketsState;
import dev.shiplog.recorder.writer.Checkpoints;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.recorder.writer.Tally;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code recorder status} prints of what a recorder knows, and its exit codes. */
@Timeout(60)
@SuppressWarnings("try") // a socket serves without being called
class StatusTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 1_795_252_323L * SECOND;
    private static final EngineState UP =
            new EngineState(true, START, "20.10.24", "1.41", "", Map.of("it was \"cut\"", 2L));

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private long monotonic;
    private final Clock clock = new Clock(() -> START + monotonic, () -> monotonic, record -> {});
    private final Tally tally = new Checkpoints(clock, List.of()).tally();
    private EngineState engine = UP;
    private SocketsState sockets = SocketsState.OFF;
    private RecordQueue.Waiting waiting = new RecordQueue.Waiting(0, 0);

    @TempDir
    private Path directory;

    private Status status() {
        return new Status(
                "1.0",
                4711,
                "/srv/events",
                clock.now(),
                engine,
                tally,
                waiting,
                Map.of(Kind.STATS, Map.of("the disk was full", 7L)),
                61,
                new Status.Disk(10_000_000_000L, 64 << 20, new Limits(Duration.ofDays(30), 0, false)),
                new Status.Metrics("http://127.0.0.1:9200/metrics", "Address already in use"),
                sockets);
    }

    private int ask(String... args) {
        try (ControlSocket socket = ControlSocket.open(directory, mark -> false, this::status)) {
            return run(args);
        }
    }

    private int run(String... args) {
        return StatusCommand.run(List.of(args), directory.toString(), new PrintWriter(out), new PrintWriter(err, true));
    }

    @Test
    void tellsPeopleHowItGoes() {
        monotonic = Duration.ofMinutes(63).toNanos();
        waiting = new RecordQueue.Waiting(3, monotonic - SECOND / 2);
        engine = new EngineState(false, START + SECOND, "20.10.24", "1.41", "no such file", Map.of());
        assertThat(ask()).isEqualTo(3);
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString().lines())
                .containsExactly(
                        "recording   since 2026-11-21T09:12:03Z, for 1 h 3 min; shiplog 1.0, pid 4711, into /srv/events",
                        "wrong       the engine does not answer: no such file",
                        "wrong       the writer is 3780 s behind, 3 records wait: is the disk slow?",
                        "engine      20.10.24, API 1.41, does not answer since 2026-11-21T09:12:04Z; no reconnects",
                        "containers  61 followed",
                        "sockets     not read, for want of --host-proc",
                        "newest      record 0 of never, in ",
                        "waiting     3 records wait for the writer, the oldest for 0.5 s; all that is written is on the disk",
                        "this run    no records; 0 bytes; 0.0 samples a second",
                        "dropped     stats: the disk was full (7)",
                        "gaps        none in this run",
                        "disk        10 GB free; it is too early to tell how the journal grows",
                        "limits      kept for 30 d 0 h; 67 MB of the disk stay free",
                        "metrics     not served: http://127.0.0.1:9200/metrics: Address already in use; it is tried again and again");
    }

    @Test
    void tellsProgramsHowItGoes() throws IOException {
        assertThat(ask("--json")).isZero();
        JsonNode status = new ObjectMapper().readTree(out.toString());
        assertThat(status.path("recording_since").asText()).isEqualTo("2026-11-21T09:12:03Z");
        assertThat(status.path("problems")).isEmpty();
        assertThat(status.path("engine").path("up").asBoolean()).isTrue();
        assertThat(status.path("engine")
                        .path("reconnects")
                        .path("it was \"cut\"")
                        .asInt())
                .isEqualTo(2);
        assertThat(status.path("run").path("dropped").path(0).path("records").asInt())
                .isEqualTo(7);
        assertThat(status.path("disk").path("free_bytes").asLong()).isEqualTo(10_000_000_000L);
        assertThat(status.path("disk").has("days_left")).as("not known").isFalse();
        assertThat(out.toString()).hasLineCount(1);
    }

    @Test
    void saysHowTheReadingOfSocketsGoes() throws IOException {
        sockets = new SocketsState("/host/proc", 12, 0, 0, 0, "");
        assertThat(ask()).isZero();
        assertThat(out.toString()).contains("\nsockets     of 12 containers, from /host/proc\n");
        sockets = new SocketsState("/host/proc", 12, 1, 2, 3, "");
        ask();
        assertThat(out.toString())
                .contains(
                        "\nsockets     of 12 containers, from /host/proc; the processes of 1 are not there; there was no time"
                                + " for 2, which come next; the shared memory of 3 may not be read, which takes SYS_PTRACE\n");
        out.getBuffer().setLength(0);
        ask("--json");
        assertThat(new ObjectMapper().readTree(out.toString()).path("sockets").toString())
                .isEqualTo(
                        "{\"read\":true,\"host_proc\":\"/host/proc\",\"containers\":12,\"missing\":1,\"late\":2,\"shm_refused\":3}");
        sockets = new SocketsState("/host/proc", 0, 0, 0, 0, "it is no proc");
        out.getBuffer().setLength(0);
        assertThat(ask()).as("all else is recorded").isZero();
        assertThat(out.toString()).contains("\nsockets     not read: it is no proc; it is tried again and again\n");
        out.getBuffer().setLength(0);
        ask("--json");
        assertThat(new ObjectMapper().readTree(out.toString()).path("sockets").toString())
                .isEqualTo("{\"read\":false,\"host_proc\":\"/host/proc\",\"reason\":\"it is no proc\"}");
    }

    @Test
    void aWriterThatIsBehindIsWrong() {
        waiting = new RecordQueue.Waiting(1, 1);
        assertThat(ask()).isZero();
        monotonic = 6 * SECOND;
        assertThat(ask()).isEqualTo(3);
    }

    @Test
    void daysAreLeftForWhatIsFreeBeyondTheMinimum() {
        Status.Disk disk = new Status.Disk(1000, 100, Limits.NONE);
        assertThat(disk.daysLeft(300)).isEqualTo(3.0);
        assertThat(disk.daysLeft(0)).isNegative();
        assertThat(new Status.Disk(50, 100, Limits.NONE).daysLeft(300)).isZero();
        assertThat(new Status.Disk(-1, 100, Limits.NONE).daysLeft(300)).isNegative();
    }

    @Test
    void withoutARecorderThereIsNone() throws IOException {
        assertThat(run()).isEqualTo(1);
        ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        killed.bind(UnixDomainSocketAddress.of(directory.resolve(ControlSocket.NAME)));
        killed.close(); // its file stays, as after kill -9
        assertThat(run("--json")).isEqualTo(1);
        String line = "recorder: no status: no recorder writes to " + directory + " now\n";
        assertThat(err.toString()).isEqualTo(line + line);
        assertThat(out.toString()).isEmpty();
    }

    /** As an older recorder does, or one that is being killed. */
    @ParameterizedTest
    @ValueSource(strings = {"refused: this recorder knows no such request\n", "", "status", "status x\n", "ok\n"})
    void anAnswerThatIsNoStatusIsOneLine(String answer) throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(directory.resolve(ControlSocket.NAME)));
            Thread thread = new Thread(() -> {
                try (SocketChannel client = server.accept()) {
                    while (client.read(ByteBuffer.allocate(100)) >= 0) {}
                    client.write(ByteBuffer.wrap(answer.getBytes(UTF_8)));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            thread.start();
            assertThat(run()).isEqualTo(1);
            thread.join();
        }
        assertThat(err.toString()).startsWith("recorder: no status: ").hasLineCount(1);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void wrongUsageIsToldFromFailure() {
        assertThat(run("now")).isEqualTo(2);
        assertThat(run("--data-dir")).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(2).allMatch(line -> line.startsWith("recorder: "));
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).startsWith("Usage: recorder status ").contains("Exit codes: ");
    }
}
