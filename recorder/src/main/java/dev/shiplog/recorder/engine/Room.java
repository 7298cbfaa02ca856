package dev.shiplog.recorder.engine;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets only one of an engine's answers at a time hold much memory. Thread safe. */
final class Room {
    /** Bytes that each answer may hold without asking: more than any sample, description or event of most hosts. */
    static final int FREE = 256 * 1024;

    /** Longer than a local engine takes to send the answer that holds the room. */
    private static final long PATIENCE_SECONDS = 5;

    private final Semaphore semaphore = new Semaphore(1);

    /** Waits for the room; false if another answer keeps it. */
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
