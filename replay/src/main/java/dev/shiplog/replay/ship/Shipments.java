package dev.shiplog.replay.ship;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Where shipments go. */
public final class Shipments {
    /** That a cluster has too much to do for a moment is nothing to tell. */
    private static final Duration WORTH_A_LINE = Duration.ofSeconds(10);

    private Shipments() {}

    /**
     * Into a cluster, which may be out of order for a while.
     *
     * @param patience for how long it may take nothing until the shipment fails
     * @param stop counted down when the program is to end
     * @param say takes lines for the user, from any thread
     */
    public static Carrier into(
            Cluster cluster, Duration patience, CountDownLatch stop, InstantSource clock, Consumer<String> say) {
        Outage outage = new Outage(WORTH_A_LINE, clock, say);
        return new Delivery(cluster, () -> new Backoff(patience, outage, stop));
    }

    /** Nowhere: the documents are counted as if they were created. */
    public static Carrier counted() {
        return bulk -> {
            Outcome outcome = new Outcome(bulk.items().size());
            for (int i = 0; i < bulk.items().size(); i++) {
                outcome.settle(i, Outcome.Fate.CREATED);
            }
            return outcome;
        };
    }
}
