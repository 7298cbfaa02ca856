package dev.shiplog.recorder.writer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TallyTest {
    private static final long SECOND = 1_000_000_000L;

    private final Tally tally = new Tally(new Clock.Reading(5, 0));

    private void samples(int count) {
        for (int i = 0; i < count; i++) {
            tally.appended(new Record(0, Kind.STATS, "c", 1, 7, 1, new byte[0]));
        }
    }

    @Test
    void countsByKindAndKeepsTheLastGap() {
        samples(3);
        Mark.Gap first = new Mark.Gap("stats", "c", 1, 2, "it hangs");
        Mark.Gap second = new Mark.Gap("event", "", 3, 4, "it was away");
        for (Mark mark : new Mark[] {first, second, new Mark.Note("a note of a gap")}) {
            tally.appended(new Record(0, Kind.MARK, "", 1, 9, 1, mark.toJson()));
        }
        assertThat(tally.records()).hasSize(2).containsEntry(Kind.STATS, 3L).containsEntry(Kind.MARK, 3L);
        assertThat(tally.gaps()).isEqualTo(new Tally.Gaps(Map.of("stats", 1L, "event", 1L), second));
        assertThat(tally.gaps().count()).isEqualTo(2);
        assertThat(tally.newestReceived()).isEqualTo(9);
    }

    @Test
    void theRateIsThatOfTheLastMinute() {
        assertThat(tally.sampleRate()).isZero();
        for (int second = 1; second <= 30; second++) {
            samples(10);
            tally.turned(second * SECOND);
            tally.turned(second * SECOND + 1);
        }
        assertThat(tally.sampleRate()).as("since the start").isEqualTo(10.0);
        for (int second = 31; second <= 90; second++) {
            samples(2);
            tally.turned(second * SECOND);
        }
        assertThat(tally.sampleRate()).as("the first half minute is forgotten").isEqualTo(2.0);
        tally.turned(120 * SECOND);
        assertThat(tally.sampleRate()).as("a pause counts").isBetween(1.2, 1.4);
        assertThat(tally.turnedAt()).isEqualTo(120 * SECOND);
    }

    @Test
    void whatIsNotForcedToDiskIsAsOldAsItsFirstRecord() {
        assertThat(tally.unforcedSince()).isZero();
        tally.unforced(3);
        tally.unforced(4);
        assertThat(tally.unforcedSince()).isEqualTo(3);
        tally.forced();
        assertThat(tally.unforcedSince()).isZero();
    }
}
