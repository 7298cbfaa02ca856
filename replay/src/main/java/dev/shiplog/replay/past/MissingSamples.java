package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.Gap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Guesses how many samples are missing in gaps, by the rate before and by how long the containers ran meanwhile. That is
 * known only a while after the gap, once the engine has told what happened: so a gap waits for a minute of the journal.
 * Not thread safe.
 */
final class MissingSamples {
    private static final long WAIT_NANOS = 60_000_000_000L;

    private final Rates rates;
    private final Lives lives = new Lives();
    private final ArrayDeque<Asked> waiting = new ArrayDeque<>();

    /** What came before a gap. */
    private record Asked(Gap gap, long from, long to, long received, Map<String, Long> intervals, long interval) {}

    /** A gap and how many samples are missing in it; -1 if that cannot be guessed. */
    record Guess(Gap gap, double samples) {}

    MissingSamples(Rates rates) {
        this.rates = rates;
    }

    /** Takes the next record that is not restated. */
    void apply(RecordView record) {
        if (record.kind() != Kind.STATS) {
            lives.apply(record, rates::lastSample);
        }
    }

    /**
     * Asks how many are missing in a gap.
     *
     * @param from the beginning of the stretch of it that counts
     * @param to the end of it
     * @param received when the gap became known
     */
    void ask(Gap gap, long from, long to, long received) {
        Map<String, Long> intervals = new HashMap<>();
        if (gap.subject().isEmpty()) {
            intervals.putAll(rates.intervalsAt(from));
        } else {
            intervals.put(gap.subject(), rates.interval(gap.subject()));
        }
        waiting.add(new Asked(gap, from, to, received, intervals, rates.interval()));
    }

    /** What can be answered at {@code received}, in the order of the questions. */
    List<Guess> ready(long received) {
        List<Guess> ready = new ArrayList<>();
        while (!waiting.isEmpty() && received - waiting.element().received >= WAIT_NANOS) {
            ready.add(guess(waiting.remove()));
        }
        return ready;
    }

    /** What was asked and not answered. */
    List<Guess> rest() {
        List<Guess> rest = waiting.stream().map(this::guess).toList();
        waiting.clear();
        return rest;
    }

    private Guess guess(Asked asked) {
        if (asked.interval == 0) {
            return new Guess(asked.gap, -1);
        }
        Set<String> containers = new HashSet<>(asked.intervals.keySet());
        if (asked.gap.subject().isEmpty()) {
            containers.addAll(lives.startedBetween(asked.from, asked.to));
        }
        double sum = 0;
        for (String id : containers) {
            sum += (double) lives.ran(id, asked.from, asked.to) / asked.intervals.getOrDefault(id, asked.interval);
        }
        return new Guess(asked.gap, sum);
    }
}
