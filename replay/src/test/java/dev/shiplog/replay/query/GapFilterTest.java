package dev.shiplog.replay.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.Gap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GapFilterTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Mark GAP = new Mark.Gap("event", "", 100 * SECOND, 200 * SECOND, "the engine was down");

    private final ContainerIndex containers = new ContainerIndex();

    @Test
    void saysFromWhenToWhenAndWhy() {
        assertThat(find(TimeRange.ALL, List.of(), List.of(), GAP))
                .isEqualTo(
                        "gap: event from 1970-01-01T00:01:40Z to 1970-01-01T00:03:20Z not recorded: the engine was down");
        assertThat(find(
                        TimeRange.ALL,
                        List.of(),
                        List.of(),
                        new Mark.Dropped("stats", 7, SECOND, 2 * SECOND, "disk full")))
                .isEqualTo("gap: 7 stats from 1970-01-01T00:00:01Z to 1970-01-01T00:00:02Z not recorded: disk full");
        assertThat(find(TimeRange.ALL, List.of(), List.of(), new Mark.Gap("", "", SECOND, 2 * SECOND, "killed")))
                .isEqualTo("gap: everything from 1970-01-01T00:00:01Z to 1970-01-01T00:00:02Z not recorded: killed");
    }

    @Test
    void onlyAMessageIsMissingAtAMoment() {
        assertThat(find(TimeRange.ALL, List.of(), List.of(), new Mark.Dropped("stats", 1, SECOND, SECOND, "disk full")))
                .isEqualTo("gap: 1 stats from 1970-01-01T00:00:01Z to 1970-01-01T00:00:01Z not recorded: disk full");
    }

    @Test
    void aGapOfEverythingIsOneOfEachKind() {
        assertThat(find(TimeRange.ALL, List.of("host"), List.of(), new Mark.Gap("", "", SECOND, 2 * SECOND, "killed")))
                .isNotNull();
    }

    @Test
    void reportsAMessageThatWasTooLong() {
        Mark huge = new Mark.Oversized("event", "cafe", 12_000_000, "container exec_create", "00");
        assertThat(find(TimeRange.ALL, List.of(), List.of(), huge))
                .isEqualTo("gap: event of cafe at 1970-01-01T00:00:01Z not recorded: 12000000 bytes are too long");
        assertThat(find(TimeRange.ALL, List.of("stats"), List.of(), huge)).isNull();
        assertThat(find(new TimeRange(2 * SECOND, 3 * SECOND), List.of(), List.of(), huge))
                .isNull();
    }

    @Test
    void leavesOutWhatIsNotInTheRange() {
        assertThat(find(new TimeRange(0, 100 * SECOND), List.of(), List.of(), GAP))
                .isNull();
        assertThat(find(new TimeRange(0, 100 * SECOND + 1), List.of(), List.of(), GAP))
                .isNotNull();
        assertThat(find(new TimeRange(200 * SECOND, 300 * SECOND), List.of(), List.of(), GAP))
                .isNotNull();
        assertThat(find(new TimeRange(200 * SECOND + 1, 300 * SECOND), List.of(), List.of(), GAP))
                .isNull();
    }

    @Test
    void leavesOutWhatIsNotAskedFor() {
        Mark ofWeb = new Mark.Gap("stats", "cafe", SECOND, 2 * SECOND, "the stream broke");
        containers.apply(Records.decoded(Kind.STATS, "cafe", "{\"name\":\"/web\"}"));

        assertThat(find(TimeRange.ALL, List.of("stats"), List.of(), GAP)).isNull();
        assertThat(find(TimeRange.ALL, List.of("stats"), List.of("container=web"), ofWeb))
                .contains("stats of cafe");
        assertThat(find(TimeRange.ALL, List.of("stats"), List.of("container=db"), ofWeb))
                .isNull();
        assertThat(find(TimeRange.ALL, List.of(), List.of("container=db"), GAP)).isNotNull();
        assertThat(find(TimeRange.ALL, List.of(), List.of("event=die"), ofWeb)).isNull();
        assertThat(find(TimeRange.ALL, List.of(), List.of("event=die"), GAP)).isNotNull();
    }

    @Test
    void findsNoneInOtherRecords() {
        assertThat(find(TimeRange.ALL, List.of(), List.of(), new Mark.CleanStop("SIGTERM")))
                .isNull();
        assertThat(line(new GapFilter(TimeRange.ALL, new RecordFilter(List.of(), List.of()))
                        .apply(Records.decoded(Kind.LOG, "", "{\"mark\":\"gap\"}"), containers)))
                .isNull();
    }

    @Test
    void reportsAGapOfALaterVersion() {
        assertThat(line(new GapFilter(TimeRange.ALL, new RecordFilter(List.of(), List.of()))
                        .apply(Records.decoded(Kind.MARK, "", "{\"mark\":\"gap\",\"from\":\"noon\"}"), containers)))
                .isEqualTo("gap: record 1 tells of one in a way that this version does not know");
    }

    @Test
    void reportsAnEngineThatHasNotAnsweredSince() {
        Mark start = new Mark.Start("1", Map.of());
        Mark up = new Mark.EngineUp("id", "28", "1.50");
        Mark down = new Mark.EngineDown("connection refused");
        Mark stop = new Mark.CleanStop("SIGTERM");
        Mark killed = new Mark.UncleanStop(70 * SECOND, 5);
        String since = "gap: everything from 1970-01-01T00:01:40Z on not recorded: the engine has not answered since";

        assertThat(open(TimeRange.ALL, List.of(), start, down)).containsExactly(since);
        assertThat(open(TimeRange.ALL, List.of(), start, up, down, stop)).containsExactly(since);
        assertThat(open(TimeRange.ALL, List.of(), start, up, stop, start)).containsExactly(since);
        assertThat(open(TimeRange.ALL, List.of(), start, up, start, killed, down))
                .containsExactly(since.replace("00:01:40", "00:01:10"));
        assertThat(open(TimeRange.ALL, List.of(), start, up, down, up)).isEmpty();
        assertThat(open(TimeRange.ALL, List.of(), start, up, stop)).isEmpty();
        assertThat(open(TimeRange.ALL, List.of(), start, up, stop, start, up)).isEmpty();
        assertThat(open(TimeRange.ALL, List.of("mark"), start, down)).isEmpty();
        assertThat(open(new TimeRange(0, 100 * SECOND), List.of(), start, down)).isEmpty();
        assertThat(open(new TimeRange(500 * SECOND, 600 * SECOND), List.of(), start, down))
                .containsExactly(since);
    }

    /** An engine that is slow to say who it is: its samples come before that. */
    @Test
    void anEngineThatIsHeardHasAnswered() {
        GapFilter gaps = new GapFilter(TimeRange.ALL, new RecordFilter(List.of(), List.of()));
        observe(gaps, 100, new Mark.EngineDown("connection refused"));
        gaps.apply(Records.decoded(Kind.STATS, "cafe", 99 * SECOND, "{}".getBytes(UTF_8)), containers);
        assertThat(gaps.open()).as("it was on its way").hasSize(1);
        gaps.apply(Records.decoded(Kind.STATS, "cafe", 101 * SECOND, "{}".getBytes(UTF_8)), containers);
        assertThat(gaps.open()).isEmpty();
    }

    @Test
    void reportsEventsThatMayBeMissing() {
        Mark question = new Mark.Unsettled(100 * SECOND, 200 * SECOND, "the recorder was not running");
        Mark openQuestion = new Mark.Unsettled(100 * SECOND, 0, "the recorder was not running");
        String line = "gap: event from 1970-01-01T00:01:40Z to 1970-01-01T00:03:20Z may be missing: the recorder was"
                + " not running; it is not known whether the engine repeated all that happened since";

        assertThat(open(TimeRange.ALL, List.of(), question)).containsExactly(line);
        assertThat(open(TimeRange.ALL, List.of(), openQuestion))
                .containsExactly(line.replace("to 1970-01-01T00:03:20Z", "on"));
        assertThat(open(TimeRange.ALL, List.of("stats"), question)).isEmpty();
        assertThat(open(new TimeRange(0, 100 * SECOND), List.of(), question)).isEmpty();
        assertThat(open(TimeRange.ALL, List.of(), question, new Mark.Settled(100 * SECOND)))
                .isEmpty();
        GapFilter gaps = new GapFilter(TimeRange.ALL, new RecordFilter(List.of(), List.of()));
        observe(gaps, 100, question);
        observe(gaps, 101, GAP);
        assertThat(gaps.open()).isEmpty();
    }

    private void observe(GapFilter gaps, long second, Mark mark) {
        gaps.apply(Records.decoded(Kind.MARK, "", second * SECOND, mark.toJson()), containers);
    }

    private List<String> open(TimeRange range, List<String> kinds, Mark... marks) {
        GapFilter gaps = new GapFilter(range, new RecordFilter(kinds, List.of()));
        for (Mark mark : marks) {
            assertThat(gaps.apply(Records.decoded(Kind.MARK, "", 100 * SECOND, mark.toJson()), containers))
                    .isNull();
        }
        return gaps.open().stream().map(GapLine::of).toList();
    }

    private @Nullable String find(TimeRange range, List<String> kinds, List<String> filters, Mark mark) {
        return line(new GapFilter(range, new RecordFilter(kinds, filters))
                .apply(Records.decoded(Kind.MARK, "", SECOND, mark.toJson()), containers));
    }

    private static @Nullable String line(@Nullable Gap gap) {
        return gap == null ? null : GapLine.of(gap);
    }
}
