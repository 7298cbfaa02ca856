package dev.shiplog.journal.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MarkTest {
    private static final long NOON = 1_795_262_400_000_000_000L;

    @Test
    void timesStandInFormsForProgramsAndPeople() throws IOException {
        List<Mark> marks = List.of(
                new Mark.Gap("event", "", NOON, NOON + 1_500_000_000, "why"),
                new Mark.Dropped("stats", 3, NOON, NOON + 1_500_000_000, "why"),
                new Mark.Unsettled(NOON, NOON + 1_500_000_000, "why"),
                new Mark.Retention("a.cq4", "b.cq4", 2, 3, 4, NOON, NOON + 1_500_000_000, "why"));
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
        assertThat(text(new Mark.Settled(NOON)))
                .isEqualTo("{\"mark\":\"settled\",\"from\":1795262400000000000,"
                        + "\"from_rfc3339\":\"2026-11-21T12:00:00Z\"}");
    }

    @Test
    void aTimeThatIsNotKnownIsNone() {
        assertThat(text(new Mark.UncleanStop(0, 7)))
                .isEqualTo("{\"mark\":\"unclean-stop\",\"last\":0,\"lastSequence\":7}");
        assertThat(text(new Mark.Unsettled(NOON, 0, "why")))
                .contains("\"from_rfc3339\"")
                .doesNotContain("\"to_rfc3339\"");
    }

    @Test
    void membersThatAreNotThereAreEmpty() throws IOException {
        assertThat(read("gap", "")).isEqualTo(new Mark.Gap("", "", 0, 0, ""));
        assertThat(read("gap", ",\"kind\":null,\"to\":null")).isEqualTo(new Mark.Gap("", "", 0, 0, ""));
        assertThat(read("start", "")).isEqualTo(new Mark.Start("", Map.of()));
        assertThat(read("redaction", "")).isEqualTo(new Mark.Redaction("", "", List.of()));
        assertThat(read("retention", "")).isEqualTo(new Mark.Retention("", "", 0, 0, 0, 0, 0, ""));
        assertThat(read("oversized", "")).isEqualTo(new Mark.Oversized("", "", 0, "", ""));
    }

    @Test
    void everyMarkIsInTheListOfTypes() {
        assertThat(marks(Mark.class))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(MarkType.values()).map(MarkType::content).toList());
    }

    @Test
    void aMarkIsKnownByTheNameAtItsBeginning() {
        Mark mark = new Mark.EngineDown("why");
        byte[] json = mark.toJson();
        assertThat(mark.type()).isEqualTo(MarkType.ENGINE_DOWN);
        assertThat(MarkType.of(json, json.length)).isEqualTo(MarkType.ENGINE_DOWN);
        assertThat(MarkType.of(json, "{\"mark\":\"engine-down".length())).isNull();
        byte[] later = "{\"mark\":\"engine-down-again\",\"reason\":\"why\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(MarkType.of(later, later.length)).isNull();
    }

    /** The records among the marks; the interfaces between are none. */
    private static List<Class<?>> marks(Class<?> type) {
        return type.isRecord()
                ? List.of(type)
                : Arrays.stream(type.getPermittedSubclasses())
                        .flatMap(permitted -> marks(permitted).stream())
                        .toList();
    }

    private static Mark read(String name, String members) throws IOException {
        return Mark.fromJson(("{\"mark\":\"" + name + "\"" + members + "}").getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Mark mark) {
        return new String(mark.toJson(), StandardCharsets.UTF_8);
    }
}
