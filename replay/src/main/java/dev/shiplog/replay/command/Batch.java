package dev.shiplog.replay.command;

import dev.shiplog.replay.export.Checkpoint;
import dev.shiplog.replay.query.Reached;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One export of a series, each of which goes on where the one before ended: a checkpoint file keeps where that was.
 * Without a file, there is no series and nothing is kept.
 */
final class Batch implements Closeable {
    /** While a journal is followed: after a kill, the next export repeats what arrived in this time. */
    private static final long SAVE_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** While nothing is recorded: the age of the file tells a monitor whether the export is at work. */
    private static final long IDLE_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final @Nullable Checkpoint checkpoint;
    private final LongSupplier nanoTime;
    /** What the file says. */
    private Map<String, Reached> saved;

    private long savedAt;
    private boolean isHeldBack;

    /** @param nanoTime as {@link System#nanoTime} */
    Batch(@Nullable Checkpoint checkpoint, LongSupplier nanoTime) {
        this.checkpoint = checkpoint;
        this.nanoTime = nanoTime;
        saved = before();
        savedAt = nanoTime.getAsLong();
    }

    /** @param file the checkpoint of the series, which need not exist yet; null if this export is not in one */
    static Batch open(@Nullable Path file) throws IOException {
        return new Batch(file == null ? null : Checkpoint.open(file), System::nanoTime);
    }

    /** The same of a shipment, which has a purpose: what is shipped where. */
    static Batch open(@Nullable Path file, SortedMap<String, String> purpose) throws IOException {
        return new Batch(file == null ? null : Checkpoint.open(file, purpose), System::nanoTime);
    }

    /** Whether this export is in a series. */
    boolean isInSeries() {
        return checkpoint != null;
    }

    /** Up to where each journal was exported before. */
    Map<String, Reached> before() {
        return checkpoint == null ? Map.of() : checkpoint.journals();
    }

    /** Writes what {@link #save} is to put in place, so that lack of space cannot make that fail any more. */
    void prepare(Map<String, Reached> reached) throws IOException {
        if (checkpoint != null) {
            checkpoint.prepare(reached);
        }
    }

    /** Saves that all records up to there have arrived. */
    void save(Map<String, Reached> reached) throws IOException {
        if (checkpoint != null) {
            checkpoint.save(reached);
            saved = reached;
            savedAt = nanoTime.getAsLong();
        }
    }

    /** From now on, nothing new can be saved: the file keeps its age, which tells a monitor so. */
    void holdBack() {
        isHeldBack = true;
    }

    /** As {@link #save}, unless it is held back, and nothing has changed. */
    void saveAll(Map<String, Reached> reached) throws IOException {
        if (!isHeldBack || !reached.equals(saved)) {
            save(reached);
        }
    }

    /** As {@link #saveAll}, unless the last time was a moment ago, or half a minute ago at most and nothing has changed since. */
    void saveNowAndThen(Map<String, Reached> reached) throws IOException {
        long age = nanoTime.getAsLong() - savedAt;
        if (age > SAVE_INTERVAL_NANOS && (age > IDLE_INTERVAL_NANOS || !reached.equals(saved))) {
            saveAll(reached);
        }
    }

    @Override
    public void close() throws IOException {
        if (checkpoint != null) {
            checkpoint.close();
        }
    }
}
