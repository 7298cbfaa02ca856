package dev.shiplog.recorder.source;

import dev.shiplog.recorder.writer.Arrival;
import dev.shiplog.timeline.ExecCommands;
import dev.shiplog.timeline.payload.EventView;

/** What becomes of events of commands within containers: a health check has three at each probe. */
public enum ExecEvents {
    /** Each is recorded. */
    KEEP,
    /** They are counted, by container, command and minute. */
    COALESCE,
    /** They are only heard. */
    DROP;

    /**
     * What becomes of an event that the filters want.
     *
     * @param isWhole whether all of it was read; else its command is not known
     */
    Arrival.Use use(EventView event, boolean isWhole) {
        boolean isExec =
                event.ofContainer() && (event.action().startsWith("exec_") || ExecCommands.Step.of(event) != null);
        if (this == KEEP || !isExec) {
            return Arrival.Use.RECORDED;
        }
        if (this == DROP) {
            return Arrival.Use.HEARD;
        }
        return isWhole && ExecCommands.Step.of(event) != null ? Arrival.Use.COUNTED : Arrival.Use.RECORDED;
    }
}
