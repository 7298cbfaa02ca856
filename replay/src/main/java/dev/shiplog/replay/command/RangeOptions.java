package dev.shiplog.replay.command;

import dev.shiplog.replay.query.TimeGrammar;
import dev.shiplog.replay.query.TimeRange;
import java.time.InstantSource;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that choose a range of time, shared by all verbs that ask for one. */
final class RangeOptions {
    @Option(names = "--since", paramLabel = "TIME", description = "From this moment on: " + TimeGrammar.FORMS + ".")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Before this moment, in the same forms.")
    private @Nullable String until;

    @Mixin
    private ZoneOption zone = new ZoneOption();

    /** Whether the range has a beginning or an end. */
    boolean isGiven() {
        return since != null || until != null;
    }

    /** @throws IllegalArgumentException if an option makes no sense */
    TimeRange range(InstantSource clock) {
        TimeGrammar grammar = new TimeGrammar(clock, zone());
        long from = since == null ? Long.MIN_VALUE : grammar.parse(since);
        long to = until == null ? Long.MAX_VALUE : grammar.parse(until);
        if (from > to) {
            throw new IllegalArgumentException("--since " + since + " is after --until " + until);
        }
        return new TimeRange(from, to);
    }

    /** @throws IllegalArgumentException if there is no such time zone */
    ZoneId zone() {
        return zone.zone();
    }
}
