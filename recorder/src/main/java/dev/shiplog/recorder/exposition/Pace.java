package dev.shiplog.recorder.exposition;

/** Lets so many scrapes through in each second that even a flood leaves the recorder its time. */
final class Pace {
    private static final long SECOND = 1_000_000_000L;
    private static final int MOST = 10;

    private long began;
    private int answered;

    /** @param nanos as {@link System#nanoTime} */
    synchronized boolean allows(long nanos) {
        if (answered == 0 || nanos - began >= SECOND) {
            began = nanos;
            answered = 0;
        }
        answered = Math.min(MOST + 1, answered + 1);
        return answered <= MOST;
    }
}
