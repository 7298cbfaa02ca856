package dev.shiplog.replay.archive;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Removes secrets from records, as a recorder does before it writes them, and tells what was removed. Not thread safe.
 */
final class Redactions {
    private static final int MOST_PATHS = 20;

    private final Redaction redaction;
    /** In how many records something was removed, by the path of it. */
    private final Map<String, Long> paths = new TreeMap<>();

    private long changed;
    private long left;

    Redactions(Redaction redaction) {
        this.redaction = redaction;
    }

    /** Whether records of this kind may hold secrets that are to be removed. */
    boolean concerns(Kind kind) {
        return switch (kind) {
            case INSPECT, IMAGE -> redaction != Redaction.NONE;
            case EVENT, HOST -> redaction == Redaction.SECRETS;
            case STATS, LOG, ENGINE_METRICS, SOCKETS, MARK, DISK -> false;
        };
    }

    /** The record without its secrets; null if they cannot be found, so that it must be left out. */
    @Nullable
    Record redact(Record record) {
        if (!concerns(record.kind())) {
            return record;
        }
        Redaction.Redacted redacted;
        try {
            redacted = record.kind() == Kind.INSPECT || record.kind() == Kind.IMAGE
                    ? redaction.redact(record.payload())
                    : redaction.redactMessage(record.payload());
        } catch (IOException e) {
            left++;
            return null;
        }
        if (redacted.removed().isEmpty()) {
            return record;
        }
        changed++;
        new HashSet<>(redacted.removed()).forEach(path -> paths.merge(path, 1L, Long::sum));
        return new Record(
                record.sequence(),
                record.kind(),
                record.subject(),
                record.time(),
                record.received(),
                record.monotonic(),
                redacted.payload());
    }

    /** What was removed, in a clause; empty if nothing was. */
    String summary() {
        String removed = changed == 0
                ? ""
                : "removed from " + changed + (changed == 1 ? " record: " : " records: ")
                        + paths.keySet().stream().limit(MOST_PATHS).collect(Collectors.joining(", "))
                        + (paths.size() > MOST_PATHS ? " and " + (paths.size() - MOST_PATHS) + " more" : "");
        String out = left == 0
                ? ""
                : "left out as a whole, because they are not JSON: " + left
                        + (left == 1 ? " description" : " descriptions");
        return removed + (removed.isEmpty() || out.isEmpty() ? "" : "; ") + out;
    }
}
