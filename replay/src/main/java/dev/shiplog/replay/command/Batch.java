package dev.shiplog.replay.command;

import dev.shiplog.replay.export.Checkpoint;
import dev.shiplog.replay.query.Once;
import dev.shiplog.replay.query.Reached;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One export of a row of them: which records are new to it, and, if asked for, the file that tells the next one. */
final class Batch implements Closeable {
    /** While a journal is followed: a kill costs the next export no more than to repeat this much. */
    private static final long BETWEEN_SAVES = TimeUnit.SECONDS.toNanos(1);

    private final @Nullable Checkpoint checkpoint;
    private final Once once;
    private Map<String, Reached> saved = Map.of();
    private long savedAt = System.nanoTime();

    private Batch(@Nullable Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
        this.once = new Once(checkpoint == null ? Map.of() : checkpoint.journals());
    }

    /** @param file that the export before wrote; null to begin anew and tell nobody */
    static Batch open(@Nullable Path file) throws IOException {
        return new Batch(file == null ? null : Checkpoint.open(file));
    }

    Once once() {
        return once;
    }

    /** Whether it goes on from another one. */
    boolean goesOn() {
        return checkpoint != null;
    }

    /** Writes what {@link #save} is to say, so that this can no more fail for want of room. */
    void prepare() throws IOException {
        if (checkpoint != null) {
            saved = once.reached();
            checkpoint.prepare(saved);
        }
    }

    /** All that was handed out is where it belongs. */
    void save() throws IOException {
        if (checkpoint != null) {
            saved = once.reached();
            checkpoint.save(saved);
            savedAt = System.nanoTime();
        }
    }

    /** As {@link #save}, if there is something new to say and the last time is a while ago. */
    void saveNowAndThen() throws IOException {
        if (System.nanoTime() - savedAt > BETWEEN_SAVES && !once.reached().equals(saved)) {
            save();
        }
    }

    @Override
    public void close() throws IOException {
        if (checkpoint != null) {
            checkpoint.close();
        }
    }
}
