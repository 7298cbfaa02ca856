package dev.shiplog.replay.command;

import dev.shiplog.replay.query.TimeGrammar;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that choose a moment, shared by all verbs that ask for one. */
final class MomentOptions {
    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "At this moment: " + TimeGrammar.FORMS + ". Without it: now.")
    private @Nullable String at;

    @Mixin
    private ZoneOption zone = new ZoneOption();

    /**
     * The moment, in ns since the epoch.
     *
     * @throws IllegalArgumentException if an option makes no sense
     */
    long moment(InstantSource clock) {
        return new TimeGrammar(clock, zone.zone()).parse(at == null ? "now" : at);
    }
}
