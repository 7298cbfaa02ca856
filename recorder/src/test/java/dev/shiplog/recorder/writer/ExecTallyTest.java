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
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExecTallyTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NOON = 1_795_262_400L * SECOND;

    private final ExecTally tally = new ExecTally();
    private int keys;

    /** Received half a second later. */
    private void count(String container, String action, String execId, String more, long time) {
        String payload = "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + container
                + "\",\"Attributes\":{\"execID\":\"" + execId + "\"" + more + "}}}";
        long received = time + SECOND / 2;
        tally.count(
                new Record(
                        0, Kind.EVENT, container, time, received, received, payload.getBytes(StandardCharsets.UTF_8)),
                ++keys);
    }

    private void probe(String container, int number, int code, long time) {
        String id = container + number;
        count(container, "exec_create: /bin/sh -c probe", id, "", time);
        count(container, "exec_start: /bin/sh -c probe", id, "", time + 1);
        count(container, "exec_die", id, ",\"exitCode\":\"" + code + "\"", time + 2);
    }

    private List<Mark.Execs> due(long now, boolean isLast) throws IOException {
        List<Mark.Execs> marks = new ArrayList<>();
        for (Record record : tally.due(new Clock.Reading(now, now), isLast)) {
            Mark.Execs mark = (Mark.Execs) Mark.fromJson(record.payload());
            assertThat(record.time()).isEqualTo(mark.to());
            assertThat(record.subject()).isEqualTo(mark.subject());
            marks.add(mark);
        }
        return marks;
    }

    @Test
    void countsByContainerCommandAndMinuteOnceTheMinuteIsOver() throws IOException {
        probe("a", 1, 0, NOON);
        probe("a", 2, 1, NOON + 30 * SECOND);
        probe("b", 1, 0, NOON + 31 * SECOND);
        count("a", "exec_create: top", "t", "", NOON + 32 * SECOND);
        assertThat(due(NOON + 59 * SECOND, false)).isEmpty();
        assertThat(tally.keys()).hasSize(10);
        assertThat(due(NOON + 60 * SECOND, false))
                .containsExactly(
                        new Mark.Execs(
                                "a",
                                "/bin/sh -c probe",
                                NOON,
                                NOON + 30 * SECOND + 2,
                                2,
                                2,
                                2,
                                Map.of("0", 1L, "1", 1L),
                                "0000000000000001 0000000000000002 0000000000000003"
                                        + " 0000000000000004 0000000000000005 0000000000000006"),
                        new Mark.Execs(
                                "b",
                                "/bin/sh -c probe",
                                NOON + 31 * SECOND,
                                NOON + 31 * SECOND + 2,
                                1,
                                1,
                                1,
                                Map.of("0", 1L),
                                "0000000000000007 0000000000000008 0000000000000009"),
                        new Mark.Execs(
                                "a",
                                "top",
                                NOON + 32 * SECOND,
                                NOON + 32 * SECOND,
                                1,
                                0,
                                0,
                                Map.of(),
                                "000000000000000a"));
        assertThat(tally.keys()).isEmpty();
        assertThat(due(NOON + 120 * SECOND, true)).isEmpty();
    }

    @Test
    void aCommandThatOutlivesItsMinuteKeepsItsName() throws IOException {
        count("a", "exec_start: sleep 40", "s", "", NOON + 50 * SECOND);
        assertThat(due(NOON + 60 * SECOND, false)).hasSize(1);
        count("a", "exec_die", "s", ",\"exitCode\":\"0\"", NOON + 90 * SECOND);
        count("a", "exec_die", "unknown", ",\"exitCode\":\"7\"", NOON + 91 * SECOND);
        assertThat(due(NOON + 92 * SECOND, true))
                .extracting(Mark.Execs::command, Mark.Execs::exitCodes)
                .containsExactly(tuple("sleep 40", Map.of("0", 1L)), tuple("", Map.of("7", 1L)));
    }

    @Test
    void whatTheEngineRepeatsIsCountedInItsOwnMinutes() throws IOException {
        for (int i = 0; i < 5; i++) {
            String id = String.valueOf(i);
            count("a", "exec_create: probe", id, "", NOON + i * 60L * SECOND);
        }
        assertThat(due(NOON + 300 * SECOND, false)).hasSize(5);
    }

    @Test
    void memoryIsBoundedAndNothingIsLost() throws IOException {
        long created = 0;
        for (int i = 0; i < 20_000; i++) {
            count("a", "exec_create: " + i + "x".repeat(2_000), "e" + i, "", NOON + i);
            List<Mark.Execs> marks = due(NOON + SECOND, i == 19_999);
            assertThat(marks).hasSizeLessThanOrEqualTo(1_000);
            created += marks.stream().mapToLong(Mark.Execs::created).sum();
        }
        assertThat(created).isEqualTo(20_000);
        for (int i = 0; i < 3_000; i++) {
            count("c" + i % 100, "exec_create: probe", "f" + i, "", NOON + i);
        }
        assertThat(tally.keys()).as("as many as the engine may repeat").hasSize(256);
        assertThat(due(NOON + SECOND, true).stream()
                        .mapToInt(mark ->
                                mark.events().isEmpty() ? 0 : mark.events().split(" ", -1).length)
                        .sum())
                .isEqualTo(256);
    }
}
