package dev.shiplog.journal.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarkTest {
    private static final long NOON = 1_795_262_400_000_000_000L;

    @Test
    void timesStandInFormsForProgramsAndPeople() throws IOException {
        List<Mark> marks = List.of(
                new Mark.Gap("event", "", NOON, NOON + 1_500_000_000, "why"),
                new Mark.Dropped("stats", 3, NOON, NOON + 1_500_000_000, "why"));
        for (Mark mark : marks) {
            assertThat(text(mark))
                    .contains("\"from\":1795262400000000000,\"to\":1795262401500000000,")
                    .contains("\"from_rfc3339\":\"2026-11-21T12:00:00Z\"")
                    .contains("\"to_rfc3339\":\"2026-11-21T12:00:01.5Z\"");
            assertThat(Mark.fromJson(mark.toJson())).isEqualTo(mark);
        }
        assertThat(text(new Mark.UncleanStop(NOON, 7)))
                .isEqualTo("{\"mark\":\"unclean-stop\",\"last\":1795262400000000000,\"lastSequence\":7,"
                        + "\"last_rfc3339\":\"2026-11-21T12:00:00Z\"}");
    }

    @Test
    void aTimeThatIsNotKnownIsNone() {
        assertThat(text(new Mark.UncleanStop(0, 7)))
                .isEqualTo("{\"mark\":\"unclean-stop\",\"last\":0,\"lastSequence\":7}");
    }

    private static String text(Mark mark) {
        return new String(mark.toJson(), StandardCharsets.UTF_8);
    }
}
