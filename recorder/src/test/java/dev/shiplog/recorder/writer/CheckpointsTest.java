package dev.shiplog.recorder.writer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CheckpointsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Appender.Recovery RECOVERY = new Appender.Recovery(false, 7, 0, List.of());

    private long now = 1_795_252_323_000_000_000L;
    private final Clock clock = new Clock(() -> now, () -> now, step -> {});

    /** Keeps the newest record of one kind. */
    private final class Newest implements Checkpoint {
        final Kind kind;
        final List<@Nullable Mark> marks = new ArrayList<>();

        @Nullable
        Record newest;

        Newest(Kind kind) {
            this.kind = kind;
        }

        @Override
        public void restore(Record record, @Nullable Mark mark) {
            if (record.kind() == kind) {
                newest = clock.restate(record);
            }
            if (record.kind() == Kind.MARK) {
                marks.add(mark);
            }
        }

        @Override
        public void appended(Record record) {
            newest = record.kind() == kind ? record : newest;
        }

        @Override
        public List<Record> snapshot() {
            return newest == null ? List.of() : List.of(newest);
        }
    }

    private Record record(Kind kind, String payload) {
        return new Record(0, kind, "c", now, now, now, payload.getBytes(UTF_8));
    }

    private Record mark(Mark mark) {
        return clock.mark(mark);
    }

    private static List<Mark> marks(List<Record> records) throws IOException {
        List<Mark> marks = new ArrayList<>();
        for (Record record : records) {
            if (record.kind() == Kind.MARK) {
                marks.add(Mark.fromJson(record.payload()));
            }
        }
        return marks;
    }

    @Test
    void aSegmentStartsWithItsMarkAndThenEachCheckpointInTheOrderOfTheList() throws IOException {
        Checkpoints checkpoints = new Checkpoints(clock, List.of(new Newest(Kind.HOST), new Newest(Kind.INSPECT)));
        checkpoints.restore(mark(new Mark.EngineUp("id", "28.5", "1.51")));
        checkpoints.appended(record(Kind.INSPECT, "{}"));
        checkpoints.appended(record(Kind.HOST, "{}"));

        List<Record> start = checkpoints.snapshot();

        assertThat(start).extracting(Record::kind).containsExactly(Kind.MARK, Kind.MARK, Kind.HOST, Kind.INSPECT);
        assertThat(marks(start)).containsExactly(new Mark.SegmentStart("", 1), new Mark.EngineUp("id", "28.5", "1.51"));
    }

    @Test
    void theNextRunStatesWhatTheRunBeforeStated() throws IOException {
        List<Checkpoint> sources = List.of(new Newest(Kind.HOST), new Newest(Kind.INSPECT));
        Checkpoints before = new Checkpoints(clock, sources);
        before.restore(mark(new Mark.EngineUp("id", "28.5", "1.51")));
        for (int i = 0; i < 3; i++) {
            before.restore(record(Kind.EVENT, "event " + i));
        }
        before.restore(mark(new Mark.Unsettled(now - SECOND, now, "it was away")));
        before.restore(record(Kind.INSPECT, "{\"v\":1}"));
        List<Record> stated = before.snapshot();
        now += SECOND;

        Checkpoints next = new Checkpoints(clock, List.of(new Newest(Kind.HOST), new Newest(Kind.INSPECT)));
        stated.forEach(next::restore);

        assertThat(marks(next.snapshot())).isEqualTo(marks(stated));
        assertThat(next.snapshot())
                .filteredOn(record -> record.kind() != Kind.MARK)
                .extracting(record -> new String(record.payload(), UTF_8))
                .containsExactly("{\"v\":1}");
    }

    @Test
    void aRunThatWasNotStoppedIsMarkedAndOneThatWasIsNot() {
        Checkpoints killed = new Checkpoints(clock, List.of());
        killed.restore(mark(new Mark.CleanStop("asked")));
        killed.restore(mark(new Mark.Start("1", Map.of())));
        assertThat(killed.restored(RECOVERY)).containsExactly(new Mark.UncleanStop(now, 7));

        Checkpoints stopped = new Checkpoints(clock, List.of());
        stopped.restore(mark(new Mark.Start("1", Map.of())));
        stopped.restore(mark(new Mark.CleanStop("asked")));
        stopped.restore(record(Kind.MARK, "{\"mark\":\"of a later version\"}"));
        assertThat(stopped.restored(RECOVERY)).isEmpty();
    }

    @Test
    void aMarkOfALaterVersionIsRestoredWithoutItsMeaning() {
        Newest source = new Newest(Kind.HOST);
        new Checkpoints(clock, List.of(source)).restore(record(Kind.MARK, "{\"mark\":\"of a later version\"}"));
        assertThat(source.marks).hasSize(1).containsOnlyNulls();
    }
}
