package dev.shiplog.recorder.writer;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** States in each segment up to which sequence retention took the journal, so that the newest one alone says it. */
final class RetentionCheckpoint implements Checkpoint {
    private final Clock clock;
    /** The mark with the highest sequence; null if nothing was taken. */
    private @Nullable Record highest;

    private long lastSequence;

    RetentionCheckpoint(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void restore(Record record, @Nullable Mark mark) {
        if (mark instanceof Mark.Retention retention && retention.lastSequence() >= lastSequence) {
            highest = record;
            lastSequence = retention.lastSequence();
        }
    }

    @Override
    public void appended(Record record) {
        if (record.kind() == Kind.MARK
                && MarkType.of(record.payload(), record.payload().length) == MarkType.RETENTION) {
            try {
                restore(record, Mark.fromJson(record.payload()));
            } catch (IOException e) {
                throw new IllegalArgumentException("not a mark of ours", e);
            }
        }
    }

    @Override
    public List<Record> snapshot() {
        Record mark = highest;
        return mark == null ? List.of() : List.of(clock.restate(mark));
    }
}
