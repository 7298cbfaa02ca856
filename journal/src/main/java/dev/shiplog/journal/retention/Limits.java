package dev.shiplog.journal.retention;

import java.time.Duration;

/**
 * How much of a journal is kept.
 *
 * @param keepFor a segment goes when its last record is older than this; zero for no limit
 * @param keepBytes the oldest go when the journal takes more than this on the disk; 0 for no limit
 * @param untilArchived whether a segment stays until it is archived, as long as the disk is not short of space
 */
public record Limits(Duration keepFor, long keepBytes, boolean untilArchived) {
    /** Nothing is ever deleted. */
    public static final Limits NONE = new Limits(Duration.ZERO, 0, false);

    /** Whether nothing is ever deleted, not even when the disk is short of space. */
    public boolean isNone() {
        return equals(NONE);
    }

    /** The same, whatever is archived. */
    public Limits regardlessOfArchives() {
        return new Limits(keepFor, keepBytes, false);
    }
}
