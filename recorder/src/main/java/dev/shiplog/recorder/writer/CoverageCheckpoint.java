package dev.shiplog.recorder.writer;

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
        coverage.apply(record);
    }

    @Override
    public void appended(Record record) {
        coverage.apply(record);
    }

    @Override
    public List<Record> snapshot() {
        return coverage.snapshot().stream().map(clock::restate).toList();
    }
}
