package dev.shiplog.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoverageTest {
    private static final long SECOND = 1_000_000_000L;
    /** A time at which there was an engine. */
    private static final long BEGIN = 1_795_252_323L * SECOND;

    private static final Mark START = new Mark.Start("1", Map.of());
    private static final Mark UP = new Mark.EngineUp("id", "28", "1.50");
    private static final Mark DOWN = new Mark.EngineDown("connection refused");
    private static final Mark STOP = new Mark.CleanStop("SIGTERM");

    private final Coverage coverage = new Coverage();

    @Test
    void aQuietStreamHadDeliveredEverythingWhenItEnded() {
        mark(0, UP);
        event(1);
        mark(7, DOWN);

        assertThat(second(coverage.since())).isEqualTo(7);
    }

    @Test
    void aBurstThatWasCutHadDeliveredEverythingUpToItsLastEvent() {
        mark(0, UP);
        event(4);
        coverage.streamEnded(BEGIN + 8 * SECOND + SECOND / 2); // an event may take seconds on a slow host

        assertThat(second(coverage.since())).isEqualTo(4);
    }

    @Test
    void aRunThatDidNotReachTheEngineHidesNoneOfTheOutage() {
        mark(0, UP);
        event(1);
        mark(10, STOP);
        mark(50, START);
        mark(51, DOWN);
        mark(60, STOP);
        coverage.runEnded();

        assertThat(second(coverage.since())).isEqualTo(10);
        assertThat(second(coverage.withoutSamplesSince())).isEqualTo(10);
        assertThat(coverage.snapshot())
                .extracting(mark -> Mark.fromJson(mark.payload()))
                .containsExactly(UP, new Mark.EngineDown("the recorder was not running"));
    }

    @Test
    void anEngineThatIsReachedAtOnceLeavesNothingUncovered() {
        mark(0, START);

        assertThat(coverage.since()).isZero();
        assertThat(coverage.withoutSamplesSince()).isZero();
    }

    @Test
    void runsThatEndedBeforeTheyReachedTheEngineOweItsEventsFromTheFirstStart() {
        mark(0, START);
        mark(10, START);
        assertThat(second(coverage.since())).isZero();
        assertThat(second(coverage.withoutSamplesSince())).isZero();
        mark(12, DOWN);
        mark(20, START);

        assertThat(coverage.since()).isEqualTo(BEGIN);
        assertThat(coverage.silentSince()).isPositive();
    }

    @Test
    void anEngineThatIsNotReachedAtOnceOwesItsEventsFromTheStart() {
        mark(0, START);
        mark(1, DOWN);

        assertThat(coverage.since()).isEqualTo(BEGIN);
        assertThat(second(coverage.withoutSamplesSince())).isEqualTo(1);
        assertThat(coverage.reason("another")).isEqualTo("connection refused");
    }

    @Test
    void aSegmentAnswersAlone() {
        coverage.apply(record(30, 20, new Mark.SegmentStart("", 0)));
        mark(30, UP);
        coverage.apply(record(30, 22, DOWN));

        assertThat(second(coverage.since())).isEqualTo(20);
    }

    @Test
    void aSampleBeforeTheStreamIsOpenDoesNotMoveTheWatermark() {
        mark(0, UP);
        mark(10, DOWN);
        sample(20);
        assertThat(second(coverage.withoutSamplesSince())).isEqualTo(10);

        mark(21, UP);
        sample(22);
        assertThat(second(coverage.withoutSamplesSince())).isEqualTo(22);
    }

    @Test
    void anEventThatWasStampedLongAgoSaysNothing() {
        mark(0, UP);
        event(100);
        coverage.event(BEGIN + 101 * SECOND, BEGIN + 3 * SECOND);
        assertThat(second(coverage.completeAt(BEGIN + 101 * SECOND))).isEqualTo(100);

        coverage.event(BEGIN + 50 * SECOND, BEGIN + 50 * SECOND);
        assertThat(second(coverage.completeAt(BEGIN + 50 * SECOND)))
                .as("the recorder's clock went back")
                .isEqualTo(50);
    }

    @Test
    void anOversizedEventIsAnEvent() {
        mark(0, UP);
        mark(4, new Mark.Oversized("event", "cafe", 12_000_000, "container exec_create", "00"));
        coverage.streamEnded(BEGIN + 4 * SECOND + 1);

        assertThat(second(coverage.since())).isEqualTo(4);
    }

    @Test
    void theEngineIsSilentFromTheEndOfItsStreamOrOfTheRunUntilItAnswers() {
        assertThat(silentSince(START, DOWN)).isEqualTo(100);
        assertThat(silentSince(START, UP, DOWN, STOP)).isEqualTo(100);
        assertThat(silentSince(START, UP, STOP, START)).isEqualTo(100);
        assertThat(silentSince(START, UP, START, new Mark.UncleanStop(BEGIN + 70 * SECOND, 5), DOWN))
                .isEqualTo(70);
        assertThat(silentSince(START, UP, DOWN, UP)).isEqualTo(-1);
        assertThat(silentSince(START, UP, STOP)).as("no run has begun since").isEqualTo(-1);
        assertThat(silentSince(START, UP, STOP, START, UP)).isEqualTo(-1);
    }

    /** An engine that is slow to say who it is: its samples come before that. */
    @Test
    void aSampleProvesThatTheEngineAnswers() {
        mark(100, DOWN);
        sample(99);
        assertThat(second(coverage.silentSince())).as("it was on its way").isEqualTo(100);
        sample(101);
        assertThat(coverage.silentSince()).isZero();
    }

    @Test
    void aQuestionIsOpenUntilItIsAnswered() {
        Mark.Unsettled question = new Mark.Unsettled(1, 2, "the recorder was not running");
        for (Mark answer : new Mark[] {new Mark.Settled(1), new Mark.Gap("event", "", 1, 2, "the ring ran over")}) {
            mark(1, question);
            assertThat(coverage.unsettled()).isEqualTo(question);
            mark(2, new Mark.Gap("stats", "", 1, 2, "the engine was down"));
            assertThat(coverage.unsettled()).isEqualTo(question);
            mark(3, answer);
            assertThat(coverage.unsettled()).isNull();
        }
    }

    @Test
    void bothFormsOfARecordSayTheSame() {
        Coverage ofViews = new Coverage();
        for (Record record : new Record[] {
            record(0, 0, UP), record(5, 5, DOWN), record(9, 9, STOP), record(20, 20, START), record(21, 21, UP)
        }) {
            coverage.apply(record);
            ofViews.apply(Records.decoded(record.kind(), record.subject(), record.received(), record.payload()));
            assertThat(ofViews.since()).isEqualTo(coverage.since());
            assertThat(ofViews.silentSince()).isEqualTo(coverage.silentSince());
            assertThat(ofViews.connectedAt()).isEqualTo(coverage.connectedAt());
            assertThat(ofViews.newest()).isEqualTo(coverage.newest()).isEqualTo(record.received());
        }
    }

    private void mark(long second, Mark mark) {
        coverage.apply(record(second, second, mark));
    }

    private void event(long second) {
        coverage.apply(record(Kind.EVENT, second, second, new byte[0]));
    }

    private void sample(long second) {
        coverage.apply(record(Kind.STATS, second, second, new byte[0]));
    }

    private static Record record(long received, long time, Mark mark) {
        return record(Kind.MARK, received, time, mark.toJson());
    }

    private static Record record(Kind kind, long received, long time, byte[] payload) {
        return new Record(1, kind, "", BEGIN + time * SECOND, BEGIN + received * SECOND, 0, payload);
    }

    /** The second, or -1 for never. */
    private static long second(long time) {
        return time == 0 ? -1 : (time - BEGIN) / SECOND;
    }

    private static long silentSince(Mark... marks) {
        Coverage coverage = new Coverage();
        for (Mark mark : marks) {
            coverage.apply(record(100, 100, mark));
        }
        return second(coverage.silentSince());
    }
}
