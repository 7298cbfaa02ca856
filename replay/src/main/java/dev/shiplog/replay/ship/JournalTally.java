package dev.shiplog.replay.ship;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What was read of one journal, and a {@link Tally} for each kind. Not thread safe. */
final class JournalTally {
    final Map<Kind, Tally> kinds = new EnumMap<>(Kind.class);

    String host = "";
    long from = Long.MAX_VALUE;
    long to;
    /** Passed over because this version does not know their kind. */
    long unknown;

    Tally of(Kind kind) {
        return kinds.computeIfAbsent(kind, each -> new Tally());
    }

    void read(RecordView record, String ofHost) {
        host = ofHost;
        from = Math.min(from, record.sequence());
        to = Math.max(to, record.sequence());
        of(record.kind()).read++;
    }

    /** A count over all kinds. */
    long sum(ToLongFunction<Tally> count) {
        return kinds.values().stream().mapToLong(count).sum();
    }

    /** Sequences between the first and the last that were not read: what damage, gaps and deletion took. */
    long missing() {
        return to == 0 ? 0 : to - from + 1 - sum(tally -> tally.read) - unknown;
    }

    /** How many of each kind, as in {@code event 2, stats 9}. */
    static String text(Map<Kind, Long> counts) {
        return counts.entrySet().stream()
                .filter(each -> each.getValue() != 0)
                .map(each -> each.getKey().label() + " " + each.getValue())
                .collect(Collectors.joining(", "));
    }
}
