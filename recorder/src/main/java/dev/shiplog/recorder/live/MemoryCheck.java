package dev.shiplog.recorder.live;

import dev.shiplog.journal.record.Record;
import dev.shiplog.timeline.payload.StatsView;
import java.lang.System.Logger.Level;

/**
 * Notices that no container has memory in its samples, as where the kernel does not count it, and says so once. As soon as
 * one has, there is nothing more to notice. For one thread.
 */
final class MemoryCheck {
    private static final System.Logger LOG = System.getLogger(MemoryCheck.class.getName());

    /** A container that is about to end has none in its last sample. */
    private static final int ENOUGH = 10;

    private int without;
    private boolean over;

    /** Takes a sample; true if it is now said. */
    boolean told(Record sample) {
        if (over) {
            return false;
        }
        if (StatsView.memoryUsage(sample.payload()) > 0) {
            over = true;
            return false;
        }
        without++;
        if (without < ENOUGH) {
            return false;
        }
        over = true;
        LOG.log(
                Level.WARNING,
                "the memory of containers is not counted: the engine says 0, or nothing, in {0} samples and in no other; see"
                        + " \"Memory that is 0\" in docs/operations.md",
                without);
        return true;
    }
}
