package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.replay.verify.Finding;
import dev.shiplog.replay.verify.Severity;
import dev.shiplog.replay.verify.Totals;
import java.util.Map;

/** One way to show findings: a line for each. */
interface FindingList {
    /** Appends a finding. */
    void add(Finding finding, Bytes out);

    /** Appends what comes after the last finding. */
    void end(Totals totals, Map<Severity, Long> counts, int exitCode, Bytes out);
}
