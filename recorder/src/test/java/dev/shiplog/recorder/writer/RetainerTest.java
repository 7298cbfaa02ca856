package dev.shiplog.recorder.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.RetentionMarks;
import dev.shiplog.journal.file.DiskFullException;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.retention.Limits;
import dev.shiplog.journal.retention.StoredSegment;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Retention on real journals, by a clock of the test's own. {@code mvn -Dshiplog.retention.days=N …} simulates more days,
 * {@code -Dshiplog.retention.records=N} records more in each hour, {@code -Dshiplog.seed=N} repeats the choices of a run.
 */
@Timeout(600)
class RetainerTest {
    private static final int DAYS = Integer.getInteger("shiplog.retention.days", 12);
    private static final int RECORDS = Integer.getInteger("shiplog.retention.records", 2);
    private static final long SEED = Long.getLong("shiplog.seed", System.nanoTime());
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final long HOUR = 60 * MINUTE;
    private static final Limits TWO_HOURS = new Limits(Duration.ofHours(2), 0, false);

    /** In memory where that can be: each roll forces a segment to the disk. */
    private static final class InMemory implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            Path memory = Path.of("/dev/shm");
            return Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "shiplog")
                    : Files.createTempDirectory("shiplog");
        }
    }

    @TempDir(factory = InMemory.class)
    private Path directory;

    private final Random random = new Random(SEED);
    private long now = Instant.parse("2026-11-01T00:00:30Z").getEpochSecond() * 1_000_000_000L;

    /** One run of the recorder on a journal, but for its engine and its threads. */
    private final class Run implements Closeable {
        final RecordQueue queue = new RecordQueue(10_000, 100_000_000);
        final Clock clock = new Clock(() -> now, () -> now, queue::put);
        final Checkpoints checkpoints = new Checkpoints(clock, List.of());
        final Appender appender;
        final Retainer retainer;
        final JournalWriter writer;

        Run(Path journal, Limits limits, Predicate<SegmentStart> archived) throws IOException {
            this(journal, limits, () -> archived);
        }

        Run(Path journal, Limits limits, Archives archives) throws IOException {
            appender =
                    Appender.open(journal, new Appender.Options(Roll.HOURLY, "host", "boot", "test", 0), checkpoints);
            appender.setSnapshot(checkpoints::snapshot);
            retainer = new Retainer(appender, limits, archives, clock, List.of(), checkpoints.tally());
            writer = new JournalWriter(appender, retainer, queue, checkpoints, clock, true, Duration.ofDays(1));
        }

        /** Records so many bytes, and lets the writer take its turn. */
        void record(int bytes) throws IOException, InterruptedException {
            byte[] payload = new byte[bytes];
            random.nextBytes(payload);
            queue.put(clock.stamp(Kind.STATS, "c", 0, payload));
            writer.turn(0);
        }

        /** An hour of the journal, in the middle of which it ends. */
        void hour(int bytes) throws IOException, InterruptedException {
            record(bytes);
            now += HOUR;
        }

        @Override
        public void close() throws IOException {
            appender.close();
        }
    }

    private Run run(Limits limits) throws IOException {
        return new Run(directory, limits, start -> false);
    }

    private static List<String> segments(Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cq4"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Mark.Retention> marks(Path journal, boolean restated) throws IOException {
        List<Mark.Retention> marks = new ArrayList<>();
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                assertThat(step).as("in %s", journal).isEqualTo(Cursor.Step.RECORD);
                Mark.Retention mark = retention(cursor.record());
                if (mark != null && cursor.record().restated() == restated) {
                    marks.add(mark);
                }
            }
        }
        return marks;
    }

    private static Mark.@Nullable Retention retention(RecordView record) throws IOException {
        return record.kind() == Kind.MARK
                        && Mark.fromJson(record.payload().toArray()) instanceof Mark.Retention retention
                ? retention
                : null;
    }

    /** Follows the journal as an export does, and keeps account of each sequence. */
    private final class Follower implements Closeable {
        final Cursor cursor = Cursor.open(List.of(directory));
        final Set<String> reasons = new HashSet<>();
        long next = 1;
        long deleted;

        Follower() throws IOException {}

        void read(int most) throws IOException {
            for (int i = 0; i < most; i++) {
                switch (cursor.next()) {
                    case RECORD -> {
                        assertThat(cursor.record().sequence())
                                .as("seed %d", SEED)
                                .isEqualTo(next);
                        next++;
                        Mark.Retention mark = retention(cursor.record());
                        if (mark != null) {
                            reasons.add(mark.reason());
                        }
                    }
                    case LOSS -> {
                        Loss loss = cursor.loss();
                        assertThat(loss.cause()).as("%s, seed %d", loss, SEED).isEqualTo(Loss.Cause.DELETED);
                        assertThat(loss.sequences().from())
                                .as("%s, seed %d", loss, SEED)
                                .isEqualTo(next);
                        next = loss.sequences().to() + 1;
                        deleted += loss.records();
                    }
                    case END -> {
                        return;
                    }
                    default -> throw new AssertionError("seed " + SEED);
                }
            }
        }

        @Override
        public void close() throws IOException {
            cursor.close();
        }
    }

    /** As the file system counts. */
    private long bytesOnDisk() throws IOException, InterruptedException {
        Process du = new ProcessBuilder("du", "-s", "--block-size=1", directory.toString()).start();
        try (var out = du.inputReader()) {
            return Long.parseLong(out.readLine().split("\t")[0]);
        } finally {
            du.waitFor();
        }
    }

    @Test
    void staysWithinItsLimitsForDaysAndReadersSeeNoDamage() throws Exception {
        Limits limits = new Limits(Duration.ofDays(5), 20_000_000, false);
        long highest = 0;
        long largest = 0;
        try (Run run = run(limits);
                Follower steady = openAfterTheFirstRecord(run);
                Follower slow = new Follower();
                Follower late = new Follower()) {
            late.read(1);
            for (int hour = 1; hour < DAYS * 24; hour++) {
                boolean busy = hour / 48 % 4 == 3;
                for (int i = 0; i < RECORDS; i++) {
                    run.record(busy ? 300_000 / RECORDS : 50);
                    now += HOUR / RECORDS;
                }
                largest = Math.max(largest, run.appender.writtenBytes());
                steady.read(Integer.MAX_VALUE);
                slow.read(random.nextInt(2 * RECORDS));
                assertThat(directory.resolve(run.appender.written())).exists();
                assertThat(steady.deleted).as("of what is new, seed %d", SEED).isZero();
                if (hour % 24 == 0) {
                    long bytes = bytesOnDisk();
                    highest = Math.max(highest, bytes);
                    assertThat(bytes)
                            .as("bytes after %d hours, seed %d", hour, SEED)
                            .isLessThanOrEqualTo(limits.keepBytes() + largest);
                    assertThat(segments(directory)).hasSizeLessThanOrEqualTo(5 * 24 + 2);
                }
            }
            slow.read(Integer.MAX_VALUE);
            late.read(Integer.MAX_VALUE);
            assertThat(slow.next).isEqualTo(steady.next);
            assertThat(late.next).isEqualTo(steady.next);
            assertThat(late.deleted).isPositive();
            assertThat(steady.reasons)
                    .as("both limits bite, seed %d", SEED)
                    .contains("older than --keep-for", "more than --keep-bytes");
            System.out.printf(
                    "RetainerTest: %d days, %d records, at most %d bytes on disk of %d and a segment of %d; %d segments are"
                            + " left; the slow reader missed %d records, the late one %d%n",
                    DAYS,
                    steady.next - 1,
                    highest,
                    limits.keepBytes(),
                    largest,
                    segments(directory).size(),
                    slow.deleted,
                    late.deleted);
        }
    }

    private Follower openAfterTheFirstRecord(Run run) throws IOException, InterruptedException {
        run.record(50);
        return new Follower();
    }

    @Test
    void theMarkSaysWhatWentAndEachSegmentRestatesIt() throws Exception {
        try (Run run = run(TWO_HOURS)) {
            for (int i = 0; i < 6; i++) {
                run.hour(100);
            }
            assertThat(segments(directory)).containsExactly("20261101-03F.cq4", "20261101-04F.cq4", "20261101-05F.cq4");
        }
        long kept;
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            cursor.next();
            kept = cursor.record().sequence();
        }
        assertThat(RetentionMarks.read(List.of(directory)).values())
                .singleElement()
                .satisfies(mark -> {
                    assertThat(mark.firstSegment()).isEqualTo("20261101-02F.cq4");
                    assertThat(mark.lastSegment()).isEqualTo("20261101-02F.cq4");
                    assertThat(mark.segments()).isEqualTo(1);
                    assertThat(mark.bytes()).isEqualTo(128 * 1024);
                    assertThat(mark.lastSequence()).isEqualTo(kept - 1);
                    assertThat(mark.from())
                            .isEqualTo(Instant.parse("2026-11-01T02:00:30Z").getEpochSecond() * 1_000_000_000L);
                    assertThat(mark.to())
                            .isEqualTo(Instant.parse("2026-11-01T03:00:30Z").getEpochSecond() * 1_000_000_000L);
                    assertThat(mark.reason()).isEqualTo("older than --keep-for");
                });
        Map<String, Mark.Retention> told = RetentionMarks.read(List.of(directory));
        try (Run next = run(Limits.NONE)) {
            for (int i = 0; i < 4; i++) {
                next.hour(100);
            }
        }
        for (String segment : segments(directory).subList(0, 5)) {
            Files.delete(directory.resolve(segment));
        }
        assertThat(RetentionMarks.read(List.of(directory)))
                .as("the newest segment alone")
                .isEqualTo(told);
        assertThat(marks(directory, true)).hasSameElementsAs(told.values());
    }

    @Test
    void aKillBetweenTheMarkAndAnyDeletionLeavesAWholeJournal() throws Exception {
        try (Run run = run(Limits.NONE)) {
            for (int i = 0; i < 8; i++) {
                run.hour(100);
            }
        }
        List<String> all = segments(directory);
        Path told = directory.resolve("told");
        try (Run run = run(TWO_HOURS)) {
            run.retainer.keep(mark -> {
                run.appender.append(run.clock.mark(mark));
                run.appender.sync();
                copy(told, all.size());
            });
        }
        int gone = all.size() - segments(directory).size() + 1; // and one was begun since
        for (int deleted = 0; deleted <= gone; deleted++) {
            Path journal = Files.createDirectory(directory.resolve("killed-" + deleted));
            for (String segment : segments(told)) {
                if (!all.subList(0, deleted).contains(segment)) {
                    Files.copy(told.resolve(segment), journal.resolve(segment));
                }
            }
            long first = 1;
            try (Cursor cursor = Cursor.open(List.of(journal))) {
                assertThat(cursor.next()).isEqualTo(Cursor.Step.RECORD);
                first = cursor.record().sequence();
            }
            assertThat(RetentionMarks.read(List.of(journal)).values())
                    .as("killed after %d of %d deletions", deleted, gone)
                    .singleElement()
                    .satisfies(mark -> assertThat(mark.segments()).isEqualTo(gone));
            assertThat(RetentionMarks.read(List.of(journal))
                            .values()
                            .iterator()
                            .next()
                            .lastSequence())
                    .as("what is gone is told, after %d of %d deletions", deleted, gone)
                    .isGreaterThanOrEqualTo(first - 1);
            try (Run next = new Run(journal, TWO_HOURS, start -> false)) {
                next.record(100);
                assertThat(segments(journal)).as("the next run goes on").isEqualTo(segments(directory));
            }
            marks(journal, false); // which finds no damage
        }
    }

    private void copy(Path target, int segments) throws IOException {
        Files.createDirectory(target);
        List<String> names = segments(directory);
        assertThat(names).as("nothing goes before it is told").hasSizeGreaterThanOrEqualTo(segments);
        for (String name : names) {
            Files.copy(directory.resolve(name), target.resolve(name));
        }
    }

    @Test
    void withoutAByteForTheMarkSegmentsGoFirstAndAreToldAsSoonAsThereIsRoom() throws Exception {
        try (Run run = run(TWO_HOURS)) {
            run.record(100);
        }
        try (Run run = run(Limits.NONE)) {
            for (int i = 0; i < 8; i++) {
                run.hour(100);
            }
        }
        try (Run run = run(TWO_HOURS)) {
            List<String> before = segments(directory);
            List<Mark> told = new ArrayList<>();
            run.retainer.keep(mark -> {
                if (segments(directory).size() > before.size() - 2) {
                    throw new DiskFullException("no room", null);
                }
                told.add(mark);
            });
            assertThat(told).singleElement().isInstanceOfSatisfying(Mark.Retention.class, mark -> {
                assertThat(mark.firstSegment()).isEqualTo(before.get(0));
                assertThat(mark.segments())
                        .isEqualTo(before.size() - segmentsLeft())
                        .isGreaterThan(2);
            });
        }
    }

    private int segmentsLeft() {
        try {
            return segments(directory).size();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatIsNotArchivedStays() throws Exception {
        long archivedUpTo = now + 2 * HOUR;
        try (Run run = new Run(
                directory, new Limits(Duration.ofHours(2), 0, true), start -> start.created() <= archivedUpTo)) {
            for (int i = 0; i < 8; i++) {
                run.hour(100);
            }
        }
        assertThat(segments(directory).get(0)).isEqualTo("20261101-03F.cq4");
    }

    @Test
    void whatOnlyLooksArchivedStays() throws Exception {
        Archives archives = new Archives() {
            @Override
            public Predicate<SegmentStart> archived() {
                return start -> true;
            }

            @Override
            public boolean prove(StoredSegment segment) {
                return !segment.name().equals("20261101-02F.cq4");
            }
        };
        try (Run run = new Run(directory, new Limits(Duration.ofHours(2), 0, true), archives)) {
            for (int i = 0; i < 8; i++) {
                run.hour(100);
            }
        }
        assertThat(segments(directory).get(0)).isEqualTo("20261101-02F.cq4");
    }

    @Test
    void whatCannotBeDeletedIsSaidAndRecordingGoesOn() throws Exception {
        try (Run run = run(TWO_HOURS)) {
            run.hour(100);
            Path stubborn = Files.createDirectories(directory.resolve("20261031-00F.cq4/not empty"));
            for (int i = 0; i < 5; i++) {
                run.hour(100);
            }
            assertThat(stubborn).exists();
            assertThat(segments(directory)).contains("20261101-05F.cq4");
        }
    }

    @Test
    void sequencesThatNobodyTookAreALoss() throws Exception {
        try (Run run = run(Limits.NONE);
                Follower follower = openAfterTheFirstRecord(run)) {
            follower.read(1);
            for (int i = 0; i < 5; i++) {
                run.hour(100);
            }
            List<String> segments = segments(directory);
            Files.delete(directory.resolve(segments.get(1)));
            Cursor cursor = follower.cursor;
            List<Loss.Cause> causes = new ArrayList<>();
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                if (step == Cursor.Step.LOSS) {
                    causes.add(cursor.loss().cause());
                }
            }
            assertThat(causes).containsExactly(Loss.Cause.DAMAGED);
            assertThat(RetentionMarks.read(List.of(directory))).isEmpty();
        }
    }
}
