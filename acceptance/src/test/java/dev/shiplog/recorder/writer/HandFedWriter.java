package dev.shiplog.recorder.writer;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.timeline.payload.EventView;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The part of a run of the recorder that writes, without its threads: a test hands it arrivals, and has it take turns. */
public final class HandFedWriter implements Closeable {
    private final RecordQueue queue = new RecordQueue(100_000, 100_000_000);
    private final Clock clock;
    private final Appender appender;
    private final JournalWriter writer;

    /**
     * Opens the journal, restores from it, and says that a run begins.
     *
     * @param wall ns since the epoch
     * @param nanos by the monotonic clock
     * @param source makes what restores itself beside the writer
     */
    public HandFedWriter(Path journal, LongSupplier wall, LongSupplier nanos, Function<Clock, Checkpoint> source)
            throws IOException {
        clock = new Clock(wall, nanos, queue::put);
        Checkpoints checkpoints = new Checkpoints(clock, List.of(source.apply(clock)));
        Appender.Options options = new Appender.Options(Roll.TEN_MINUTELY, "host", "boot", "test", 0);
        appender = Appender.open(journal, options, checkpoints);
        appender.setSnapshot(checkpoints::snapshot);
        writer = new JournalWriter(
                new Unforced(appender), new NoRetention(), queue, checkpoints, clock, true, Duration.ofHours(1));
        queue.put(clock.mark(new Mark.Start("test", Map.of())));
        checkpoints.restored(appender.recovery()).forEach(mark -> queue.put(clock.mark(mark)));
        turn();
    }

    private record Unforced(Appender appender) implements JournalWriter.Journal {
        @Override
        public void append(Record record) throws IOException {
            appender.append(record);
        }

        @Override
        public void appendBelowMinimum(Record record) throws IOException {
            appender.appendBelowMinimum(record);
        }

        @Override
        public void sync() {}

        @Override
        public void engineId(String id) {
            appender.setEngineId(id);
        }
    }

    private record NoRetention() implements JournalWriter.Retention {
        @Override
        public void keep(JournalWriter.Teller teller) {}

        @Override
        public boolean makeRoom(JournalWriter.Teller teller) {
            return false;
        }
    }

    public Clock clock() {
        return clock;
    }

    /** Hands over what arrived now, and has it written. */
    public void put(Arrival arrival) {
        queue.put(arrival);
        turn();
    }

    /** Hands over a record that arrived now, and has it written. */
    public void put(Record record) {
        queue.put(record);
        turn();
    }

    /** Hands over an event that arrived now. */
    public void event(EventView event, byte[] payload) {
        Record record = clock.stamp(Kind.EVENT, event.id(), event.time(), payload);
        put(new Arrival.Event(record, ContentHash.of(payload), Arrival.Use.RECORDED, Arrival.Sync.SOON));
    }

    /** Writes what arrived, and looks what time it is. */
    public void turn() {
        try {
            if (!writer.turn(0)) {
                throw new IllegalStateException("stopped");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Ends the run as at SIGTERM; {@link #close} alone leaves the journal as a kill does. */
    public void stop() throws IOException {
        writer.stop("test");
        try {
            writer.run();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        close();
    }

    @Override
    public void close() throws IOException {
        appender.close();
    }
}
