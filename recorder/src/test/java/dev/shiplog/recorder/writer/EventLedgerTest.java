package dev.shiplog.recorder.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class EventLedgerTest {
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;
    private static final long START = 1_795_252_323_000_000_000L;

    private final List<String> journal = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private EventLedger ledger = newLedger();
    private long now = START;

    private EventLedger newLedger() {
        return new EventLedger(mark -> new Record(0, Kind.MARK, "", now, now, 0, mark.toJson()));
    }

    private void receive(String text, long time, boolean wanted) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        Arrival.Event event = new Arrival.Event(
                new Record(0, Kind.EVENT, "", time, now, now, payload),
                ContentHash.of(payload),
                wanted ? Arrival.Use.RECORDED : Arrival.Use.HEARD,
                Arrival.Sync.SOON);
        append(ledger.before(event));
        assertThat(ledger.before(event)).as("asked again").isEmpty();
        if (ledger.repeats(event)) {
            ledger.repeated(event);
        } else {
            ledger.appended(event);
            if (wanted) {
                journal.add(text);
            }
        }
    }

    private void restoreEvent(String text, long time) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        ledger.restore(new Record(0, Kind.EVENT, "", time, now, now, payload), null);
    }

    private void restore(Mark mark) {
        ledger.restore(new Record(0, Kind.MARK, "", now, now, now, mark.toJson()), mark);
    }

    private void append(List<Arrival> arrivals) {
        for (Arrival arrival : arrivals) {
            try {
                marks.add(Mark.fromJson(arrival.record().payload()));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Every event is stamped 1 ms after the one before. */
    private static long time(int event) {
        return START + event * MILLI;
    }

    private void ring(int from, int to) {
        for (int i = from; i < to; i++) {
            receive("e" + i, time(i), true);
        }
    }

    private void live(int from, int to) {
        for (int i = from; i < to; i++) {
            now = Math.max(now, time(i));
            receive("e" + i, time(i), true);
        }
    }

    private void connect(long since, String reason) {
        connect(since, reason, true);
    }

    private void connect(long since, String reason, boolean remembersSomeEvents) {
        Record opened = new Record(0, Kind.MARK, "", now, now, 0, new byte[0]);
        append(ledger.connected(new Arrival.Connected(opened, true, now - MILLI, remembersSomeEvents, reason), since));
    }

    /** Nothing comes for so long. */
    private void silence(long nanos) {
        for (long until = now + nanos; now < until; ) {
            now = Math.min(now + SECOND / 10, until);
            append(ledger.settle(now));
        }
    }

    private List<String> events(int from, int to) {
        List<String> names = new ArrayList<>();
        for (int i = from; i < to; i++) {
            names.add("e" + i);
        }
        return names;
    }

    private static List<String> concat(List<String> a, List<String> b) {
        List<String> both = new ArrayList<>(a);
        both.addAll(b);
        return both;
    }

    @Test
    void theFirstConnectEverMissesNothing() {
        connect(0, "");
        live(0, 300);

        assertThat(journal).isEqualTo(events(0, 300));
        assertThat(marks).isEmpty();
    }

    @Test
    void aReplayedRingIsAppendedFromWhereTheJournalEnds() {
        connect(0, "");
        live(0, 10);

        now = time(20);
        connect(time(10), "the stream was cut");
        ring(0, 15);
        silence(20 * SECOND);

        assertThat(journal).isEqualTo(events(0, 15));
        assertThat(marks).isEmpty();
    }

    @Test
    void eventsOfTheSameBytesAreSeveralHoweverOftenTheRingRepeatsThem() {
        connect(0, "");
        for (String text : List.of("a", "b", "b", "a", "c", "b")) {
            now += SECOND;
            receive(text, START, true);
        }
        assertThat(journal).containsExactly("a", "b", "b", "a", "c", "b");

        for (int again = 0; again < 2; again++) {
            now += SECOND;
            connect(now, "the stream was cut");
            for (String text : List.of("a", "b", "b", "a", "c", "b", "b", "c")) {
                receive(text, START, true);
            }
            assertThat(journal).containsExactly("a", "b", "b", "a", "c", "b", "b", "c");
        }
        assertThat(marks).isEmpty();
    }

    @Test
    void whatHappensDuringTheConnectMayComeWithTheRingAndLive() {
        connect(0, "");
        live(0, 3);
        now += SECOND;
        connect(now, "the stream was cut");
        ring(0, 3);
        long crossing = now - MILLI / 2;
        receive("x", crossing, true);
        receive("y", crossing + 1, true);
        receive("x", crossing, true);
        receive("y", crossing + 1, true);
        receive("y", crossing + 1, true);
        assertThat(journal).as("twice and no more").containsExactly("e0", "e1", "e2", "x", "y", "y");

        now += SECOND;
        receive("x", crossing, true);
        assertThat(journal).as("no connect is near").endsWith("y", "y", "x");
    }

    @Test
    void nothingIsHeldBackWhileItIsNotKnownWhetherTheRingMeetsTheJournal() {
        connect(0, "");
        live(0, 10);
        now = time(500);
        connect(time(10), "the stream was cut");

        ring(100, 101);

        assertThat(journal).endsWith("e9", "e100");
        assertThat(marks).containsExactly(new Mark.Unsettled(time(10), time(100), "the stream was cut"));
    }

    @Test
    void aRingThatRanOverIsAGapUntilItsFirstEvent() {
        connect(0, "");
        live(0, 10);

        now = time(500);
        connect(time(10), "the stream was cut");
        ring(100, 100 + EventLedger.RING - 1);
        assertThat(marks).hasSize(1);
        ring(100 + EventLedger.RING - 1, 100 + EventLedger.RING + 5);

        assertThat(marks)
                .containsExactly(
                        new Mark.Unsettled(time(10), time(100), "the stream was cut"),
                        new Mark.Gap(
                                "event",
                                "",
                                time(10),
                                time(100),
                                "the stream was cut; the engine's ring of 256 events ran over"));
        assertThat(journal).isEqualTo(concat(events(0, 10), events(100, 100 + EventLedger.RING + 5)));
    }

    /** A host with a health check every second is never silent. */
    @Test
    void eventsThatHappenAfterTheConnectFillNoRing() {
        connect(0, "");
        live(0, 10);
        now = time(5_000);
        connect(time(10), "the engine went away");
        for (int i = 0; i < 300; i++) {
            now += SECOND / 3;
            receive("healthy " + i, now, true);
        }

        assertThat(journal).hasSize(310);
        assertThat(marks)
                .last()
                .isEqualTo(
                        new Mark.Gap(
                                "event",
                                "",
                                time(10),
                                time(5_000),
                                "the engine went away; "
                                        + "the engine no longer knows what it reported before: it was restarted, or is another one"));
    }

    @Test
    void aShortRingWithNothingKnownIsAGapOnceItFellSilent() {
        connect(0, "");
        live(0, 10);
        now = time(100);
        connect(time(10), "the engine went away");
        ledger.settle(now);
        ring(20, 23);
        silence(3 * SECOND - MILLI);
        assertThat(marks).hasSize(1);

        silence(MILLI);

        assertThat(marks)
                .containsExactly(
                        new Mark.Unsettled(time(10), time(20), "the engine went away"),
                        new Mark.Gap(
                                "event",
                                "",
                                time(10),
                                time(20),
                                "the engine went away; the engine no longer knows what it reported before:"
                                        + " it was restarted, or is another one"));
        assertThat(journal).endsWith("e20", "e21", "e22");
    }

    /** Its log may be longer than any ring, and may be gone. */
    @Test
    void anEngineWithALogHasNoRingThatRunsOver() {
        connect(0, "");
        live(0, 10);
        now = time(1_000);
        connect(time(10), "the recorder was not running", false);
        ring(100, 600);
        assertThat(marks).hasSize(1);
        silence(3 * SECOND);

        assertThat(marks)
                .last()
                .isInstanceOfSatisfying(
                        Mark.Gap.class,
                        gap -> assertThat(gap.reason())
                                .isEqualTo(
                                        "the recorder was not running; the engine does not repeat what it reported before"));
    }

    /** A disk that takes a second for the first record, a host that stands still: the ring waits in the queue. */
    @Test
    void aPauseOfTheProcessIsNotTheEnginesSilence() {
        connect(0, "");
        live(0, 10);
        ledger.settle(now);
        now = time(100);
        connect(time(10), "the recorder was not running");

        append(ledger.settle(now + 10 * SECOND));
        ring(9, 12);
        silence(10 * SECOND);

        assertThat(marks).isEmpty();
        assertThat(journal).isEqualTo(events(0, 12));
    }

    /** The next connection may show what this one could not. */
    @Test
    void theSilenceOfAStreamThatEndedProvesNothing() {
        connect(0, "");
        live(0, 10);
        now = time(100);
        connect(time(10), "the stream was cut");
        ledger.ended();
        silence(30 * SECOND);
        connect(now, "the stream was cut again");
        ring(9, 12);
        silence(30 * SECOND);

        assertThat(marks).isEmpty();
        assertThat(journal).isEqualTo(events(0, 12));
    }

    /** A run that was killed when it had heard of the engine, but had not yet written what the ring brought. */
    @Test
    void aRingThatReachesBeforeTheJournalMeetsItThoughNoEventIsKnown() {
        now = time(200);
        connect(time(100), "the recorder was not running");
        ring(0, 3);
        silence(5 * SECOND);

        assertThat(marks).isEmpty();
        assertThat(journal).isEqualTo(events(0, 3));
    }

    @Test
    void anEmptyRingIsAGapUntilTheConnect() {
        connect(0, "");
        live(0, 1);
        now = time(5_000);
        connect(time(1), "away");

        silence(3 * SECOND);

        assertThat(marks).hasSize(2).first().isEqualTo(new Mark.Unsettled(time(1), 0, "away"));
        assertThat(gaps()).extracting(Mark.Gap::from, Mark.Gap::to).containsExactly(tuple(time(1), time(5_000)));
    }

    @Test
    void anEngineThatNeverReportedAnythingMissesNothing() {
        connect(START - SECOND, "the recorder was not running");

        silence(5 * SECOND);

        assertThat(gaps()).isEmpty();
        assertThat(marks)
                .containsExactly(
                        new Mark.Unsettled(START - SECOND, 0, "the recorder was not running"),
                        new Mark.Settled(START - SECOND));
    }

    @Test
    void aStreamThatIsCutBeforeItMetTheJournalLeavesAGapAndItsEvents() {
        connect(0, "");
        live(0, 10);
        now = time(100);
        connect(time(9), "cut");
        ring(20, 23);
        ledger.ended();

        connect(time(23), "cut again");
        ring(21, 25);
        silence(5 * SECOND);

        assertThat(journal).isEqualTo(concat(events(0, 10), events(20, 25)));
        assertThat(gaps())
                .containsExactly(new Mark.Gap(
                        "event",
                        "",
                        time(9),
                        time(20),
                        "cut; the stream ended before it was known whether the engine repeats what is in the journal"));
    }

    /** A ring that begins with what was never heard of, because it got lost on the way, and goes on with what was. */
    @Test
    void aRingThatMeetsTheJournalLaterSettlesTheQuestionWithoutAGap() {
        connect(0, "");
        live(1, 10);
        now = time(100);
        connect(time(10), "cut");
        ring(0, 12);
        silence(5 * SECOND);

        assertThat(journal)
                .isEqualTo(List.of("e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9", "e0", "e10", "e11"));
        assertThat(marks).containsExactly(new Mark.Unsettled(time(10), time(0), "cut"), new Mark.Settled(time(10)));
    }

    /** What the filters keep out is not in the journal: nothing needs to be said before it. */
    @Test
    void anUnwantedEventRaisesNoQuestion() {
        connect(0, "");
        live(0, 10);
        now = time(100);
        connect(time(10), "cut");
        receive("unwanted", time(5), false);
        ring(9, 12);

        assertThat(marks).isEmpty();
    }

    @Test
    void aQuestionThatAKilledRunLeftOpenIsAnsweredByTheNext() {
        Supplier<Mark.Unsettled> question = () -> new Mark.Unsettled(time(10), time(20), "cut");
        restoreEvent("e9", time(9));
        restore(question.get());
        restoreEvent("e20", time(20));
        now = time(100);
        assertThat(ledger.snapshot())
                .hasSize(1)
                .allSatisfy(mark -> assertThat(Mark.fromJson(mark.payload())).isEqualTo(question.get()));
        connect(time(50), "the recorder was not running");
        ring(20, 23);

        assertThat(gaps()).singleElement().satisfies(gap -> {
            assertThat(gap.from()).isEqualTo(time(10));
            assertThat(gap.to()).isEqualTo(time(20));
        });
        assertThat(journal).isEqualTo(events(21, 23));
        assertThat(ledger.snapshot()).isEmpty();
    }

    @Test
    void aRunThatStopsAnswersTheQuestionThatItRaised() {
        append(ledger.stopped());
        restore(new Mark.Unsettled(time(10), time(20), "cut"));
        append(ledger.stopped());
        assertThat(marks)
                .as("of the run before, which the engine may answer yet")
                .isEmpty();

        ledger = newLedger();
        connect(0, "");
        live(0, 3);
        now = time(100);
        connect(time(10), "cut");
        ring(20, 22);
        ledger.ended();
        append(ledger.stopped());
        append(ledger.stopped());

        assertThat(gaps())
                .containsExactly(
                        new Mark.Gap(
                                "event",
                                "",
                                time(10),
                                time(20),
                                "cut; the recorder stopped before it was known whether the engine repeats what is in the journal"));
    }

    /** A clock that went back, an event of the year 1. */
    @Test
    void aGapNeverEndsBeforeItBegins() {
        for (long first : new long[] {-6_795_364_578_871_345_152L, 7, time(-5_000), time(1_000_000_000)}) {
            ledger = newLedger();
            marks.clear();
            now = START;
            connect(0, "");
            live(0, 3);
            now = time(-3_000);
            connect(time(3), "the clock went back");
            receive("first", first, true);
            silence(3 * SECOND);

            assertThat(gaps())
                    .singleElement()
                    .satisfies(gap -> assertThat(gap.from()).isLessThanOrEqualTo(gap.to()));
            assertThat(gaps().get(0).from()).isGreaterThanOrEqualTo(time(-3_000));
        }
    }

    private List<Mark.Gap> gaps() {
        return marks.stream()
                .filter(Mark.Gap.class::isInstance)
                .map(Mark.Gap.class::cast)
                .toList();
    }

    /** As where a run is killed just as it restates what is known in the segment of the run before. */
    @Test
    void aQuestionThatIsNotRestatedStaysOpen() {
        Mark question = new Mark.Unsettled(time(10), time(100), "the stream was cut");
        restore(question);
        restore(new Mark.SegmentStart("", 0));

        assertThat(ledger.snapshot())
                .extracting(mark -> Mark.fromJson(mark.payload()))
                .containsExactly(question);
        restore(new Mark.Settled(time(10)));
        assertThat(ledger.snapshot()).isEmpty();
    }

    @Test
    void keysSurviveASegmentStart() {
        connect(0, "");
        live(0, 700);
        String keys = ledger.keys(Set.of());
        ledger = newLedger();
        restore(new Mark.SegmentStart(keys, 0));
        restore(new Mark.SegmentStart(keys, 0));
        restore(new Mark.SegmentStart("no key", 0));
        restore(new Mark.SegmentStart("", 0));

        assertThat(keys.split(" ", -1)).hasSize(KnownEvents.WINDOW).allMatch(key -> key.matches("[0-9a-f]{16}"));
        assertThat(ledger.keys(Set.of())).isEqualTo(keys);
    }
}
