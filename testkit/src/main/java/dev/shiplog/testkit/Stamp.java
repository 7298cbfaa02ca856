package dev.shiplog.testkit;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;

/** Times as Go's engine writes them: RFC 3339 without trailing zeros, and nanoseconds since 1970. */
final class Stamp {
    private static final DateTimeFormatter TEXT = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendLiteral('Z')
            .toFormatter()
            .withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private long last;

    Stamp(InstantSource clock) {
        this.clock = clock;
    }

    static String text(Instant time) {
        return TEXT.format(time);
    }

    static long nanos(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
    }

    Instant now() {
        return clock.instant();
    }

    /** Now, but always later than the time before: no two events of an engine's ring share one. */
    synchronized long next() {
        last = Math.max(last + 1, nanos(clock.instant()));
        return last;
    }
}
