package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.RetentionMarks;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the recorder says and how it ends when what it is given is no good: the complete output of the real process, one
 * clear line for each thing, and what the journal holds afterwards.
 */
class FaultsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final int TOO_LONG = 40_000_000;
    /** Takes from root the right to pass over the permissions of files; any other user has no such right. */
    private static final List<String> WITHOUT_PRIVILEGE =
            System.getProperty("user.name").equals("root")
                    ? List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search")
                    : List.of();

    @TempDir
    private Path directory;

    private final List<RecorderProcess> processes = new ArrayList<>();
    private Path socket;
    private Path journal;

    @BeforeEach
    void name() {
        socket = directory.resolve("engine.sock");
        journal = directory.resolve("journal");
    }

    @AfterEach
    void end() {
        processes.forEach(RecorderProcess::close);
    }

    // Wrong usage.

    @Test
    void unknownOptionIsWrongUsage() throws Exception {
        assertEnds(2, "recorder: no such option: --bogus; recorder --help lists the options\n", start("--bogus"));
    }

    @Test
    void unknownKeyInTheFileIsWrongUsage() throws Exception {
        Path file = Files.writeString(directory.resolve("recorder.yml"), "stats-intervall: 5s\n");

        assertEnds(2, """
                recorder: FILE: unknown option "stats-intervall"; the options are data-dir, disk-usage, docker-host, engine-metrics, engine-metrics-every, engine-timeout, exclude, exec-events, group, host-proc, include, \
                keep-bytes, keep-for, keep-until-archived, listen, listen-cert, listen-key, listen-password-file, listen-user, log-format, log-level, logs, logs-exclude, logs-include, max-concurrent, metric-const, metric-label, min-free, mode, plugin, queue-size, redact, redact-log, roll, sockets-interval, stats-interval, stop-grace, sync-interval
                """.replace("FILE", file.toString()), start("--config", file.toString()));
    }

    @Test
    void valueThatMakesNoSenseIsWrongUsage() throws Exception {
        assertEnds(
                2,
                "recorder: --stats-interval: \"5\" is not a duration; write it in ms, s, m, h, d or w, as in 500ms, 90s, 1h30m or 365d\n",
                start("--stats-interval", "5"));
    }

    // The engine cannot be reached.

    @Test
    void engineThatIsDownAtStartIsWaitedFor() throws Exception {
        RecorderProcess recorder = record();
        awaitOutput(recorder, "trying again");
        try (ScriptedEngine engine = ScriptedEngine.at(socket)) {
            engine.start("web");
            awaitEvents(journal, 3);
            awaitOutput(recorder, "answers"); // who the engine is, is asked beside its events
            recorder.terminate();
            recorder.awaitEnd(); // while the engine is there, of whose end there would be a line
        }

        assertEnds(0, """
                TIME INFO  shiplog recorder VERSION: unix://SOCKET into JOURNAL, stats every 1s
                TIME WARN  unix://SOCKET: no such file (is the engine running, is the socket mounted?); trying again until it answers
                TIME INFO  engine 20.10.24+dfsg1 answers, API 1.41
                TIME INFO  stopped: terminated by a signal; nothing is left to be written
                """, recorder);
        assertThat(marks(journal))
                .extracting(mark -> mark.getClass().getSimpleName())
                .containsSubsequence("Start", "EngineDown", "EngineUp", "CleanStop");
    }

    @Test
    void directoryInThePlaceOfTheSocketIsNamed() throws Exception {
        Files.createDirectory(socket);
        RecorderProcess recorder = record();
        awaitOutput(recorder, "trying again");
        recorder.terminate();

        assertEnds(0, """
                TIME INFO  shiplog recorder VERSION: unix://SOCKET into JOURNAL, stats every 1s
                TIME WARN  unix://SOCKET: is a directory; Docker makes one when it mounts a socket that is not there: \
                remove it, start the engine, mount again; trying again until it answers
                TIME INFO  stopped: terminated by a signal; nothing is left to be written
                """, recorder);
    }

    @Test
    void socketWithoutPermissionIsNamedAndTriedAgain() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.at(socket)) {
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("---------"));
            RecorderProcess recorder = record(WITHOUT_PRIVILEGE);
            awaitOutput(recorder, "trying again");
            engine.start("web");
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            awaitEvents(journal, 3);
            awaitOutput(recorder, "answers");
            recorder.terminate();

            assertEnds(
                    0,
                    """
                    TIME INFO  shiplog recorder VERSION: unix://SOCKET into JOURNAL, stats every 1s
                    TIME WARN  unix://SOCKET: permission denied: it belongs to OWNER and group GROUP, ---------; join that \
                    group, in a container with --group-add GID; trying again until it answers
                    TIME INFO  engine 20.10.24+dfsg1 answers, API 1.41
                    TIME INFO  stopped: terminated by a signal; nothing is left to be written
                    """.replace("OWNER", Files.getOwner(socket).getName())
                            .replace(
                                    "GROUP",
                                    Files.getAttribute(socket, "posix:group").toString())
                            .replace(
                                    "GID",
                                    Files.getAttribute(socket, "unix:gid").toString()),
                    recorder);
        }
    }

    // It is stopped while it starts.

    /** Past a certain moment the JVM that ends loads no more of what opens a journal. */
    @Test
    void stopAtAnyMomentOfTheStartIsSaidAndNoFailure() throws Exception {
        long begun = System.nanoTime();
        RecorderProcess first = record();
        awaitOutput(first, "trying again");
        long start = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        first.terminate();
        assertThat(first.awaitEnd()).isZero();

        int moments = 20;
        for (int i = 0; i < moments; i++) {
            long moment = start * i / moments;
            RecorderProcess recorder = record();
            Thread.sleep(moment);
            recorder.terminate();
            int code = recorder.awaitEnd();
            assertThat(said(recorder))
                    .as("stopped after %d ms", moment)
                    .satisfiesAnyOf(
                            said -> {
                                assertThat(code).isZero();
                                assertThat(said)
                                        .contains("stopped: terminated by a signal")
                                        .doesNotContain("Chronicle");
                            },
                            said -> {
                                assertThat(code).as("not yet ours").isEqualTo(128 + 15);
                                // Java 25 stumbles over a signal in its own first milliseconds.
                                assertThat(said.lines())
                                        .allMatch(line -> line.startsWith("Runtime.exit(143) logging failed"));
                            });
        }
        assertThat(journal).as("nothing is set aside for it").isDirectoryNotContaining("glob:**.cq4.*");
    }

    // The engine sends what is large.

    /** The ring brings all of it again at the second start; each that is recorded is a sixth of the recorder's memory. */
    @Test
    void largeEventsAreRecordedWholeAndOnceAndOneThatIsTooLongIsToldOnce() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.at(socket)) {
            String id = engine.start("web");
            for (int i = 0; i < 4; i++) {
                engine.emit(execution(id, 8_000_000, i));
                engine.exec("web", "small " + i);
            }
            engine.emit(execution(id, TOO_LONG, 4));
            for (int start = 0; start < 2; start++) {
                RecorderProcess recorder = record();
                engine.exec("web", "after start " + start);
                int recorded = engine.emitted().size() - 1;
                await().atMost(SOON.multipliedBy(3))
                        .pollInterval(Duration.ofMillis(500))
                        .ignoreExceptionsInstanceOf(IOException.class)
                        .until(() ->
                                RecordedJournal.payloads(journal, Kind.EVENT).size() == recorded);
                recorder.terminate();
                assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            }
            List<byte[]> expected = new ArrayList<>(engine.emitted());
            expected.removeIf(event -> event.length > TOO_LONG);
            assertThat(RecordedJournal.payloads(journal, Kind.EVENT).equals(RecordedJournal.texts(expected)))
                    .as("what is recorded is what was sent")
                    .isTrue();
            assertThat(marks(journal))
                    .filteredOn(Mark.Oversized.class::isInstance)
                    .singleElement()
                    .satisfies(
                            mark -> assertThat(((Mark.Oversized) mark).length()).isGreaterThan(TOO_LONG));
        }
    }

    /** The engine repeats the whole command line of an exec in its event. */
    private static byte[] execution(String id, int length, int number) {
        return ("{\"Type\":\"container\",\"Action\":\"exec_create: sh -c " + "QUJD".repeat(length / 4)
                        + "\",\"Actor\":{\"ID\":\"" + id + "\",\"Attributes\":{\"name\":\"web\"}},\"scope\":\"local\","
                        + "\"timeNano\":" + (System.currentTimeMillis() * 1_000_000 + number) + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    // The journal cannot be written.

    @Test
    void fileInThePlaceOfTheJournalIsRefused() throws Exception {
        Files.writeString(journal, "precious");

        assertEnds(1, "recorder: JOURNAL: is not a directory; --data-dir must name one\n", record());
        assertThat(journal).hasContent("precious");
    }

    @Test
    void secondRecorderOnAJournalIsRefusedAndHarmsNothing() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.at(socket)) {
            RecorderProcess first = record();
            engine.start("web");
            awaitEvents(journal, 3);

            assertEnds(
                    1,
                    "recorder: JOURNAL: another recorder writes to this journal; give each its own --data-dir\n",
                    record());

            engine.stop("web");
            awaitEvents(journal, 7);
            first.terminate();
            assertThat(first.awaitEnd()).as(first.output()).isZero();
            assertThat(RecordedJournal.payloads(journal, Kind.EVENT))
                    .containsExactlyElementsOf(RecordedJournal.texts(engine.emitted()));
        }
    }

    @Test
    void directoryOnAReadOnlyFileSystemIsRefused() throws Exception {
        try (PrivateMount mount = PrivateMount.of(directory.resolve("mount"), "ro,size=4m")) {
            assertRefusedAsReadOnly(mount);
        }
    }

    @Test
    void directoryThatIsMountedReadOnlyIsRefused() throws Exception {
        try (PrivateMount mount = PrivateMount.readOnly(directory.resolve("mount"))) {
            assertRefusedAsReadOnly(mount);
        }
    }

    private void assertRefusedAsReadOnly(PrivateMount mount) throws Exception {
        journal = mount.inside();

        assertEnds(
                1,
                "recorder: JOURNAL: cannot be written to: Read-only file system; --data-dir must be writable\n",
                record(mount.enter()));
    }

    @Test
    void directoryWithoutPermissionIsRefused() throws Exception {
        Files.createDirectory(
                journal, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-x------")));

        assertEnds(
                1,
                "recorder: JOURNAL: no permission to write to this directory; run as its owner\n",
                record(WITHOUT_PRIVILEGE));
    }

    @Test
    void fullDirectoryIsSaidOnceAndOutlived() throws Exception {
        try (PrivateMount mount = PrivateMount.of(directory.resolve("mount"), "size=16m");
                ScriptedEngine engine = ScriptedEngine.at(socket).tick(Duration.ofMillis(100))) {
            journal = mount.inside().resolve("journal");
            Path seen = mount.outside().resolve("journal");
            Path filler = mount.outside().resolve("filler");
            RecorderProcess recorder = record(mount.enter(), "--min-free", "1MiB");
            for (int i = 0; i < 5; i++) {
                engine.start("web" + i);
            }
            awaitEvents(seen, 15);

            fill(filler);
            awaitOutput(recorder, "ERROR");
            engine.restart("web1");
            engine.flood("web2", 50);
            int before = RecordedJournal.payloads(seen, Kind.STATS).size();
            Thread.sleep(3_000);
            Files.delete(filler);
            await().atMost(SOON)
                    .until(() -> RecordedJournal.payloads(seen, Kind.STATS).size() > before + 20);
            awaitEvents(seen, engine.emitted().size());
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();

            assertThat(RecordedJournal.payloads(seen, Kind.EVENT))
                    .containsExactlyElementsOf(RecordedJournal.texts(engine.emitted()));
            assertThat(marks(seen))
                    .filteredOn(Mark.Dropped.class::isInstance)
                    .isNotEmpty()
                    .allSatisfy(mark -> {
                        Mark.Dropped dropped = (Mark.Dropped) mark;
                        assertThat(dropped.kind()).isEqualTo("stats");
                        assertThat(dropped.count()).isPositive();
                        assertThat(dropped.reason()).isEqualTo("the disk was full");
                        assertThat(dropped.to()).isGreaterThan(dropped.from());
                    });
            // How much is free is looked at now and then; a write may meet the full disk before.
            String looked = "only 0 MiB free, less than the 1 MiB to be kept free";
            String refused = "no room: No space left on device";
            assertThat(said(recorder).replace(refused, looked)).isEqualTo("""
                            TIME INFO  shiplog recorder VERSION: unix://SOCKET into JOURNAL, stats every 1s
                            TIME INFO  engine 20.10.24+dfsg1 answers, API 1.41
                            TIME ERROR journal: JOURNAL: only 0 MiB free, less than the 1 MiB to be kept free; stats are dropped, events wait in memory
                            TIME INFO  journal: there is room again; writing goes on
                            TIME INFO  stopped: terminated by a signal; nothing is left to be written
                            """);
        }
    }

    @Test
    void stopWhileTheDiskIsFullIsSaidWithWhatIsLost() throws Exception {
        try (PrivateMount mount = PrivateMount.of(directory.resolve("mount"), "size=8m");
                ScriptedEngine engine = ScriptedEngine.at(socket).tick(Duration.ofMillis(100))) {
            journal = mount.inside().resolve("journal");
            RecorderProcess recorder = record(mount.enter(), "--min-free", "1MiB");
            engine.start("web");
            awaitEvents(mount.outside().resolve("journal"), 3);
            fill(mount.outside().resolve("filler"));
            awaitOutput(recorder, "ERROR");
            engine.restart("web");
            Thread.sleep(1_000);
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            assertThat(recorder.output())
                    .containsPattern(
                            "ERROR stopped: terminated by a signal; \\d+ records are lost: the disk is still full");
        }
    }

    @Test
    void missingDirectoryOfArchivesIsSaidAtOnce() throws Exception {
        try (ScriptedEngine engine = ScriptedEngine.at(socket)) {
            RecorderProcess recorder = record("--keep-for", "1h", "--keep-until-archived", "/nowhere/archives");
            awaitOutput(recorder, "answers");
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();
            assertThat(engine.emitted()).isEmpty();
            assertThat(recorder.output())
                    .contains("WARN  journal: /nowhere/archives, where --keep-until-archived looks for archives, is no"
                            + " directory: until it is, nothing is deleted while --min-free is free");
        }
    }

    /** Once it is short of space, and then without one byte: old segments make room for the new, and no sample is missed. */
    @Test
    void fullDirectoryCostsTheOldestSegmentsOfAJournalWithLimits() throws Exception {
        try (PrivateMount mount = PrivateMount.of(directory.resolve("mount"), "size=16m");
                ScriptedEngine engine = ScriptedEngine.at(socket).tick(Duration.ofMillis(100))) {
            journal = mount.inside().resolve("journal");
            Path seen = mount.outside().resolve("journal");
            Path filler = mount.outside().resolve("filler");
            copy(writeOldSegments(20, 300_000), seen);
            fill(filler);
            engine.start("web");

            RecorderProcess recorder = record(mount.enter(), "--min-free", "2MiB", "--keep-for", "100w");
            awaitOutput(recorder, "journal: deleted"); // what goes so that it can start is told only then
            awaitStats(seen, 30);
            int before = segments(seen).size();
            assertThat(before).as("of %s", segments(seen)).isBetween(10, 18);
            fill(mount.outside().resolve("more"));
            int stats = awaitStats(seen, 0);
            engine.flood("web", 50);
            awaitStats(seen, stats + 20);
            awaitEvents(seen, engine.emitted().size());
            recorder.terminate();
            assertThat(recorder.awaitEnd()).as(recorder.output()).isZero();

            assertThat(segments(seen)).hasSizeLessThan(before);
            assertThat(marks(seen)).filteredOn(Mark.Dropped.class::isInstance).isEmpty();
            assertThat(marks(seen))
                    .filteredOn(Mark.Retention.class::isInstance)
                    .hasSizeGreaterThanOrEqualTo(2)
                    .allMatch(mark -> ((Mark.Retention) mark).reason().equals("less than --min-free is free"));
            assertThat(RetentionMarks.read(List.of(seen)).values())
                    .singleElement()
                    .satisfies(mark -> assertThat(mark.lastSequence())
                            .isEqualTo(RecordedJournal.read(seen).get(0).sequence() - 1));
            assertThat(recorder.output())
                    .contains("WARN  journal: deleted the oldest segments, ")
                    .doesNotContain("ERROR");
        }
    }

    /** An hour each, long ago. */
    private Path writeOldSegments(int count, int bytes) throws IOException {
        Path old = directory.resolve("old");
        long start = Instant.now().minus(Duration.ofDays(30)).getEpochSecond() * 1_000_000_000L;
        Appender.Options options = new Appender.Options(Roll.HOURLY, "host", "boot", "test", 0);
        try (Appender appender = Appender.open(old, options, record -> {})) {
            for (int i = 0; i < count; i++) {
                long received = start + Duration.ofHours(i).toNanos();
                byte[] payload = new byte[bytes];
                new Random(i).nextBytes(payload);
                appender.append(new Record(0, Kind.HOST, "", received, received, 1, payload));
            }
        }
        return old;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
    }

    private static List<String> segments(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cq4"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void directoryThatIsFullAtStartIsWaitedFor() throws Exception {
        try (PrivateMount mount = PrivateMount.of(directory.resolve("mount"), "size=4m")) {
            journal = mount.inside().resolve("journal");
            RecorderProcess recorder = record(mount.enter());
            String waits =
                    "WARN  JOURNAL: only 4 MiB free, less than the 64 MiB to be kept free; nothing is recorded before"
                            + " there is room";
            awaitOutput(recorder, waits.replace("JOURNAL", journal.toString()));
            recorder.terminate();
            assertEnds(
                    0, "TIME " + waits + "\nrecorder: stopped: terminated by a signal; nothing was begun\n", recorder);
        }
    }

    /** Until not one byte more is taken. */
    private static void fill(Path filler) throws IOException {
        byte[] block = new byte[4096];
        try (var out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private RecorderProcess record(String... more) throws IOException {
        return record(List.of(), more);
    }

    private RecorderProcess record(List<String> prefix, String... more) throws IOException {
        return ended(RecorderProcess.recording(prefix, output(), "unix://" + socket, journal, more));
    }

    private RecorderProcess start(String... arguments) throws IOException {
        return ended(RecorderProcess.start(output(), arguments));
    }

    private Path output() {
        return directory.resolve("output" + processes.size());
    }

    /** Ended when the test is, whatever becomes of it. */
    private RecorderProcess ended(RecorderProcess process) {
        processes.add(process);
        return process;
    }

    private void assertEnds(int code, String output, RecorderProcess recorder) throws Exception {
        int ended = recorder.awaitEnd();
        assertThat(said(recorder)).isEqualTo(output);
        assertThat(ended).isEqualTo(code);
    }

    private String said(RecorderProcess recorder) throws IOException {
        return recorder.output()
                .replaceAll("shiplog recorder \\S+: ", "shiplog recorder VERSION: ")
                .replaceAll("(?m)^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z ", "TIME ")
                .replace(socket.toString(), "SOCKET")
                .replace(journal.toString(), "JOURNAL");
    }

    private static void awaitOutput(RecorderProcess recorder, String text) {
        await().atMost(SOON).until(() -> recorder.output().contains(text));
    }

    /** Reads a journal again if a segment was deleted while it was read. */
    private static void awaitEvents(Path journal, int count) {
        await().atMost(SOON)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> assertThat(RecordedJournal.payloads(journal, Kind.EVENT))
                        .hasSize(count));
    }

    /** Like {@link #awaitEvents}; returns how many samples there are. */
    private static int awaitStats(Path journal, int moreThan) {
        AtomicInteger count = new AtomicInteger();
        await().atMost(SOON).ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> {
            count.set(RecordedJournal.payloads(journal, Kind.STATS).size());
            assertThat(count).hasValueGreaterThan(moreThan);
        });
        return count.get();
    }

    private static List<Mark> marks(Path journal) throws IOException {
        List<Mark> marks = new ArrayList<>();
        for (Record record : RecordedJournal.read(journal)) {
            if (record.kind() == Kind.MARK) {
                marks.add(Mark.fromJson(record.payload()));
            }
        }
        return marks;
    }
}
