package dev.shiplog.journal;

import dev.shiplog.journal.codec.Decoded;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Roll;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The one writer of a journal. What {@link #append} took survives {@code kill -9}; what {@link #sync} took survives a
 * power cut. All calls, {@link #close} included, belong to the thread that opened it.
 */
public final class Appender implements Closeable {
    /**
     * @param roll when a new segment begins
     * @param host the recorder's host name, for the segments' headers
     * @param boot the kernel's boot id, or empty
     * @param writer name and version of the program
     * @param minimumFree bytes that must stay free on the file system: below, {@link DiskFullException}
     */
    public record Options(Roll roll, String host, String boot, String writer, long minimumFree) {}

    /**
     * What was found at opening.
     *
     * @param created true if there was no journal
     * @param lastSequence of the newest intact record, 0 if there is none
     * @param lastReceived of that record, ns since the epoch, 0 if there is none
     * @param damage what could not be read in the newest segment, which then was set aside as it is
     */
    public record Recovery(boolean created, long lastSequence, long lastReceived, List<Loss> damage) {}

    private Appender() {}

    /**
     * Opens the journal in {@code directory}, which is made (mode 0700) if missing, for appending.
     *
     * @param tail is shown every intact record of the newest segment before this returns, oldest first
     * @throws JournalLockedException if another recorder has it
     * @throws DiskFullException if there is no room to begin
     * @throws IOException naming the directory and what is wrong with it
     */
    public static Appender open(Path directory, Options options, Consumer<Decoded> tail) throws IOException {
        throw new UnsupportedOperationException();
    }

    public Recovery recovery() {
        throw new UnsupportedOperationException();
    }

    /** The engine's id for the headers to come. */
    public void engineId(String id) {
        throw new UnsupportedOperationException();
    }

    /**
     * What every segment begins with, after its header: asked for on this thread at the first append to a segment, also
     * when an older run began that segment.
     */
    public void snapshot(Supplier<List<Record>> opening) {
        throw new UnsupportedOperationException();
    }

    /**
     * Appends one record, its sequence ignored.
     *
     * @return the sequence it was given
     * @throws DiskFullException nothing was written; try again later
     * @throws IOException the journal cannot be written to any more
     */
    public long append(Record record) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Forces to disk what was appended so far. */
    public void sync() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Idempotent. */
    @Override
    public void close() throws IOException {}
}
