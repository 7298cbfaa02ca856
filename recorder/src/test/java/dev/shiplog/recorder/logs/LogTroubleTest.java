package dev.shiplog.recorder.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.testkit.Misbehaviour;
import dev.shiplog.testkit.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Logs of an engine, or of something in its place, that answers in every wrong way: no line is lost, none is recorded
 * twice, nobody asks without a pause, no thread stays behind, and what may be missing is marked.
 */
@Timeout(60)
class LogTroubleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /** One more than any test has containers that run, but for that of those that are not followed. */
    private static final int STREAMS = 20;

    /** Something answers in the engine's place, or the engine refuses. */
    private static final Map<String, Misbehaviour> WRONG = wrong();

    private final long seed = Long.getLong("shiplog.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @TempDir
    private Path directory;

    private LogHarness logs;

    private static Map<String, Misbehaviour> wrong() {
        Map<String, Misbehaviour> wrong = new LinkedHashMap<>();
        for (int status : new int[] {403, 404, 409, 500, 501}) {
            wrong.put("status " + status, Misbehaviour.error(status, "no"));
        }
        wrong.put("a page of a proxy", Misbehaviour.html(502, "<html><body>Bad Gateway</body></html>\n"));
        wrong.put("a page with status 200", Misbehaviour.html(200, "<html>\n<body>Welcome</body>\n</html>\n"));
        wrong.put("no HTTP", Misbehaviour.garbage("SSH-2.0-OpenSSH_9.2\r\n".getBytes(UTF_8)));
        wrong.put("4 GiB announced", framed(new byte[] {1, 0, 0, 0, -1, -1, -1, -1, 'a'}));
        wrong.put("a head that is cut", framed(new byte[] {2, 0, 0}));
        wrong.put("a stream of no such number", framed(new byte[] {9, 0, 0, 0, 0, 0, 0, 1, 'a'}));
        return wrong;
    }

    /** A clean answer with this body. */
    private static Misbehaviour framed(byte[] body) {
        return (request, reply, proper) -> {
            reply.begin("application/vnd.docker.raw-stream");
            reply.chunk(body);
            reply.end();
        };
    }

    @BeforeEach
    void open() throws IOException {
        logs = new LogHarness(directory, STREAMS);
    }

    @AfterEach
    void close() throws IOException {
        logs.close();
    }

    @Test
    void aWrongAnswerForAWhileCostsNoLine() {
        Map<String, String> ids = new LinkedHashMap<>();
        WRONG.forEach((what, answer) -> {
            String id = running(what.replace(' ', '-'));
            ids.put(what, id);
            logs.engine.misbehave(LogHarness.path(id), answer.times(3));
            logs.engine.log(id, "before " + what);
            logs.seen(id, true);
        });
        ids.forEach((what, id) -> {
            logs.engine.log(id, "after " + what);
            if (what.equals("status 501")) {
                return; // the engine says that it never can
            }
            await(what).atMost(PATIENCE).until(() -> logs.recorded(id).size() >= 2);
        });
        ids.forEach((what, id) -> {
            if (!what.equals("status 501")) {
                assertThat(logs.recorded(id)).as(what).isEqualTo(logs.logged(id));
            }
            assertThat(logs.said(id).size()).as("%s: %s", what, logs.said(id)).isLessThanOrEqualTo(2);
        });
    }

    @Test
    void aWrongAnswerForEverIsToldOnceMarkedOnceAndAskedForSeldom() {
        Map<String, String> ids = new LinkedHashMap<>();
        WRONG.forEach((what, answer) -> {
            String id = running(what.replace(' ', '-'));
            ids.put(what, id);
            logs.engine.misbehave(LogHarness.path(id), answer);
            logs.engine.log(id, "a line");
            logs.seen(id, true);
        });
        long until = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        await().atMost(PATIENCE).until(() -> System.nanoTime() > until);
        ids.forEach((what, id) -> {
            assertThat(logs.requests(id)).as("requests: %s", what).isLessThanOrEqualTo(12);
            assertThat(logs.said(id).size()).as("%s: %s", what, logs.said(id)).isLessThanOrEqualTo(1);
            assertThat(logs.marks(id, Mark.Gap.class).size())
                    .as("gaps: %s", what)
                    .isLessThanOrEqualTo(1);
        });
        ids.values().forEach(logs::gone);
        await("threads end").atMost(PATIENCE).until(() -> LogHarness.threads() == 0);
        ids.forEach((what, id) -> assertThat(logs.marks(id, Mark.Gap.class))
                .as("gaps once it is gone: %s", what)
                .isNotEmpty()
                .hasSizeLessThanOrEqualTo(2));
    }

    /** Those that failed must leave threads to the others. */
    @Test
    void manyLogsThatCannotBeReadKeepNoOtherWaiting() {
        for (int i = 0; i < 20; i++) {
            String id = ended("broken-" + i);
            logs.engine.misbehave(LogHarness.path(id), Misbehaviour.error(500, "unexpected EOF"));
            logs.seen(id, false);
        }
        String good = ended("good");
        logs.seen(good, false);
        await().atMost(Duration.ofSeconds(3))
                .untilAsserted(() -> assertThat(logs.recorded(good)).isEqualTo(logs.logged(good)));
    }

    /** There are only so many threads; the logs of all others are read every five seconds. */
    @Test
    void aLogThatIsNotFollowedIsReadNowAndThen() {
        for (int i = 0; i < STREAMS; i++) {
            logs.seen(running("followed-" + i), true);
        }
        String id = running("other");
        logs.seen(id, true);
        for (int i = 0; i < 3; i++) {
            int had = i;
            logs.engine.log(id, "line " + i);
            await().atMost(PATIENCE).until(() -> logs.recorded(id).size() == had + 1);
        }
        assertThat(logs.recorded(id)).isEqualTo(logs.logged(id));
        logs.engine.log(id, "not read");
        logs.engine.destroy(id);
        logs.gone(id);
        await().atMost(PATIENCE)
                .until(() -> logs.recorded(id).size() == 4
                        || logs.marks(id, Mark.Gap.class).size() == 1);
    }

    @Test
    void anAnswerThatIsCutAnywhereCostsNoLineAndNoneComesTwice() {
        String id = running("cut");
        for (int i = 0; i < 200; i++) {
            logs.engine.log(id, "line " + i + "x".repeat(random.nextInt(300)));
        }
        AtomicInteger cuts = new AtomicInteger();
        logs.engine.misbehave(LogHarness.path(id), (request, reply, proper) -> {
            if (cuts.incrementAndGet() < 12) {
                Misbehaviour.cutAfter(200 + random.nextInt(20_000)).answer(request, reply, proper);
            } else {
                proper.answer(request, reply);
            }
        });
        logs.seen(id, true);
        await().atMost(PATIENCE).until(() -> logs.recorded(id).size() >= 200);
        assertThat(logs.recorded(id)).as("seed %d", seed).isEqualTo(logs.logged(id));
    }

    /** As a front does that buffers. */
    @Test
    void anAnswerThatEndsAfterEachMessageIsAskedForWithPauses() {
        String id = running("ending");
        logs.engine.misbehave(LogHarness.path(id), (request, reply, proper) -> {
            Map<String, String> query = new LinkedHashMap<>(request.query());
            query.put("follow", "0");
            proper.answer(
                    new Request(request.method(), request.target(), request.version(), request.path(), query), reply);
        });
        logs.engine.log(id, "line 0");
        logs.seen(id, true);
        for (int i = 1; i < 20; i++) {
            int had = i;
            await().atMost(PATIENCE).until(() -> logs.recorded(id).size() == had);
            logs.engine.log(id, "line " + i);
        }
        await().atMost(PATIENCE).until(() -> logs.recorded(id).size() == 20);
        assertThat(logs.recorded(id)).isEqualTo(logs.logged(id));
        assertThat(logs.requests(id)).isLessThan(60);
        assertThat(logs.marks(id, Mark.Gap.class)).isEmpty();
    }

    /** The connection stays open, and nothing comes: the engine or the way to it is gone, and nobody says so. */
    @Test
    void aConnectionThatFellSilentEndsWithItsContainer() {
        String removed = running("removed");
        String stopped = running("cut-off");
        for (String id : List.of(removed, stopped)) {
            logs.engine.log(id, "a line of a log that is long enough");
            logs.engine.misbehave(LogHarness.path(id), Misbehaviour.silentAfter(250));
            logs.seen(id, true);
            await().atMost(PATIENCE).until(() -> logs.requests(id) == 1);
        }
        await().atMost(PATIENCE).until(() -> LogHarness.threads() == 2);
        logs.gone(removed);
        await().atMost(PATIENCE).until(() -> LogHarness.threads() == 1);
        assertThat(logs.marks(removed, Mark.Gap.class)).hasSize(1);
        logs.disconnected();
        await().atMost(PATIENCE).until(() -> LogHarness.threads() == 0);
        logs.engine.behave();
        logs.seen(stopped, true);
        await().atMost(PATIENCE).until(() -> logs.recorded(stopped).size() == 1);
        assertThat(logs.recorded(stopped)).isEqualTo(logs.logged(stopped));
    }

    /** It ran when the connection broke, and is gone when the engine is back. */
    @Test
    void aContainerThatWentWhileTheEngineWasAwayLeavesAGap() {
        String id = running("went");
        logs.engine.log(id, "one");
        logs.seen(id, true);
        await().atMost(PATIENCE).until(() -> logs.recorded(id).size() == 1);
        logs.disconnected();
        await().atMost(PATIENCE).until(() -> LogHarness.threads() == 0);
        logs.engine.log(id, "two");
        logs.engine.destroy(id);
        logs.gone(id);
        assertThat(logs.marks(id, Mark.Gap.class)).hasSize(1);
    }

    @Test
    void aClockThatIsSetBackCostsNoLine() {
        for (int before : new int[] {1, 20, 1_500}) {
            String id = running("stepping-" + before);
            long now = System.currentTimeMillis() * 1_000_000;
            int at = before;
            for (int i = 0; i < before; i++) {
                message(id, now + i * 1_000_000L, "before " + i);
            }
            logs.seen(id, true);
            await().atMost(PATIENCE).until(() -> logs.recorded(id).size() == at);
            long back = now - 2_000_000_000L;
            for (int i = 0; i < 10; i++) {
                message(id, back + i * 1_000_000L, "after " + i);
            }
            await().atMost(PATIENCE).until(() -> logs.recorded(id).size() == at + 10);
            logs.disconnected();
            await().atMost(PATIENCE).until(() -> LogHarness.threads() == 0);
            for (int i = 10; i < 20; i++) {
                message(id, back + i * 1_000_000L, "after " + i);
            }
            logs.seen(id, true);
            await("the lines of the step back, after " + before)
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(logs.recorded(id)).isEqualTo(logs.logged(id)));
            logs.engine.destroy(id);
            logs.gone(id);
        }
    }

    /** The newest message by its time is further back than the last ones go, and nothing newer comes. */
    @Test
    void manyLinesAfterAClockThatIsSetBackAreNotTakenForOldOnes() {
        for (boolean runs : new boolean[] {true, false}) {
            String id = running("back-" + runs);
            long now = System.currentTimeMillis() * 1_000_000;
            message(id, now, "newest");
            logs.seen(id, true);
            await().atMost(PATIENCE).until(() -> logs.recorded(id).size() == 1);
            logs.disconnected();
            await().atMost(PATIENCE).until(() -> LogHarness.threads() == 0);
            for (int i = 0; i < 1_200; i++) {
                message(id, now - 2_000_000_000L + i * 1_000L, "back " + i);
            }
            if (runs) {
                logs.seen(id, true);
                for (int i = 0; i < 1_200; i++) {
                    message(id, now - 1_000_000_000L + i * 1_000L, "later " + i);
                }
            } else {
                logs.engine.die(id, 1);
                logs.seen(id, false);
            }
            await().atMost(PATIENCE)
                    .until(() -> logs.recorded(id).size() >= logs.logged(id).size());
            assertThat(logs.recorded(id)).isEqualTo(logs.logged(id));
        }
    }

    /** Times are missing where something else made the line. */
    @Test
    void aMessageWithoutATimeIsOfThatBeforeIt() {
        String id = running("timeless");
        logs.engine.misbehave(LogHarness.path(id), framed(join("2026-11-27T10:00:00.000000000Z one\n", "and more\n")));
        logs.seen(id, true);
        await().atMost(PATIENCE).until(() -> logs.requests(id) > 3);
        assertThat(logs.recorded(id)).containsExactly("\1" + "2026-11-27T10:00:00.000000000Z one\n", "\1and more\n");
        assertThat(logs.marks(id, Mark.Gap.class)).isEmpty();
    }

    /** Longer than any that is kept, whatever memory the test has. */
    @Test
    void aMessageThatIsTooLongIsMarkedOnceAndTheNextOneFollows() {
        String id = running("long");
        byte[] mebibyte = "x".repeat(1 << 20).getBytes(UTF_8);
        int pieces = 65;
        byte[] time = "2026-11-27T10:00:01.000000000Z ".getBytes(UTF_8);
        byte[] head = ByteBuffer.allocate(8 + time.length)
                .put((byte) 1)
                .putInt(4, pieces * mebibyte.length + time.length)
                .put(8, time)
                .array();
        AtomicInteger later = new AtomicInteger();
        logs.engine.misbehave(LogHarness.path(id), (request, reply, proper) -> {
            reply.begin("application/vnd.docker.raw-stream");
            reply.chunk(join("2026-11-27T10:00:00.000000000Z before\n"));
            reply.chunk(head);
            for (int i = 0; i < pieces; i++) {
                reply.chunk(mebibyte);
            }
            reply.chunk(join("2026-11-27T10:00:02.000000000Z after\n"));
            if (later.get() > 0) {
                reply.chunk(join("2026-11-27T10:00:03.000000000Z later\n"));
            }
            reply.awaitHangUp();
        });
        logs.seen(id, true);
        await().atMost(PATIENCE).until(() -> logs.recorded(id).size() == 2);
        logs.disconnected();
        await().atMost(PATIENCE).until(() -> LogHarness.threads() == 0);
        later.set(1);
        logs.seen(id, true);
        await().atMost(PATIENCE).until(() -> logs.recorded(id).size() == 3);
        assertThat(logs.marks(id, Mark.Oversized.class))
                .singleElement()
                .satisfies(mark -> assertThat(mark.head()).contains("10:00:01"));
        assertThat(logs.marks(id, Mark.Gap.class)).isEmpty();
    }

    /** Any bytes, and a last line that has no line feed. */
    @Test
    void aTerminalMayWriteAnything() {
        String id = running("terminal");
        long now = System.currentTimeMillis() * 1_000_000;
        for (int i = 0; i < 300; i++) {
            byte[] line = new byte[1 + random.nextInt(200)];
            random.nextBytes(line);
            for (int at = 0; at < line.length; at++) {
                line[at] = line[at] == '\n' ? 0 : line[at];
            }
            line[line.length - 1] = '\n';
            logs.engine.log(id, 0, now + i, line);
        }
        logs.engine.log(id, 0, now + 300, "2026-11-27T10:00:00.000000000Z not its own time\n".getBytes(UTF_8));
        logs.engine.log(id, 0, now + 301, "$ ".getBytes(UTF_8));
        logs.engine.misbehave(
                LogHarness.path(id),
                Misbehaviour.cutAfter(300 + random.nextInt(20_000)).times(5));
        logs.seen(id, true);
        await().atMost(PATIENCE).until(() -> logs.recorded(id).size() >= 301);
        logs.engine.die(id, 0);
        logs.seen(id, false);
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(logs.recorded(id)).as("seed %d", seed).isEqualTo(logs.logged(id)));
    }

    /** A defect of the local driver: a line that is too long for it comes again and again. */
    @Test
    void aLineThatTheEngineRepeatsForEverEndsWithItsContainer() {
        String id = running("looping");
        byte[] line = join("2026-11-27T10:00:00.000000000Z again\n");
        logs.engine.misbehave(LogHarness.path(id), (request, reply, proper) -> {
            reply.begin("application/vnd.docker.raw-stream");
            for (int i = 0; i < 5_000; i++) {
                reply.chunk(line);
            }
            reply.awaitHangUp();
        });
        logs.seen(id, true);
        await().atMost(PATIENCE).until(() -> logs.recorded(id).size() == 5_000);
        logs.gone(id);
        await().atMost(PATIENCE).until(() -> LogHarness.threads() == 0);
    }

    @Test
    void anEngineThatVanishesAndAnotherInItsPlaceLeaveNoThread() throws Exception {
        String id = running("lost");
        logs.engine.log(id, "one");
        logs.seen(id, true);
        await().atMost(PATIENCE).until(() -> logs.recorded(id).size() == 1);
        logs.engine.vanish();
        logs.disconnected();
        await().atMost(PATIENCE).until(() -> LogHarness.threads() == 0);
        logs.engine.comeBack(); // a new file of the socket
        logs.seen(id, true);
        logs.engine.log(id, "two");
        await().atMost(PATIENCE).until(() -> logs.recorded(id).equals(logs.logged(id)));
        logs.engine.vanish();
        logs.disconnected();
        logs.engine.comeBackAs("ANOTHER");
        logs.gone(id);
        await().atMost(PATIENCE).until(() -> LogHarness.threads() == 0);
        assertThat(logs.marks(id, Mark.Gap.class)).hasSize(1);
        assertThat(logs.recorded(id)).hasSize(2);
    }

    private String running(String name) {
        return logs.engine.start(name);
    }

    private String ended(String name) {
        String id = running(name);
        logs.engine.log(id, "last words");
        return logs.engine.die(id, 1);
    }

    private void message(String id, long nanos, String text) {
        logs.engine.log(id, 1, nanos, (text + "\n").getBytes(UTF_8));
    }

    private static byte[] join(String... messages) {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        for (String message : messages) {
            byte[] bytes = message.getBytes(UTF_8);
            all.writeBytes(ByteBuffer.allocate(8 + bytes.length)
                    .put((byte) 1)
                    .putInt(4, bytes.length)
                    .put(8, bytes)
                    .array());
        }
        return all.toByteArray();
    }
}
