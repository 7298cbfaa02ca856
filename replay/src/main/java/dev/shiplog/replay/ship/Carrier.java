package dev.shiplog.replay.ship;

import java.io.IOException;

/** Brings documents to where they go. */
@FunctionalInterface
public interface Carrier {
    /**
     * Returns once it is known of each document what became of it.
     *
     * @throws IOException if that cannot be found out, or none will be taken: what arrived of them is not known
     */
    Outcome carry(Bulk bulk) throws IOException;
}
