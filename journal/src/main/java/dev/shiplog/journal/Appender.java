package dev.shiplog.journal;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.DiskFullException;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.file.Preallocator;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Excerpt;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of a journal. What {@link #append} took survives {@code kill -9}; what {@link #sync} took survives a
 * power cut. All calls, {@link #close} included, belong to the thread that opened it.
 *
 * <p>Records go to the segment of the time of their receipt, but time never goes back here: after a backward step of the
 * clock they go on in the segment that is there.
 */
public final class Appender implements Closeable {
    /** A group is closed when it holds this much, so that damage costs no more. */
    private static final int GROUP_BYTES = 1 << 20;
    /** A buffer that grew for one large record is given back. */
    private static final int KEEP_BUFFER = 1 << 20;
    /** What an excerpt needs on disk besides the coded record. */
    private static final int FRAME = 64;

    private static final int GROUP_ROOM = 256;
    /** Longer than any engine's id; what claims to be one must not make a header that no reader takes. */
    private static final int LONGEST_ID = 128;
    /** A coded record is smaller than its payload but for this; the encoder may at worst double a short one. */
    private static final int CODING_ROOM = 4096;

    /**
     * @param roll when a new segment begins
     * @param host the recorder's host name, for the segments' headers
     * @param boot the kernel's boot id, or empty
     * @param writer name and version of the program
     * @param minimumFree bytes that must stay free on the file system: below, {@link DiskFullException}
     * @param access who else may read
     */
    public record Options(Roll roll, String host, String boot, String writer, long minimumFree, Access access) {
        /** For the owner alone. */
        public Options(Roll roll, String host, String boot, String writer, long minimumFree) {
            this(roll, host, boot, writer, minimumFree, Access.OWNER);
        }
    }

    /**
     * What was found at opening.
     *
     * @param created true if there was no journal
     * @param lastSequence of the newest intact record, 0 if there is none
     * @param lastReceived of that record, ns since the epoch, 0 if there is none
     * @param damage what could not be read in the newest segment, which then was set aside as it is
     */
    public record Recovery(boolean created, long lastSequence, long lastReceived, List<Loss> damage) {}

    private final Thread owner = Thread.currentThread();
    private final Path path;
    private final Options options;
    private final JournalDirectory directory;
    private final JournalLock lock;
    private final Recovery recovery;
    private final String journal;
    private final Preallocator room;
    private final ChronicleWriter chronicle;

    private final Encoder encoder = new Encoder();
    private final Bytes frame = new Bytes(1024);
    private Bytes coded = new Bytes(8192);

    private String engine = "";
    private Supplier<List<Record>> opening = List::of;

    /** The segment that is written to, at first the one that an older run left; null if there is none. */
    private @Nullable SegmentName segment;
    /** Whether this run wrote its header and opening to it. */
    private boolean begun;
    /** Whether the header says which engine it is. */
    private boolean headed;
    /** Where its next excerpt begins. */
    private long used;

    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private long minTime = Long.MAX_VALUE;
    private long maxTime = Long.MIN_VALUE;

    private boolean inGroup;
    private long groupBytes;
    private int salt;

    private long nextSequence;
    /** The highest receipt so far, and never before the newest segment's start. */
    private long clock;

    private boolean closed;

    private Appender(
            Path path, Options options, JournalDirectory directory, JournalLock lock, Consumer<RecordView> tail)
            throws IOException {
        this.path = path;
        this.options = options;
        this.directory = directory;
        this.lock = lock;
        this.room = new Preallocator(path, options.minimumFree(), options.access());
        room.floor(0);
        directory.grant(options.access());
        directory.clear(options.roll());
        RecoveryScan found = RecoveryScan.read(directory, tail);
        journal = found.journal();
        nextSequence = found.nextSequence();
        segment = found.segment();
        used = found.used();
        counts.putAll(found.counts());
        minTime = found.minTime();
        maxTime = found.maxTime();
        clock = firstClock(found);
        SegmentName last = segment;
        if (last != null && !found.isFull()) {
            room.goOn(directory.resolve(last), used);
            // Chronicle writes an end mark, if nothing else; and nothing stays of a payload that a kill cut in half.
            room.reserve(used, Excerpt.MAX_CODED);
        }
        room.reserveMetadata();
        List<Loss> damage = new ArrayList<>(found.damage());
        chronicle = goOn(damage);
        recovery = new Recovery(found.isCreated(), found.lastSequence(), found.lastReceived(), List.copyOf(damage));
    }

    /** Chronicle in the newest segment; if it cannot bear that, which its own pages may be the reason of, in a new one. */
    private ChronicleWriter goOn(List<Loss> damage) throws IOException {
        SegmentName last = segment;
        try {
            return new ChronicleWriter(path, options.roll(), clock, last == null ? clock : last.start());
        } catch (JournalFailedException e) {
            if (last == null || isOfTheProcess(e)) {
                throw e;
            }
            damage.add(new Loss(last.text(), 0, 0, 0, 0, 0, 0, "Chronicle Queue cannot go on in it", false));
            directory.setAside(last);
            directory.clear(options.roll());
            room.reserveMetadata();
            segment = null;
            return new ChronicleWriter(path, options.roll(), clock, clock);
        }
    }

    /** Never before the start of any segment there is, and in none that cannot be added to. */
    private long firstClock(RecoveryScan found) {
        long length = options.roll().length().toNanos();
        SegmentName last = found.segment();
        long start =
                last != null && found.isFull() ? Math.max(found.newestStart(), last.start() + 1) : found.newestStart();
        return Math.max(found.clock(), Math.floorDiv(start + length - 1, length) * length);
    }

    /**
     * Opens the journal in {@code directory}, which is made (mode 0700) if missing, for appending.
     *
     * @param tail is shown every intact record of the newest segment before this returns, oldest first
     * @throws DiskFullException if there is no room to begin
     * @throws IOException naming the directory and what is wrong with it: another recorder has it, say
     */
    public static Appender open(Path directory, Options options, Consumer<RecordView> tail) throws IOException {
        JournalDirectory prepared = JournalDirectory.open(directory);
        JournalLock lock = JournalLock.take(directory);
        try {
            return new Appender(directory, options, prepared, lock, tail);
        } catch (IOException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    public Recovery recovery() {
        return recovery;
    }

    /** The engine's id, for a header before the next record, and those of the segments to come. */
    public void engineId(String id) {
        String known = id.length() > LONGEST_ID ? id.substring(0, LONGEST_ID) : id;
        headed &= known.equals(engine);
        engine = known;
    }

    /**
     * What every segment begins with, after its header: asked for on this thread at the first append to a segment, also
     * when an older run began that segment. It is written as restated, in a journal that was empty only its
     * {@code segment-start} is.
     */
    public void snapshot(Supplier<List<Record>> newOpening) {
        opening = newOpening;
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
            chronicle.clock(clock);
            if (!headed) {
                writeHeader();
            }
            return write(record, false);
        }
        SegmentName target = SegmentName.at(options.roll(), clock);
        long from = target.equals(current) ? used : 0;
        try {
            begin(target, record);
            long sequence = write(record, false);
            if (lastIn(target, from) != sequence) {
                throw new JournalFailedException(
                        directory.resolve(target) + ": what was written to it cannot be read; start again", null);
            }
            return sequence;
        } catch (JournalFailedException e) {
            if (!isOfTheProcess(e)) {
                directory.setAside(target); // or the next run would meet the same
            }
            throw e;
        }
    }

    /** Whether the segment is not to blame: a JVM that is ending loads no more of Chronicle's classes. */
    private static boolean isOfTheProcess(JournalFailedException e) {
        return e.getCause() instanceof LinkageError;
    }

    /** The last record that a reader finds behind {@code from}: once for each segment Chronicle is not believed. */
    private long lastIn(SegmentName written, long from) throws IOException {
        boolean interrupted = Thread.interrupted(); // which would close the file, and is the caller's to see
        try (SegmentReader reader = new SegmentReader(directory.resolve(written), new LossTracker())) {
            reader.position(from);
            long last = 0;
            while (reader.next() == SegmentReader.Step.RECORD) {
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
        room.floor(0);
        List<Record> records = opening.get();
        long bytes = bound(first);
        for (Record record : records) {
            bytes += bound(record);
        }
        begun = false;
        if (target.equals(segment)) {
            room.reserve(used, bytes);
        } else {
            room.begin(directory.resolve(target), bytes);
            segment = target;
            used = 0;
            counts.clear();
            minTime = Long.MAX_VALUE;
            maxTime = Long.MIN_VALUE;
        }
        chronicle.clock(clock);
        writeHeader();
        boolean empty = nextSequence == 1;
        for (Record record : records) {
            boolean unknown = empty && MarkType.of(record.payload(), record.payload().length) != MarkType.SEGMENT_START;
            write(record, !unknown);
        }
        begun = true;
    }

    /** What follows begins a group. */
    private void writeHeader() throws IOException {
        inGroup = false;
        Excerpt.header(
                new SegmentHeader(journal, options.host(), engine, options.boot(), options.writer(), clock), frame);
        room.reserve(used, frame.length());
        put(frame);
        headed = true;
    }

    /** At most so many bytes come to the file for this record. */
    private static long bound(Record record) {
        return CODING_ROOM + 2L * record.payload().length;
    }

    private long write(Record record, boolean restated) throws IOException {
        boolean newGroup = !inGroup || encoder.isFull() || groupBytes >= GROUP_BYTES;
        inGroup = false; // if anything fails, what the encoder remembers is not what was written
        if (newGroup) {
            encoder.startGroup();
        }
        int index = encoder.size();
        Excerpt.begin(coded);
        // At once: while a buffer doubles, it is there twice.
        coded.ensure(record.payload().length + CODING_ROOM);
        if (restated) {
            encoder.encodeRestated(record, coded);
        } else {
            encoder.encode(record, coded);
        }
        int length = coded.length() - Excerpt.CRC_WIDTH;
        int parts = (length + Excerpt.MAX_CODED - 1) / Excerpt.MAX_CODED;
        room.reserve(used, length + (long) FRAME * parts + (newGroup ? GROUP_ROOM : 0));
        clock = Math.max(clock, record.received());
        if (newGroup) {
            beginGroup();
        }
        if (parts == 1) {
            Excerpt.seal(coded, salt);
            put(coded);
        } else {
            putParts(index, length, parts);
        }
        inGroup = true;
        groupBytes += length;
        counts.merge(record.kind(), 1L, Long::sum);
        minTime = Math.min(minTime, record.time());
        maxTime = Math.max(maxTime, record.time());
        return nextSequence++;
    }

    private void beginGroup() throws IOException {
        salt = Excerpt.salt(journal, nextSequence);
        Excerpt.group(new Group(nextSequence, salt, clock, minTime, maxTime, counts), frame);
        put(frame);
        groupBytes = 0;
    }

    private void putParts(int index, int length, int parts) throws IOException {
        for (int part = 0; part < parts; part++) {
            int from = part * Excerpt.MAX_CODED;
            int count = Math.min(Excerpt.MAX_CODED, length - from);
            Excerpt.part(index, part, parts, coded.array(), Excerpt.CRC_WIDTH + from, count, salt, frame);
            put(frame);
        }
        if (length > KEEP_BUFFER) {
            coded = new Bytes(8192);
        }
    }

    private void put(Bytes excerpt) throws IOException {
        chronicle.write(excerpt.array(), 0, excerpt.length());
        used = chronicle.position();
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
        try {
            chronicle.close();
        } finally {
            try {
                room.close();
            } finally {
                lock.close();
            }
        }
    }
}
