package dev.shiplog.journal.segment;

import java.time.Duration;

/** How long the period of a segment is; boundaries are in UTC. */
public enum Roll {
    MINUTELY(Duration.ofMinutes(1)),
    TEN_MINUTELY(Duration.ofMinutes(10)),
    HOURLY(Duration.ofHours(1)),
    DAILY(Duration.ofDays(1));

    private final Duration length;

    Roll(Duration length) {
        this.length = length;
    }

    public Duration length() {
        return length;
    }
}
