package dev.shiplog.journal;

import dev.shiplog.journal.codec.Decoded;
import dev.shiplog.journal.segment.Loss;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads a journal in the order in which it was written, whatever its state: live, rolled, copied, on a read-only mount,
 * with files missing, cut short or damaged. Damage is skipped and told as a {@link Loss}; a record that is handed out
 * is the record that was appended. Never writes, never locks, never maps memory. Not thread safe.
 */
public final class Cursor implements Closeable {
    /** What {@link #next()} found. */
    public enum Step {
        /** {@link #record()} is the next record. */
        RECORD,
        /** {@link #loss()} tells what could not be read; reading goes on behind it. */
        LOSS,
        /** Nothing more for now. A live journal may have more at the next call. */
        END
    }

    private Cursor() {}

    /**
     * Opens journals (directories) and segment files, to be read one after the other.
     *
     * @throws IOException naming the path that is not there, not readable, or holds no segment
     */
    public static Cursor open(List<Path> sources) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Skips segments that ended, by the receipt of their records, before {@code receivedNanos}. */
    public void seekTime(long receivedNanos) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Goes to the record with this sequence, or the first one after it. */
    public void seekSequence(long sequence) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Goes to the next record, loss, or the end. */
    public Step next() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** The current record, valid until the next call of {@link #next()}. */
    public Decoded record() {
        throw new UnsupportedOperationException();
    }

    /** The loss just met. */
    public Loss loss() {
        throw new UnsupportedOperationException();
    }

    /** Where the current record stands. */
    public Position position() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() throws IOException {}
}
