package dev.shiplog.recorder.writer;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * State that a run of the recorder hands to the next one through the journal: each segment starts with a snapshot of
 * it, and a new run restores it from the newest segment.
 *
 * <p>{@link #restore} comes first, for each record of the newest segment, oldest first, before any thread of the
 * recorder starts. {@link #appended} and {@link #snapshot} belong to the writer's thread.
 */
public interface Checkpoint {
    /**
     * Restores from one record.
     *
     * @param record without its payload if it is a sample, or of another kind that comes in large numbers
     * @param mark what the record says, if it is a mark that this version knows
     */
    void restore(Record record, @Nullable Mark mark);

    /** The journal now holds this record. */
    default void appended(Record record) {}

    /**
     * What the journal is to say of this state now, so that damage to what came before costs the next run little: marks made
     * now. Called again and again by the writer, after all that arrived is appended.
     */
    default List<Record> restated() {
        return List.of();
    }

    /** The records that restore this state: each is in the journal already, or is a mark made now. */
    default List<Record> snapshot() {
        return List.of();
    }
}
