package dev.shiplog.replay.command;

import static dev.shiplog.replay.command.TestJournal.DB;
import static dev.shiplog.replay.command.TestJournal.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GapsCommandTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long BEGIN = TestJournal.nanos("09:00:00Z");

    @TempDir
    private Path directory;

    private final List<Record> records = new ArrayList<>();

    private Terminal run(String arguments, int code) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("gaps " + arguments)).as(terminal.err()).isEqualTo(code);
        return terminal;
    }

    private void write() throws IOException {
        EventsCommandTest.write(directory.resolve("journal"), records);
    }

    /** Seconds after 09:00 as the time of a record. */
    private static String at(double seconds) {
        return Instant.ofEpochSecond(0, BEGIN + Math.round(seconds * SECOND))
                .toString()
                .substring(11);
    }

    private static long nanos(double seconds) {
        return BEGIN + Math.round(seconds * SECOND);
    }

    private void begin() {
        records.add(TestJournal.mark(at(0), new Mark.Start("1.0", Map.of())));
        records.add(TestJournal.mark(at(0.1), new Mark.EngineUp("id", "20.10", "1.41")));
    }

    /** Samples of both containers every 5 s, and an event every 30 s. */
    private void live(int from, int to) {
        for (int second = from; second < to; second += 5) {
            records.add(TestJournal.stats(WEB, "web", at(second + 0.2), second));
            records.add(TestJournal.stats(DB, "db", at(second + 0.4), second));
            if (second % 30 == 0) {
                records.add(TestJournal.record(
                        Kind.EVENT, DB, at(second + 0.5), TestJournal.event("exec_start", at(second + 0.5))));
            }
        }
    }

    private void mark(double second, Mark mark) {
        Record plain = TestJournal.mark(at(second), mark);
        String subject = mark instanceof Mark.Gap gap ? gap.subject() : "";
        records.add(
                new Record(0, Kind.MARK, subject, plain.time(), plain.received(), plain.monotonic(), plain.payload()));
    }

    private void gap(double second, String kind, String subject, double from, double to, String reason) {
        mark(second, new Mark.Gap(kind, subject, nanos(from), nanos(to), reason));
    }

    @Test
    void saysWhatIsMissingHowLongAndHowMuch() throws IOException {
        begin();
        live(0, 600);
        mark(600, new Mark.EngineDown("connection refused"));
        mark(1200, new Mark.EngineUp("id", "20.10", "1.41"));
        gap(1200.1, "event", "", 600, 1200, "connection refused");
        gap(1200.1, "stats", "", 600, 1200, "connection refused");
        live(1205, 1800);
        mark(1800, new Mark.Dropped("stats", 7, nanos(1700), nanos(1710), "the disk is full"));
        mark(1801, new Mark.Oversized("event", DB, 30_000_000, "container exec_create", "00"));
        mark(1802, new Mark.CleanStop("SIGTERM"));
        write();

        assertThat(run("journal", ExitCode.OK).out()).isEqualTo("""
                        FROM                   TO                     LASTED   WHAT        KIND    CONTAINER   MISSING            WHY
                        2026-11-21T09:10:00Z   2026-11-21T09:20:00Z   10m      gap         event               some 20 events     connection refused
                        2026-11-21T09:10:00Z   2026-11-21T09:20:00Z   10m      gap         stats               some 240 samples   connection refused
                        2026-11-21T09:28:20Z   2026-11-21T09:28:30Z   10s      dropped     stats               7 samples          the disk is full
                        2026-11-21T09:30:01Z   2026-11-21T09:30:01Z   0ms      oversized   event   db          1 event            30000000 bytes are too long
                        Events were recorded for 20.0 of 30.0 minutes (66.7%); 478 samples recorded, some 247 missing (34.07%).
                        """);
    }

    /**
     * Ten minutes are missing. One container went on, one ended after two minutes, one at a time that is not known, one
     * was restarted for a minute at the end, and one ended just before.
     */
    @Test
    void aContainerThatDidNotRunIsNotMissed() throws IOException {
        String job = "77" + WEB.substring(2);
        String lost = "99" + WEB.substring(2);
        String early = "55" + WEB.substring(2);
        begin();
        for (int second = 0; second < 600; second += 5) {
            for (String id : List.of(WEB, DB, job, lost, early)) {
                records.add(TestJournal.stats(id, "c", at(second + 0.2), second));
            }
        }
        event(598, 598, "die", early);
        mark(600, new Mark.EngineDown("connection refused"));
        mark(1200, new Mark.EngineUp("id", "20.10", "1.41"));
        event(720, 1200.05, "die", DB);
        event(1140, 1200.06, "start", early);
        records.add(TestJournal.stats(WEB, "c", at(1200.1), 1));
        gap(1200.2, "stats", "", 600, 1200, "connection refused");
        synthetic(1200.3, job, "die");
        synthetic(1200.3, lost, "destroy");
        records.add(TestJournal.record(
                Kind.INSPECT,
                job,
                at(1200.4),
                "{\"State\":{\"Status\":\"exited\",\"StartedAt\":\"2026-11-21T08:00:00Z\",\"FinishedAt\":\""
                        + "2026-11-21T09:11:00Z\"}}"));
        for (int second = 1205; second < 1800; second += 5) {
            records.add(TestJournal.stats(WEB, "c", at(second + 0.2), second));
        }
        mark(1802, new Mark.CleanStop("SIGTERM"));
        write();
        // Every 5 s: 120 of web, 24 of db, 12 of job, 60 of the lost one, 12 of the early one's second life.
        assertThat(run("--columns kind,missing journal", ExitCode.OK).out()).contains("stats   some 228 samples");
    }

    private void event(double second, double received, String action, String id) {
        Record event = TestJournal.record(
                Kind.EVENT,
                id,
                at(second),
                TestJournal.event(action, at(second)).replace(DB, id));
        records.add(new Record(0, Kind.EVENT, id, event.time(), nanos(received), event.monotonic(), event.payload()));
    }

    private void synthetic(double second, String id, String change) {
        Record plain = TestJournal.mark(at(second), new Mark.Synthetic(id, change, "c"));
        records.add(new Record(0, Kind.MARK, id, plain.time(), plain.received(), plain.monotonic(), plain.payload()));
    }

    @Test
    void aLongGapThatIsStatedInPiecesIsOne() throws IOException {
        begin();
        live(0, 60);
        for (int second = 60; second < 3000; second += 5) {
            records.add(TestJournal.stats(WEB, "web", at(second + 0.2), second));
            if (second == 70 || second % 600 == 70) {
                gap(
                        second + 0.3,
                        "stats",
                        DB,
                        second == 70 ? 55.4 : second - 600,
                        second,
                        "the engine gave no samples");
            }
        }
        write();
        List<String> lines = run("--columns seconds,what,container,container_id,missing journal", ExitCode.OK)
                .out()
                .lines()
                .toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(1)).matches("40m14s +gap +db +b36156ce4d68 +some 483 samples");
    }

    /** Whatever is cut out of a seeded history, the estimate differs from it by no more than a sample each. */
    @Test
    void estimatesWhatWasCutOut() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int from = 120 + 5 * random.nextInt(100);
        int to = from + 5 + 5 * random.nextInt(200);
        begin();
        live(0, 3000);
        long cut = records.stream().filter(record -> isCut(record, from, to)).count();
        records.removeIf(record -> isCut(record, from, to));
        int at = 0;
        while (records.get(at).time() < nanos(to)) {
            at++;
        }
        Mark gap = new Mark.Gap("stats", "", nanos(from), nanos(to), "cut out");
        records.add(at, TestJournal.mark(at(to + 0.1), gap));
        write();

        String out = run("--format json journal", ExitCode.OK).out();
        Matcher missing =
                Pattern.compile("\"missing\":(\\d+),\"estimated\":true").matcher(out);
        assertThat(missing.find()).as("seed %d: %s", seed, out).isTrue();
        assertThat(Long.parseLong(missing.group(1)))
                .as("seed %d, from %d to %d", seed, from, to)
                .isBetween(cut - 2, cut + 2);
        assertThat(out).contains("\"samples\":" + (1200 - cut) + ",");
    }

    private static boolean isCut(Record record, int from, int to) {
        return record.kind() == Kind.STATS && record.time() >= nanos(from) && record.time() < nanos(to);
    }

    @Test
    void aRunThatWasKilledAndOneThatIsOver() throws IOException {
        begin();
        live(0, 300);
        mark(400, new Mark.Start("1.0", Map.of()));
        mark(400.1, new Mark.UncleanStop(nanos(295.4), 100));
        mark(401, new Mark.EngineDown("no such file"));
        write();
        Terminal terminal = run("--columns from,to,what,kind,missing,reason journal", ExitCode.OK);
        assertThat(terminal.out()).isEqualTo("""
                        FROM                   TO                     WHAT           KIND         MISSING           WHY
                        2026-11-21T09:04:55Z   2026-11-21T09:06:40Z   unclean-stop   everything   unknown           the recorder was killed: what was on its way to the disk may be missing
                        2026-11-21T09:04:55Z   not over               gap            event        some 4 events     the engine has not answered since
                        2026-11-21T09:04:55Z   not over               gap            stats        some 42 samples   the engine has not answered since
                        Events were recorded for at most 4.9 of 6.7 minutes (73.66%); 120 samples recorded, some 42 missing (25.93%).
                        """);
        assertThat(terminal.err()).isEmpty();
    }

    @Test
    void outsideOfTheJournalNothingIsRecorded() throws IOException {
        begin();
        live(0, 300);
        write();
        assertThat(run(
                                "--since 2026-11-21T08:50:00Z --until 2026-11-21T09:15:00Z --format csv"
                                        + " --columns from,to,what,kind,reason journal",
                                ExitCode.OK)
                        .out())
                .isEqualTo("""
                        from,to,what,kind,reason
                        2026-11-21T08:50:00Z,2026-11-21T09:00:00.001Z,gap,,the journal begins then
                        2026-11-21T09:04:55.401Z,2026-11-21T09:15:00Z,gap,,the journal ends
                        """.replace("gap,,", "gap,everything,"));
        assertThat(run("--since 2026-11-21T09:01:00Z --until 2026-11-21T09:02:00Z journal", ExitCode.OK)
                        .out())
                .contains("recorded for 60.0 of 60.0 seconds (100%); 24 samples recorded, none missing.");
    }

    @Test
    void damageIsALossAndDeletionIsNone() throws IOException {
        begin();
        mark(
                0.2,
                new Mark.Retention(
                        "20261121-07F.cq4",
                        "20261121-08F.cq4",
                        2,
                        1 << 20,
                        0,
                        TestJournal.nanos("07:00:00Z"),
                        TestJournal.nanos("08:59:00Z"),
                        "older than --keep-for 2h"));
        live(0, 300);
        records.add(TestJournal.record(Kind.EVENT, "netx", at(300), "{\"Type\":\"network\"}"));
        live(305, 600);
        write();
        Path segment = directory.resolve("journal/20261121-09F.cq4");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("netx")] ^= 1;
        Files.write(segment, bytes);

        Terminal terminal = run("--since 2026-11-21T08:00:00Z --columns from,to,what,missing,segment journal", 4);
        List<String> lines = terminal.out().lines().toList();
        assertThat(lines.get(1)).matches("2026-11-21T07:00:00Z +2026-11-21T09:00:00Z +retention +unknown +");
        assertThat(lines.get(2))
                .matches("2026-11-21T09:04:55Z +2026-11-21T09:05:05Z +loss +1 record +20261121-09F.cq4");
        assertThat(terminal.err()).contains("lost: 20261121-09F.cq4");
    }

    @Test
    void besideALossNobodySaysThatNoSampleIsMissing() throws IOException {
        begin();
        live(0, 300);
        write();
        assertThat(run("--since 2026-11-21T08:00:00Z journal", ExitCode.OK).out())
                .endsWith("120 samples recorded, an unknown number missing.\n");

        Files.write(
                directory.resolve("journal/20261121-08F.cq4"),
                "no segment at all".repeat(100).getBytes(StandardCharsets.UTF_8));
        assertThat(run("journal", ExitCode.DAMAGE).out())
                .contains("unknown   loss")
                .contains("recorded for at most ")
                .endsWith("120 samples recorded, an unknown number missing.\n");
    }

    /** From 09:05 to 09:15, and during these ten minutes the clock went back by half an hour. */
    @Test
    void aGapInWhichTheClockWasSetBackHasNoKnownLength() throws IOException {
        begin();
        live(0, 300);
        mark(300, new Mark.EngineDown("connection refused"));
        mark(-899, new Mark.ClockStep(-1800 * SECOND));
        mark(-899, new Mark.EngineUp("id", "20.10", "1.41"));
        gap(-898, "event", "", 300, -899, "connection refused");
        gap(-898, "stats", "", 300, -899, "connection refused");
        live(-895, -600);
        write();
        Terminal terminal = run("--columns seconds,what,kind,missing journal", ExitCode.OK);
        assertThat(terminal.out()).isEqualTo("""
                        LASTED    WHAT   KIND    MISSING
                        unknown   gap    event   unknown
                        unknown   gap    stats   unknown
                        Events were recorded for at most 5.0 of 5.0 minutes (100%); 238 samples recorded, an unknown number missing.
                        """);
        assertThat(run("--format json journal", ExitCode.OK).out())
                .contains("\"seconds\":null")
                .contains("\"at_most\":true");
    }

    @Test
    void ofSeveralHostsEachHasItsSum() throws IOException {
        begin();
        live(0, 300);
        write();
        EventsCommandTest.write(directory.resolve("second"), records.subList(0, 50));
        assertThat(run("journal second", ExitCode.OK).out().lines())
                .satisfiesExactly(
                        head -> assertThat(head).startsWith("HOST"),
                        first -> assertThat(first).startsWith("vm7: Events").contains("120 samples"),
                        second -> assertThat(second).startsWith("vm7: Events").contains("44 samples"));
    }
}
