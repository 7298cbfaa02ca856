package dev.shiplog.replay.command;

import dev.shiplog.replay.query.TimeGrammar;
import dev.shiplog.replay.query.TimeRange;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that choose a moment or a range of time, for the verbs that answer for either. */
final class MomentOrRange {
    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "At this moment, in the forms of --since. Without it, --since and --until: now.")
    private @Nullable String at;

    @Mixin
    private RangeOptions range = new RangeOptions();

    /** Whether a moment or a range is chosen; without, it is now. */
    boolean isGiven() {
        return at != null || range.isGiven();
    }

    boolean isRange() {
        return range.isGiven();
    }

    /**
     * The range.
     *
     * @throws IllegalArgumentException if an option makes no sense
     */
    TimeRange range(InstantSource clock) {
        if (at != null) {
            throw new IllegalArgumentException(
                    "--at is a moment, --since and --until are a range: give one of the two");
        }
        return range.range(clock);
    }

    /**
     * The moment, in ns since the epoch.
     *
     * @throws IllegalArgumentException if an option makes no sense
     */
    long moment(InstantSource clock) {
        return new TimeGrammar(clock, range.zone()).parse(at == null ? "now" : at);
    }
}
