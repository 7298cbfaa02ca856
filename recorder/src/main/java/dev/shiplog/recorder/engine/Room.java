package dev.shiplog.recorder.engine;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets one answer at a time hold much memory, of all that are read from an engine. Thread safe. */
final class Room {
    /** What each may hold without asking: more than any sample, description or event of most hosts. */
    static final int FREE = 256 * 1024;

    /** Longer than a local engine takes to send what another holds the room for. */
    private static final long PATIENCE_SECONDS = 5;

    private final Semaphore semaphore = new Semaphore(1);

    /** Waits for the room; false if another answer goes on holding it. */
    boolean take() {
        try {
            return semaphore.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void giveBack() {
        semaphore.release();
    }
}
