package dev.shiplog.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GapFinderTest {
    private final GapFinder finder = new GapFinder();

    @Test
    void eachMarkOfAGapBecomesAValue() {
        assertThat(find(new Mark.Gap("stats", "cafe", 1, 2, "the stream broke")))
                .isEqualTo(new Gap(Gap.Type.CERTAIN, "stats", "cafe", 0, 1, 2, "the stream broke"));
        assertThat(find(new Mark.Dropped("stats", 7, 1, 2, "disk full")))
                .isEqualTo(new Gap(Gap.Type.CERTAIN, "stats", "", 7, 1, 2, "disk full"));
        assertThat(find(new Mark.Oversized("event", "cafe", 12_000_000, "container exec_create", "00")))
                .isEqualTo(new Gap(Gap.Type.MESSAGE, "event", "cafe", 0, 5, 5, "12000000 bytes are too long"));
        assertThat(finder.open()).isEmpty();
    }

    @Test
    void otherRecordsReportNone() {
        assertThat(find(new Mark.CleanStop("SIGTERM"))).isNull();
        assertThat(finder.apply(Records.decoded(Kind.LOG, "", "{\"mark\":\"gap\"}")))
                .isNull();
    }

    @Test
    void aGapOfALaterVersionIsUnknown() {
        Gap gap = finder.apply(Records.decoded(Kind.MARK, "", "{\"mark\":\"gap\",\"from\":\"noon\"}"));

        assertThat(gap)
                .isEqualTo(Gap.unknown("record 1 tells of one in a way that this version does not know"))
                .extracting(Gap::type)
                .isEqualTo(Gap.Type.UNKNOWN);
    }

    @Test
    void whatIsNotOverIsOpen() {
        find(new Mark.Unsettled(1, 0, "the recorder was not running"));
        find(new Mark.EngineDown("connection refused"));

        assertThat(finder.open())
                .containsExactly(
                        new Gap(
                                Gap.Type.POSSIBLE,
                                "event",
                                "",
                                0,
                                1,
                                Long.MAX_VALUE,
                                "the recorder was not running; it is not known whether the engine repeated all that"
                                        + " happened since"),
                        new Gap(Gap.Type.CERTAIN, "", "", 0, 5, Long.MAX_VALUE, "the engine has not answered since"))
                .allMatch(Gap::isOpen);
    }

    @Test
    void aQuestionWithAnEndIsPossibleButNotOpen() {
        find(new Mark.Unsettled(1, 3, "the recorder was not running"));

        assertThat(finder.open()).singleElement().satisfies(gap -> {
            assertThat(gap.isOpen()).isFalse();
            assertThat(gap.type()).isEqualTo(Gap.Type.POSSIBLE);
            assertThat(gap.to()).isEqualTo(3);
        });
    }

    @Test
    void anotherJournalSaysNothingAboutThisOne() {
        finder.apply(numbered(9, new Mark.EngineDown("connection refused")));
        assertThat(finder.open()).hasSize(1);
        finder.apply(numbered(1, new Mark.ClockStep(1)));
        assertThat(finder.open()).isEmpty();
    }

    private @Nullable Gap find(Mark mark) {
        return finder.apply(Records.decoded(5, mark));
    }

    private static RecordView numbered(long sequence, Mark mark) {
        return Records.decoded(new Record(sequence, Kind.MARK, "", 5, 5, 5, mark.toJson()));
    }
}
