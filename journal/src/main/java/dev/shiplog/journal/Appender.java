package dev.shiplog.journal;

import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.DiskFullException;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.file.Preallocator;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.retention.StoredSegment;
import dev.shiplog.journal.segment.ChronicleFiles;
import dev.shiplog.journal.segment.ExcerptWriter;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentReader;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of a journal. What {@link #append} has taken survives {@code kill -9}; what {@link #sync} has forced to
 * disk survives a power cut. All calls, {@link #close} included, belong to the thread that opened it.
 *
 * <p>A record goes to the segment of the time of its receipt, but time never goes back here: after a backward step of the
 * clock, records go to the segment that is there.
 */
public final class Appender implements Closeable {
    /** Longer than any engine's id; what claims to be one must not make a header that no reader takes. */
    private static final int LONGEST_ID = 128;

    /**
     * @param roll when a new segment begins
     * @param host the recorder's host name, for the segments' headers
     * @param boot the kernel's boot id, or empty
     * @param writer name and version of the program
     * @param minimumFree bytes that must stay free on the file system; with fewer, {@link #append} throws {@link DiskFullException}
     * @param access who else may read
     */
    public record Options(Roll roll, String host, String boot, String writer, long minimumFree, Access access) {
        /** For the owner alone. */
        public Options(Roll roll, String host, String boot, String writer, long minimumFree) {
            this(roll, host, boot, writer, minimumFree, Access.OWNER);
        }
    }

    /**
     * What the recovery scan found at opening.
     *
     * @param created true if a journal starts here: there was none, or only one in a newer format
     * @param lastSequence of the newest intact record, 0 if there is none
     * @param lastReceived of that record, ns since the epoch, 0 if there is none
     * @param damage what could not be read in segments that were quarantined for it
     */
    public record Recovery(boolean created, long lastSequence, long lastReceived, List<Loss> damage) {}

    private final Thread owner = Thread.currentThread();
    private final Options options;
    private final JournalDirectory directory;
    private final Resources resources;
    private final Recovery recovery;
    private final String journal;
    private final Preallocator room;
    private final ChronicleWriter chronicle;
    private final SegmentWriter writer;
    private final StoredSegments stored;

    private String engine = "";
    private Supplier<List<Record>> snapshot = List::of;

    /** The segment that is written to, at first the one that an older run left; null if there is none. */
    private @Nullable SegmentName segment;
    /** Whether this run wrote its header and snapshot to it. */
    private boolean begun;
    /** Whether its newest header names the engine as it is known now. */
    private boolean engineNamed;

    /** The latest receipt so far; never earlier than the newest segment's start. */
    private long clock;

    private boolean closed;

    private Appender(Path path, Options options, Consumer<RecordView> tail, Resources resources) throws IOException {
        this.options = options;
        this.resources = resources;
        directory = JournalDirectory.open(path);
        resources.add(JournalLock.take(path));
        room = resources.add(new Preallocator(path, options.minimumFree(), ChronicleFiles.MARGIN, options.access()));
        room.checkFree(0);
        directory.grant(options.access());
        directory.clear(options.roll());
        RecoveryScan found = RecoveryScan.read(directory, tail);
        stored = new StoredSegments(path);
        journal = found.journal();
        segment = found.segment();
        clock = firstClock(found);
        SegmentName last = segment;
        if (last != null && !found.isClosedByWriter()) {
            room.resume(directory.resolve(last), found.used());
            // Chronicle writes an EOF marker, if nothing else; and nothing stays of a payload that a kill cut in half.
            room.reserve(found.used(), ExcerptWriter.LONGEST);
        }
        makeMetadata();
        List<Loss> damage = new ArrayList<>(found.damage());
        chronicle = resources.add(openChronicle(damage));
        writer = new SegmentWriter(chronicle, room, found);
        recovery = new Recovery(found.isCreated(), found.lastSequence(), found.lastReceived(), List.copyOf(damage));
    }

    /**
     * Opens the journal in {@code directory} for appending; makes the directory (mode 0700) if it is missing.
     *
     * @param tail is shown every intact record of the newest segment before this returns, oldest first
     * @throws DiskFullException if there is no room to begin
     * @throws IOException naming the directory and what is wrong with it: another recorder has it, say
     */
    public static Appender open(Path directory, Options options, Consumer<RecordView> tail) throws IOException {
        Resources resources = new Resources();
        try {
            return new Appender(directory, options, tail, resources);
        } catch (IOException | RuntimeException | Error e) {
            resources.closeAfter(e);
            throw e;
        }
    }

    /** Opens Chronicle on the newest segment. If Chronicle rejects it (its own pages may be corrupt), on a new one. */
    private ChronicleWriter openChronicle(List<Loss> damage) throws IOException {
        SegmentName last = segment;
        try {
            return new ChronicleWriter(directory.path(), options.roll(), clock, last == null ? clock : last.start());
        } catch (JournalFailedException e) {
            if (last == null || isProcessEnding(e)) {
                throw e;
            }
            damage.add(Loss.ofSegment(last.text(), Loss.Cause.DAMAGED, "Chronicle Queue cannot go on in it"));
            directory.quarantine(last);
            directory.clear(options.roll());
            makeMetadata();
            segment = null;
            return new ChronicleWriter(directory.path(), options.roll(), clock, clock);
        }
    }

    private void makeMetadata() throws IOException {
        room.makeZeros(directory.resolve(ChronicleFiles.METADATA), ChronicleFiles.METADATA_BYTES);
    }

    /** Never before the start of any segment there is, and after one that is closed. */
    private long firstClock(RecoveryScan found) {
        long length = options.roll().length().toNanos();
        SegmentName last = found.segment();
        long start = last != null && found.isClosedByWriter()
                ? Math.max(found.newestStart(), last.start() + 1)
                : found.newestStart();
        return Math.max(found.clock(), Math.floorDiv(start + length - 1, length) * length);
    }

    public Recovery recovery() {
        return recovery;
    }

    /** Names the engine in a header before the next record, and in the headers of the segments to come. */
    public void setEngineId(String id) {
        String known = id.length() > LONGEST_ID ? id.substring(0, LONGEST_ID) : id;
        engineNamed &= known.equals(engine);
        engine = known;
    }

    /**
     * Sets what every segment begins with, after its header. The supplier is called on this thread at the first append to
     * a segment, also when an older run began that segment. Its records are written as restated, but in a journal that
     * was empty only the {@code segment-start} is.
     */
    public void setSnapshot(Supplier<List<Record>> newSnapshot) {
        snapshot = newSnapshot;
    }

    /**
     * Appends one record, its sequence ignored.
     *
     * @return the sequence it was given
     * @throws DiskFullException nothing was written; try again later
     * @throws JournalFailedException this process must not go on with the journal
     */
    public long append(Record record) throws IOException {
        check();
        clock = Math.max(clock, record.received());
        SegmentName current = segment;
        if (begun
                && current != null
                && clock - current.start() < current.roll().length().toNanos()) {
            chronicle.setClock(clock);
            if (!engineNamed) {
                writeHeader();
            }
            return write(record, false);
        }
        SegmentName target = SegmentName.at(options.roll(), clock);
        long from = target.equals(current) ? writer.used() : 0;
        try {
            begin(target, record);
            long sequence = write(record, false);
            if (lastIn(target, from) != sequence) {
                throw new JournalFailedException(
                        directory.resolve(target) + ": what was written to it cannot be read; start again", null);
            }
            room.trimLeft();
            return sequence;
        } catch (JournalFailedException e) {
            if (!isProcessEnding(e)) {
                directory.quarantine(target); // or the next run would fail in the same way
            }
            throw e;
        }
    }

    /** Whether the segment is not to blame: a JVM that is ending loads no more of Chronicle's classes. */
    private static boolean isProcessEnding(JournalFailedException e) {
        return e.getCause() instanceof LinkageError;
    }

    /** The sequence of the last record that a reader finds after {@code from}: checks Chronicle once for each segment. */
    private long lastIn(SegmentName written, long from) throws IOException {
        boolean interrupted = Thread.interrupted(); // which would close the file, and is the caller's to see
        try (SegmentReader reader = new SegmentReader(directory.resolve(written), new LossTracker(loss -> {}))) {
            reader.seek(from);
            long last = 0;
            while (reader.next()) {
                last = reader.record().sequence();
            }
            return last;
        } catch (ClosedByInterruptException e) {
            return lastIn(written, from);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Goes to {@code target}: nothing is written to it unless there is room for all that it begins with. */
    private void begin(SegmentName target, Record first) throws IOException {
        room.checkFree(0);
        List<Record> records = snapshot.get();
        long bytes = ExcerptWriter.bound(first);
        for (Record record : records) {
            bytes += ExcerptWriter.bound(record);
        }
        begun = false;
        if (target.equals(segment)) {
            writer.resume(bytes);
        } else {
            writer.begin(directory.resolve(target), bytes);
            segment = target;
        }
        chronicle.setClock(clock);
        writeHeader();
        boolean firstEver = writer.isFirst();
        for (Record record : records) {
            boolean isNews =
                    firstEver && MarkType.of(record.payload(), record.payload().length) != MarkType.SEGMENT_START;
            write(record, !isNews);
        }
        begun = true;
    }

    private void writeHeader() throws IOException {
        writer.write(new SegmentHeader(journal, options.host(), engine, options.boot(), options.writer(), clock));
        engineNamed = true;
    }

    private long write(Record record, boolean restated) throws IOException {
        long highest = Math.max(clock, record.received());
        long sequence = writer.write(record, restated, highest);
        clock = highest;
        return sequence;
    }

    /**
     * Appends a record as {@link #append} does, even if that leaves less than the minimum free: it has room made. A little
     * is always kept for it.
     */
    public long appendBelowMinimum(Record record) throws IOException {
        room.takeAll(true);
        try {
            return append(record);
        } finally {
            room.takeAll(false);
        }
    }

    /** Changes how many bytes must stay free on the file system. */
    public void setMinimumFree(long bytes) {
        room.setMinimumFree(bytes);
    }

    /** How many bytes are free beyond that, as of now; below 0 if fewer are free. */
    public long spareBytes() throws IOException {
        return room.spare();
    }

    /** The name of the segment that is written to; empty if there is none yet. */
    public String written() {
        SegmentName current = segment;
        return current == null ? "" : current.text();
    }

    /** How many bytes that segment takes on the disk. */
    public long writtenBytes() {
        return segment == null ? 0 : room.filled();
    }

    /** Up to where its content reaches. */
    public long usedBytes() {
        return segment == null ? 0 : writer.used();
    }

    /** How many bytes were appended since it was opened, to whatever segment. */
    public long appendedBytes() {
        return writer.appended();
    }

    /** The sequence of the newest record; 0 if there is none. */
    public long lastSequence() {
        return writer.lastSequence();
    }

    /**
     * The segments before that one, oldest first: those that may be deleted.
     *
     * @param archived whether all of a segment is archived, by what it begins with
     */
    public List<StoredSegment> stored(Predicate<SegmentStart> archived) throws IOException {
        check();
        return stored.before(segment, archived);
    }

    /** Deletes one of these. Readers that have it open can read it to its end. */
    public void delete(StoredSegment old) throws IOException {
        check();
        Files.deleteIfExists(directory.resolve(old.name()));
    }

    /** Forces to disk what was appended so far. */
    public void sync() throws IOException {
        check();
        room.force();
    }

    private void check() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("an appender belongs to the thread that opened it, " + owner.getName());
        }
        if (closed) {
            throw new IllegalStateException("closed");
        }
    }

    /** Idempotent. Forces nothing to disk. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        check();
        closed = true;
        resources.close();
    }
}
