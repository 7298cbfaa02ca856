package dev.shiplog.recorder.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.file.DiskFullException;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalWriterTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final int RING = 256;

    /** What stands in for the disk: holds everything, refuses on demand. */
    private static final class FakeJournal implements JournalWriter.Journal {
        final List<Record> records = new ArrayList<>();
        /** The newest segment: all that the next run gets to see. */
        List<Record> segment = new ArrayList<>();

        int synced;
        boolean broken;
        boolean full;

        @Override
        public void append(Record record) throws IOException {
            if (broken) {
                throw new IOException("broken");
            }
            if (full) {
                throw new DiskFullException("no space left", null);
            }
            records.add(record);
            segment.add(record);
        }

        @Override
        public void appendBelowMinimum(Record record) {
            records.add(record);
            segment.add(record);
        }

        @Override
        public void sync() {
            synced = records.size();
        }

        @Override
        public void engineId(String id) {}
    }

    /** What stands in for retention: it can make room so many times, and tells it each time. */
    private final class FakeRetention implements JournalWriter.Retention {
        int segments;

        @Override
        public void keep(JournalWriter.Teller teller) {}

        @Override
        public boolean makeRoom(JournalWriter.Teller teller) throws IOException {
            if (segments == 0) {
                return false;
            }
            segments--;
            teller.tell(new Mark.Retention("a", "a", 1, 1, 1, now, now, "why"));
            syncedBeforeDeletion = journal.synced;
            journal.full = false;
            return true;
        }
    }

    private final FakeRetention retention = new FakeRetention();
    private int syncedBeforeDeletion;
    private final FakeJournal journal = new FakeJournal();
    private long now = 1_795_252_323_000_000_000L;
    private Run run = new Run();

    /** One run of the recorder, but for its engine and its threads. */
    private final class Run {
        final RecordQueue queue = new RecordQueue(100, 100_000);
        final Clock clock = new Clock(() -> now, () -> now, queue::put);
        final Checkpoints checkpoints = new Checkpoints(clock, List.of());
        final JournalWriter writer;

        Run() {
            this(Duration.ofSeconds(1));
        }

        Run(Duration syncInterval) {
            writer = new JournalWriter(journal, retention, queue, checkpoints, clock, true, syncInterval);
        }

        void turn() {
            try {
                writer.turn(0);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void sample(int i) {
            queue.put(new Record(0, Kind.STATS, "c", now, now, now, ("s" + i).getBytes(StandardCharsets.UTF_8)));
        }

        void event(String text, long time, boolean urgent) {
            event(text, time, urgent ? Arrival.Sync.NOW : Arrival.Sync.SOON);
        }

        void event(String text, long time, Arrival.Sync sync) {
            byte[] payload = text.getBytes(StandardCharsets.UTF_8);
            Record record = new Record(0, Kind.EVENT, "", time, now, now, payload);
            queue.put(new Arrival.Event(record, ContentHash.of(payload), Arrival.Use.RECORDED, sync));
        }

        void lost(long lostAt) {
            queue.put(new Arrival.Ended(new Record(0, Kind.MARK, "", lostAt, now, now, new byte[0])));
        }

        void disconnected(long lostAt) {
            byte[] payload = new Mark.EngineDown("gone").toJson();
            queue.put(new Arrival.Disconnected(new Record(0, Kind.MARK, "", lostAt, now, now, payload)));
        }

        void connected(boolean fresh) {
            connected(now, fresh);
        }

        void connected(long asked, boolean fresh) {
            Record up = clock.mark(new Mark.EngineUp("id", "28.5", "1.51"));
            queue.put(new Arrival.Connected(up, fresh, asked, true, "it was away"));
        }

        void introduced() {
            queue.put(new Arrival.Introduced(clock.mark(new Mark.EngineUp("id", "28.5", "1.51")), "id"));
        }
    }

    private List<Mark> marks() {
        List<Mark> marks = new ArrayList<>();
        for (Record record : journal.records) {
            if (record.kind() == Kind.MARK) {
                try {
                    marks.add(Mark.fromJson(record.payload()));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return marks;
    }

    private List<String> payloads(Kind kind) {
        return journal.records.stream()
                .filter(record -> record.kind() == kind)
                .map(record -> new String(record.payload(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void writesInTheOrderOfArrival() {
        run.sample(1);
        run.event("e1", now, false);
        run.sample(2);

        run.turn();

        assertThat(journal.records)
                .extracting(record -> new String(record.payload(), StandardCharsets.UTF_8))
                .containsExactly("s1", "e1", "s2");
    }

    @Test
    void syncsWhatIsUrgentAtOnceWhatHappensWithinASecondAndTheRestEverySyncInterval() {
        run = new Run(Duration.ofSeconds(10));
        run.sample(1);
        run.turn();
        run.event("health check", now, Arrival.Sync.BATCHED);
        now += 10 * SECOND - 1;
        run.turn();
        assertThat(journal.synced).isZero();
        now++;
        run.turn();
        assertThat(journal.synced).isEqualTo(2);

        run.sample(2);
        run.event("die", now, true);
        run.turn();
        assertThat(journal.synced).isEqualTo(4);

        run.sample(3);
        run.event("start", now, false);
        run.turn();
        now += SECOND - 1;
        run.turn();
        assertThat(journal.synced).isEqualTo(4);
        now++;
        run.turn();
        assertThat(journal.synced).isEqualTo(6);

        run.queue.put(run.clock.mark(new Mark.EngineDown("gone")));
        run.turn();
        assertThat(journal.synced).isEqualTo(7);

        now += 60 * SECOND;
        run.event("start", now, false);
        run.turn();
        assertThat(journal.synced).as("from when it came").isEqualTo(7);
    }

    @Test
    void anUnwantedEventIsAccountedForButNotWritten() {
        Record record = new Record(0, Kind.EVENT, "", now, now, now, new byte[] {1});
        run.queue.put(new Arrival.Event(record, 7, Arrival.Use.HEARD, Arrival.Sync.SOON));

        run.turn();

        assertThat(journal.records).isEmpty();
        assertThat(run.checkpoints.ledger().holds(7)).isTrue();
    }

    @Test
    void marksWhatAFullQueueDropped() {
        for (int i = 0; i < 130; i++) {
            run.sample(i);
            now += MILLI;
        }
        run.event("kept", now, false);
        now += SECOND;

        run.turn();

        assertThat(payloads(Kind.STATS)).hasSize(100);
        assertThat(payloads(Kind.EVENT)).containsExactly("kept");
        assertThat(marks()).singleElement().isInstanceOfSatisfying(Mark.Dropped.class, dropped -> {
            assertThat(dropped.kind()).isEqualTo("stats");
            assertThat(dropped.count()).isEqualTo(30);
            assertThat(dropped.to() - dropped.from()).isEqualTo(29 * MILLI);
            assertThat(dropped.reason()).isEqualTo("the writer fell behind");
        });
    }

    @Test
    void endsWithTheCleanStopAfterEverythingThatHadArrived() throws Exception {
        run.connected(true);
        run.event("e1", now, false);
        run.turn();
        run.connected(false);
        run.event("e2", now, false);
        run.writer.stop("told to");

        run.writer.run();

        assertThat(payloads(Kind.EVENT)).containsExactly("e1", "e2");
        assertThat(marks()).endsWith(new Mark.CleanStop("told to"));
        assertThat(journal.records.get(journal.records.size() - 1).kind()).isEqualTo(Kind.MARK);
        assertThat(journal.synced).isEqualTo(journal.records.size());
    }

    @Test
    void aFullDiskCostsOldSegmentsBeforeItCostsASample() {
        retention.segments = 1;
        journal.full = true;
        run.sample(1);
        run.sample(2);
        run.turn();
        assertThat(payloads(Kind.STATS)).containsExactly("s1", "s2");
        assertThat(marks()).singleElement().isInstanceOf(Mark.Retention.class);
        assertThat(syncedBeforeDeletion)
                .as("the mark is on disk before a segment goes")
                .isEqualTo(1);

        journal.full = true;
        run.sample(3);
        run.turn();
        journal.full = false;
        run.turn();
        assertThat(payloads(Kind.STATS)).as("nothing was left to delete").containsExactly("s1", "s2");
        assertThat(marks()).last().isInstanceOf(Mark.Dropped.class);
    }

    @Test
    void aFullDiskCostsSamplesThatAreCountedAndNoEvent() {
        run.sample(1);
        run.turn();
        journal.full = true;
        run.sample(2);
        run.turn();
        for (int retry = 0; retry < 3; retry++) {
            now += SECOND;
            run.sample(3);
            run.turn();
        }
        run.event("e1", now, true);
        journal.full = false;
        run.turn();
        now += SECOND;
        run.turn();
        run.sample(4);
        run.turn();

        assertThat(payloads(Kind.STATS)).containsExactly("s1", "s4");
        assertThat(payloads(Kind.EVENT)).containsExactly("e1");
        assertThat(marks())
                .filteredOn(Mark.Dropped.class::isInstance)
                .map(Mark.Dropped.class::cast)
                .allSatisfy(dropped -> assertThat(dropped.reason()).isEqualTo("the disk was full"))
                .extracting(Mark.Dropped::count)
                .satisfies(counts -> assertThat(
                                counts.stream().mapToLong(Long::longValue).sum())
                        .isEqualTo(4));
    }

    @Test
    void aBrokenJournalEndsTheRun() {
        journal.broken = true;
        run.sample(1);

        assertThatThrownBy(() -> run.writer.run())
                .isInstanceOf(IOException.class)
                .hasMessage("broken");
    }

    @Test
    void aMomentWithoutAStreamIsNoGap() {
        begin();
        run.turn();
        now += 5 * SECOND;
        run.lost(now);

        run.connected(false);
        run.event("e1", now, false);
        run.event("e2", now, false);
        run.turn();

        assertThat(payloads(Kind.EVENT)).containsExactly("e1", "e2");
        assertThat(marks()).hasSize(1);
    }

    @Test
    void anAbsenceOfTheEngineIsAGapInTheStats() {
        begin();
        run.turn();
        long lost = away();
        now += 60 * SECOND;

        run.connected(true);
        run.event("e1", now, false);
        run.turn();

        assertThat(marks()).contains(new Mark.Gap("stats", "", lost, now, "it was away"));
        assertThat(marks())
                .noneMatch(mark -> mark instanceof Mark.Gap gap && gap.kind().equals("event"));
    }

    @Test
    void whatHappenedBeforeAnEngineWasFirstReachedIsAGap() {
        long began = now;
        run.disconnected(began);
        run.turn();
        now += 10 * SECOND;
        journal.segment.addAll(0, run.checkpoints.snapshot());
        restarted();
        now += 10 * SECOND;
        long reached = now;
        run.connected(true);
        run.introduced();
        run.event("e1", began + SECOND, false);
        run.turn();
        quiet();

        assertThat(payloads(Kind.EVENT)).containsExactly("e1");
        assertThat(marks())
                .filteredOn(Mark.Gap.class::isInstance)
                .containsExactlyInAnyOrder(
                        new Mark.Gap("stats", "", began, reached, "gone"),
                        new Mark.Gap(
                                "event",
                                "",
                                began,
                                began + SECOND,
                                "it was away; the engine no longer knows what it reported before: it was restarted, or is another one"));
    }

    @Test
    void aRunThatFindsItsEngineAtOnceHasNoGap() {
        run.connected(true);
        run.introduced();
        run.turn();
        quiet();

        assertThat(marks()).noneMatch(Mark.Gap.class::isInstance);
    }

    @Test
    void aGapInTheStatsBeginsAfterTheLastSample() {
        begin();
        long sampled = killedAfterASample();
        now += 10 * SECOND;
        long found = now;
        run.connected(true);
        run.turn();
        quiet();

        assertThat(marks()).contains(new Mark.Gap("stats", "", sampled, found, "it was away"));
    }

    @Test
    void samplesThatComeBeforeTheRingMetTheJournalDoNotHideTheGapBeforeThem() {
        begin();
        long sampled = killedAfterASample();
        now += 10 * SECOND;
        long found = now;
        run.connected(true);
        run.event("e300", now, false);
        now += SECOND / 5;
        run.sample(2);
        quiet();

        assertThat(marks()).contains(new Mark.Gap("stats", "", sampled, found, "it was away"));
    }

    @Test
    void aDeathIsOnTheDiskBeforeItIsKnownWhetherTheRingMeetsTheJournal() {
        begin();
        run.turn();
        away();
        now += SECOND;
        long back = now;
        run.connected(true);
        run.introduced();
        run.turn();
        now += SECOND / 2;
        run.event("die", now, true);
        run.turn();

        assertThat(payloads(Kind.EVENT)).containsExactly("e1", "die");
        assertThat(journal.synced).isEqualTo(journal.records.size());

        journal.segment.addAll(0, run.checkpoints.snapshot());
        restarted();
        run.connected(true);
        run.event("die", now - SECOND / 10, true);
        run.turn();
        quiet();

        assertThat(payloads(Kind.EVENT)).containsExactly("e1", "die");
        assertThat(gaps())
                .as("what the killed run did not know")
                .singleElement()
                .satisfies(gap -> {
                    assertThat(gap.from()).isLessThanOrEqualTo(back - SECOND);
                    assertThat(gap.to()).isGreaterThanOrEqualTo(back);
                });
    }

    @Test
    void theQuestionWhatIsMissingComesBeforeTheMarkThatTheEngineIsUp() {
        begin();
        run.turn();
        long lost = away();
        now += SECOND;
        run.connected(true);
        run.introduced();
        run.turn();

        assertThat(marks())
                .endsWith(new Mark.Unsettled(lost, 0, "it was away"), new Mark.EngineUp("id", "28.5", "1.51"));
        now += SECOND / 10;
        run.event("e1", lost - 5 * SECOND, false);
        run.turn();
        assertThat(marks()).endsWith(new Mark.Settled(lost));
        quiet();
        assertThat(gaps()).isEmpty();
    }

    /** Go's zero time is the year 1, in ns the year 1754. */
    @ParameterizedTest
    @ValueSource(longs = {-6_795_364_578_871_345_152L, 0, 7_000_000_000L})
    void aGapBeginsWhenTheEngineWasLastHeardWhateverItsEventsAreStamped(long odd) {
        run.connected(true);
        run.event("odd", odd, false);
        run.turn();
        long heard = now;
        now += SECOND / 2;
        run.lost(now);
        now += SECOND;
        run.connected(true);
        run.turn();
        quiet();

        assertThat(gaps())
                .singleElement()
                .satisfies(gap -> assertThat(gap.from()).isEqualTo(heard));
    }

    /** The engine is found, and its first event comes. */
    private void begin() {
        run.connected(true);
        run.introduced();
        run.event("e1", now, false);
    }

    /** The engine goes away after a quiet while; gives when. */
    private long away() {
        now += 6 * SECOND;
        run.lost(now);
        run.disconnected(now);
        return now;
    }

    /** Gives when the sample came. */
    private long killedAfterASample() {
        now += SECOND / 5;
        run.sample(1);
        run.turn();
        long sampled = now;
        journal.segment.addAll(0, run.checkpoints.snapshot());
        now += SECOND / 5;
        restarted();
        return sampled;
    }

    private List<Mark.Gap> gaps() {
        return marks().stream()
                .filter(Mark.Gap.class::isInstance)
                .map(Mark.Gap.class::cast)
                .filter(gap -> gap.kind().equals("event"))
                .toList();
    }

    /**
     * An engine with its ring, and a recorder that is killed, cut off, outrun and told things twice: what the engine
     * reported is in the journal as often as it happened, or lies within a gap.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 55})
    void everyEventIsJournaledOnceOrLiesWithinAGap(long seed) {
        Random random = new Random(seed);
        List<Happened> emitted = new ArrayList<>();
        Deque<Happened> ring = new ArrayDeque<>();
        boolean first = true;
        boolean lost = false;
        for (int round = 0; round < 200; round++) {
            // Nobody listens. The engine goes on, or starts anew and forgets.
            int unseen = first ? 0 : random.nextInt(10) == 0 ? random.nextInt(600) : random.nextInt(40);
            for (int i = 0; i < unseen; i++) {
                emit(emitted, ring, random);
                if (random.nextInt(400) == 0) {
                    ring.clear();
                }
            }
            if (random.nextInt(5) == 0 && lost) {
                run.disconnected(now);
                run.turn();
            }
            now += 20 * MILLI;
            long asked = now;
            List<Happened> crossing = new ArrayList<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                now += MILLI;
                crossing.add(emit(emitted, ring, now));
            }
            boolean fresh = random.nextBoolean() || first;
            run.connected(asked, fresh);
            if (fresh && random.nextBoolean()) {
                run.introduced();
            }
            first = false;
            // The ring comes at once, what happened at that moment twice, the rest as it happens; cut somewhere, or
            // not.
            int cut = random.nextInt(3) == 0 ? random.nextInt(ring.size() + 60) : Integer.MAX_VALUE;
            List<Happened> stream = new ArrayList<>(ring);
            stream.addAll(crossing);
            int old = stream.size();
            lost = false;
            for (int fresher = random.nextInt(60), i = 0; i < stream.size() || fresher > 0; i++) {
                if (i == old) {
                    now += 20 * MILLI;
                }
                if (i == stream.size()) {
                    stream.add(emit(emitted, ring, random));
                    if (random.nextInt(8) == 0) {
                        stream.add(emit(emitted, ring, stream.get(i)));
                    }
                    fresher--;
                }
                if (i == cut) {
                    lost = true;
                    run.lost(now);
                } else if (i < cut) {
                    run.event(stream.get(i).text(), stream.get(i).time(), false);
                    if (random.nextInt(20) == 0) {
                        run.turn();
                    }
                }
            }
            run.turn();
            if (!lost && random.nextBoolean()) {
                run.sample(round);
                quiet();
            }
            switch (random.nextInt(6)) {
                case 0 -> {
                    run = restarted();
                    lost = false;
                }
                case 1 -> journal.segment = run.checkpoints.snapshot();
                default -> {
                    if (!lost) {
                        lost = true;
                        run.lost(now);
                    }
                }
            }
            if (!lost && round % 2 == 0) {
                lost = true;
                run.lost(now);
            }
        }
        now += 20 * MILLI;
        run.connected(true);
        ring.forEach(event -> run.event(event.text(), event.time(), false));
        run.turn();
        quiet();

        List<String> twice = new ArrayList<>(payloads(Kind.EVENT));
        List<Happened> missing = new ArrayList<>(emitted);
        missing.removeIf(event -> twice.remove(event.text()));
        assertThat(twice).as("too often, seed " + seed).isEmpty();
        List<Mark.Gap> gaps = gaps();
        assertThat(missing)
                .as("missing without a gap, seed " + seed)
                .allMatch(
                        event -> gaps.stream().anyMatch(gap -> gap.from() <= event.time() && event.time() <= gap.to()));
        assertThat(missing).as("the test must lose some, seed " + seed).isNotEmpty();
    }

    private record Happened(String text, long time) {}

    /** Four seconds in which nothing comes. */
    private void quiet() {
        for (int i = 0; i < 40; i++) {
            now += SECOND / 10;
            run.turn();
        }
    }

    private Happened emit(List<Happened> emitted, Deque<Happened> ring, Random random) {
        now += random.nextInt(20) * MILLI;
        return emit(emitted, ring, now);
    }

    private static Happened emit(List<Happened> emitted, Deque<Happened> ring, long time) {
        return emit(emitted, ring, new Happened("event " + emitted.size(), time));
    }

    private static Happened emit(List<Happened> emitted, Deque<Happened> ring, Happened event) {
        emitted.add(event);
        ring.add(event);
        if (ring.size() > RING) {
            ring.remove();
        }
        return event;
    }

    private void exec(String container, String action, int number) {
        byte[] payload = ("{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + container
                        + "\",\"Attributes\":{\"execID\":\"" + number + "\",\"exitCode\":\"0\"}}}")
                .getBytes(StandardCharsets.UTF_8);
        Record record = new Record(0, Kind.EVENT, container, 1_000 * SECOND + number, now, now, payload);
        run.queue.put(new Arrival.Event(record, ContentHash.of(payload), Arrival.Use.COUNTED, Arrival.Sync.BATCHED));
    }

    private List<Mark.Execs> execs() {
        return marks().stream()
                .filter(Mark.Execs.class::isInstance)
                .map(Mark.Execs.class::cast)
                .toList();
    }

    /** The engine's ring repeats what was counted: known is what the journal has, and the rest is counted again. */
    @Test
    void aKillCostsNoCountThatTheEngineRepeats() {
        run.connected(true);
        run.event("e", now, false);
        for (int i = 0; i < 10; i++) {
            exec("c", "exec_start: probe", i);
        }
        run.turn();
        assertThat(execs()).isEmpty();
        now += 60 * SECOND;
        run.turn();
        assertThat(execs()).extracting(Mark.Execs::started).containsExactly(10L);
        for (int i = 10; i < 15; i++) {
            exec("c", "exec_start: probe", i);
        }
        run.turn();

        for (int restart = 0; restart < 3; restart++) {
            restarted(); // and its segment begins
            run.connected(true);
            for (int i = 0; i < 17; i++) {
                exec("c", "exec_start: probe", i);
            }
            run.turn();
        }
        assertThat(execs()).hasSize(1);
        now += 60 * SECOND;
        run.turn();

        assertThat(execs()).extracting(Mark.Execs::started).containsExactly(10L, 7L);
        assertThat(marks())
                .noneMatch(mark -> mark instanceof Mark.Gap gap && gap.kind().equals(Kind.EVENT.label()));
    }

    @Test
    void countsWhatThereIsBeforeItStops() throws Exception {
        exec("c", "exec_die", 1);
        run.turn();
        run.writer.stop("terminated");
        while (run.writer.turn(0)) {}
        assertThat(marks()).hasSize(2).first().isInstanceOfSatisfying(Mark.Execs.class, counted -> {
            assertThat(counted.died()).isEqualTo(1);
            assertThat(counted.exitCodes()).containsExactly(Map.entry("0", 1L));
        });
    }

    /** Killed, and started again on what the newest segment holds. What had not been written is lost. */
    private Run restarted() {
        now += SECOND / 10;
        run = new Run();
        journal.segment.forEach(run.checkpoints::restore);
        run.checkpoints.restored(new Appender.Recovery(false, 1, now, List.of()));
        journal.segment.addAll(run.checkpoints.snapshot());
        return run;
    }
}
