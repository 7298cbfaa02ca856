package dev.shiplog.replay.archive;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.timeline.redact.LogRedaction;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Removes secrets from records, as a recorder does before it writes them, and tells what was removed. Not thread safe.
 */
final class Redactions {
    private static final int MOST_PATHS = 20;

    private final Redaction redaction;
    /** In how many records something was removed, by the path of it. */
    private final Map<String, Long> paths = new TreeMap<>();

    private final LogRedaction ofLogs;
    private long lines;
    private long changed;
    private long left;

    Redactions(Redaction redaction, LogRedaction ofLogs) {
        this.redaction = redaction;
        this.ofLogs = ofLogs;
    }

    /** Whether records of this kind may hold secrets that are to be removed. */
    boolean concerns(Kind kind) {
        return switch (kind) {
            case INSPECT, IMAGE -> redaction != Redaction.NONE;
            case EVENT, HOST -> redaction == Redaction.SECRETS;
            case LOG -> ofLogs.isActive();
            case STATS, ENGINE_METRICS, SOCKETS, MARK, DISK -> false;
        };
    }

    /** The record without its secrets; null if they cannot be found, so that it must be left out. */
    @Nullable
    Record redact(Record record) {
        if (!concerns(record.kind())) {
            return record;
        }
        if (record.kind() == Kind.LOG) {
            return redactLine(record);
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
        return record.withPayload(redacted.payload());
    }

    @SuppressWarnings("ReferenceEquality") // the same array if nothing was removed
    private Record redactLine(Record record) {
        byte[] redacted = ofLogs.redact(record.payload());
        if (redacted == record.payload()) {
            return record;
        }
        lines++;
        return record.withPayload(redacted);
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
        String ofLines = lines == 0 ? "" : "removed from " + lines + (lines == 1 ? " line" : " lines") + " of logs";
        return Stream.of(removed, ofLines, out)
                .filter(clause -> !clause.isEmpty())
                .collect(Collectors.joining("; "));
    }
}
