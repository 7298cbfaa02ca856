package dev.shiplog.replay.ship;

import dev.shiplog.replay.query.Times;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Says once that a cluster is out of order, however often it is asked, and once that this is over. Thread safe. */
final class Outage {
    private final Duration worth;
    private final InstantSource clock;
    private final Consumer<String> say;
    private @Nullable Instant since;
    private boolean isSaid;

    /**
     * @param worth what it has to last to be worth a line
     * @param say takes lines for the user, from any thread
     */
    Outage(Duration worth, InstantSource clock, Consumer<String> say) {
        this.worth = worth;
        this.clock = clock;
        this.say = say;
    }

    /** The cluster did nothing of what it was asked for, and will be asked again. */
    synchronized void fail(String reason) {
        Instant now = clock.instant();
        Instant begun = since == null ? now : since;
        since = begun;
        if (!isSaid && !now.isBefore(begun.plus(worth))) {
            say.accept(reason + "; trying again since "
                    + Times.formatSeconds(TimeUnit.SECONDS.toNanos(begun.getEpochSecond())));
            isSaid = true;
        }
    }

    /** The cluster did something of what it was asked for. */
    synchronized void succeed() {
        if (isSaid && since != null) {
            Duration length = Duration.between(since, clock.instant());
            say.accept("the cluster is in order again, after "
                    + (length.toMinutes() > 0 ? length.toMinutes() + " min" : length.toSeconds() + " s"));
        }
        since = null;
        isSaid = false;
    }
}
