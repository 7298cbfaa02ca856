package dev.shiplog.journal.segment;

import java.time.Duration;

/** How long a segment takes up records before the next one begins; boundaries are UTC. */
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
