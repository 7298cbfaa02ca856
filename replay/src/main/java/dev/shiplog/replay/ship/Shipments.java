package dev.shiplog.replay.ship;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Where shipments go. */
public final class Shipments {
    private Shipments() {}

    /**
     * Into a cluster, which may be out of order for a while.
     *
     * @param patience for how long it may take nothing until the shipment fails
     * @param stop counted down when the program is to end
     */
    public static Carrier into(Cluster cluster, Duration patience, CountDownLatch stop) {
        return new Delivery(cluster, () -> new Backoff(patience, stop));
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
