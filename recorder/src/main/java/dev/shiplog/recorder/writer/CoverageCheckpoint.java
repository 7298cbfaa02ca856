package dev.shiplog.recorder.writer;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.timeline.Coverage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Restores from the newest segment up to when the journal holds all events, and states it in each new one. */
final class CoverageCheckpoint implements Checkpoint {
    private final Coverage coverage;
    private final Clock clock;

    CoverageCheckpoint(Coverage coverage, Clock clock) {
        this.coverage = coverage;
        this.clock = clock;
    }

    @Override
    public void restore(Record record, @Nullable Mark mark) {
        coverage.passed(record.received());
        switch (record.kind()) {
            case EVENT -> coverage.event(record.received(), record.time());
            case STATS -> coverage.sampled(record.received());
            case INSPECT, HOST, LOG, ENGINE_METRICS, SOCKETS -> coverage.contact();
            case MARK -> restoreMark(record, mark);
        }
    }

    private void restoreMark(Record record, @Nullable Mark mark) {
        if (mark instanceof Mark.SegmentStart) {
            coverage.segment(record);
        } else if (mark instanceof Mark.EngineUp) {
            coverage.up(record);
        } else if (mark instanceof Mark.EngineDown) {
            coverage.down(record);
        } else if (mark instanceof Mark.Oversized message && message.kind().equals(Kind.EVENT.label())) {
            coverage.event(record.received(), record.time());
        }
    }

    @Override
    public List<Record> snapshot() {
        return coverage.head().stream().map(clock::restate).toList();
    }
}
