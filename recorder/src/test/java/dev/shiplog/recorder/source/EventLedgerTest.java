package dev.shiplog.recorder.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventLedgerTest {
    private static final long SECOND = 1_000_000_000L;

    private final List<String> journal = new ArrayList<>();
    private final List<Mark.Gap> gaps = new ArrayList<>();
    private EventLedger ledger = newLedger();
    private long time = 1_000 * SECOND;

    private EventLedger newLedger() {
        return new EventLedger(mark -> new Record(0, Kind.MARK, "", time, time, 0, mark.toJson()));
    }

    private Arrival.Event event(String text, long at) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        return new Arrival.Event(
                new Record(0, Kind.EVENT, "", at, at, at, payload), EventLedger.key(payload), true, Arrival.Haste.SOON);
    }

    /** As the writer does it. */
    private void append(List<Arrival> arrivals) {
        for (Arrival arrival : arrivals) {
            if (arrival instanceof Arrival.Event event) {
                if (!ledger.holds(event.key())) {
                    journal.add(new String(event.record().payload(), StandardCharsets.UTF_8));
                    ledger.appended(event.key());
                }
            } else if (arrival instanceof Arrival.Plain) {
                try {
                    gaps.add((Mark.Gap) Mark.fromJson(arrival.record().payload()));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private void connect(long since, String reason, long at) {
        Record up = new Record(0, Kind.MARK, "", at, at, 0, new byte[0]);
        append(ledger.connected(new Arrival.Connected(up, true, "", since, reason), since));
    }

    private void receive(int from, int to) {
        for (int i = from; i < to; i++) {
            append(ledger.admit(event("e" + i, 1_000 * SECOND + i)));
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
        connect(0, "", time);
        receive(0, 300);

        assertThat(journal).isEqualTo(events(0, 300));
        assertThat(gaps).isEmpty();
    }

    @Test
    void aReplayedRingIsAppendedFromWhereTheJournalEnds() {
        connect(0, "", time);
        receive(0, 10);

        connect(time, "the stream was cut", time);
        receive(0, 15);

        assertThat(journal).isEqualTo(events(0, 15));
        assertThat(gaps).isEmpty();
    }

    @Test
    void aRingThatRanOverIsAGapBeforeItsFirstEvent() {
        connect(0, "", time);
        receive(0, 10);

        connect(1_000 * SECOND + 10, "the stream was cut", time);
        receive(100, 100 + EventLedger.RING - 1);
        assertThat(journal)
                .as("held back until it is known whether a gap comes first")
                .hasSize(10);
        receive(100 + EventLedger.RING - 1, 100 + EventLedger.RING + 5);

        assertThat(gaps)
                .containsExactly(new Mark.Gap(
                        "event",
                        "",
                        1_000 * SECOND + 10,
                        1_000 * SECOND + 100,
                        "the stream was cut; the engine's ring of 256 events ran over"));
        assertThat(journal.subList(10, journal.size())).isEqualTo(events(100, 100 + EventLedger.RING + 5));
    }

    @Test
    void aShortRingWithNothingKnownIsAGapOnceItFellSilent() {
        connect(0, "", time);
        receive(0, 10);
        ledger.settle(time);
        connect(time, "the engine went away", time + SECOND);
        receive(20, 23);

        for (int tenths = 1; tenths < 30; tenths++) {
            append(ledger.settle(time + tenths * SECOND / 10));
        }
        assertThat(gaps).isEmpty();
        append(ledger.settle(time + 3 * SECOND));

        assertThat(gaps).hasSize(1);
        assertThat(gaps.get(0).reason())
                .isEqualTo("the engine went away; "
                        + "the engine forgot what it reported before: it was restarted, or is another one");
        assertThat(journal).endsWith("e20", "e21", "e22");
    }

    /** A disk that takes a second for the first record, a host that stands still: the ring waits in the queue. */
    @Test
    void theTimeInWhichItWasHeldUpIsNotTheEnginesSilence() {
        connect(0, "", time);
        receive(0, 10);
        ledger.settle(time);
        connect(time, "the recorder was not running", time + SECOND);

        append(ledger.settle(time + 10 * SECOND));
        receive(9, 12);

        assertThat(gaps).isEmpty();
        assertThat(journal).isEqualTo(events(0, 12));
    }

    /** A run that was killed when it had heard of the engine, but had not yet written what the ring brought. */
    @Test
    void aRingThatReachesBehindTheJournalMeetsItThoughNoEventIsKnown() {
        ledger = newLedger();
        connect(time + SECOND, "the recorder was not running", time + 2 * SECOND);
        receive(0, 3);
        for (int i = 0; i < 50; i++) {
            append(ledger.settle(time + i * SECOND / 10));
        }

        assertThat(gaps).isEmpty();
        assertThat(journal).isEqualTo(events(0, 3));
    }

    @Test
    void anEmptyRingIsAGapUntilTheConnect() {
        connect(0, "", time);
        receive(0, 1);
        connect(time, "away", time + 5 * SECOND);

        append(ledger.settleNow());

        assertThat(gaps).extracting(Mark.Gap::from, Mark.Gap::to).containsExactly(tuple(time, time + 5 * SECOND));
    }

    @Test
    void anEngineThatNeverReportedAnythingMissesNothing() {
        connect(time, "the recorder was not running", time);

        append(ledger.settleNow());

        assertThat(gaps).isEmpty();
    }

    @Test
    void aStreamThatIsCutBeforeItMetTheJournalLeavesAGapAndItsEvents() {
        connect(0, "", time);
        receive(0, 10);
        connect(1_000 * SECOND + 9, "cut", time);
        receive(20, 23);

        connect(time, "cut again", time);
        receive(21, 25);

        assertThat(journal).containsExactlyElementsOf(concat(events(0, 10), events(20, 25)));
        assertThat(gaps)
                .containsExactly(new Mark.Gap(
                        "event",
                        "",
                        1_000 * SECOND + 9,
                        1_000 * SECOND + 20,
                        "cut; the stream was cut before it met what is known"));
    }

    @Test
    void keysSurviveASegmentsHead() {
        connect(0, "", time);
        receive(0, 700);
        String keys = ledger.keys();
        ledger = newLedger();
        ledger.resume(keys);
        ledger.resume("no key");
        ledger.resume("");

        assertThat(keys.split(" ", -1)).hasSize(EventLedger.WINDOW).allMatch(key -> key.matches("[0-9a-f]{16}"));
        assertThat(ledger.keys()).isEqualTo(keys);
    }
}
