package dev.shiplog.recorder;

import java.io.IOException;

/** One run of the process: {@link #run} records on the thread that calls it, until another thread calls {@link #stop}. */
interface Recording {
    /**
     * Records until {@link #stop}.
     *
     * @throws dev.shiplog.journal.JournalFailedException if this process must not touch the journal any more
     * @throws IOException if the journal cannot be opened, or cannot be forced to disk
     */
    void run() throws IOException, InterruptedException;

    /** True if {@link #run} opened the journal; for the thread that called it. */
    boolean begun();

    /** Ends {@link #run} in good order and waits for that. Idempotent. */
    void stop(String reason) throws InterruptedException;
}
