package dev.shiplog.replay.archive;

import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.AtomicFile;
import dev.shiplog.journal.file.DirectoryListing;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFileWriter;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.replay.query.Sequences;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes a journal of records that are kept elsewhere: all of it, or nothing. It takes an empty directory, so that it never
 * mixes two journals and no recorder is there, and holds the lock, so that none comes. Segments get their names at the end,
 * the newest first: whatever a kill leaves, no recorder gives a sequence a second time. Not thread safe.
 */
public final class Restoration implements Closeable {
    private final Path directory;
    /** Whether the directory was made for this. */
    private final boolean made;

    private final JournalLock lock;
    private final List<SegmentName> segments = new ArrayList<>();

    private @Nullable SegmentFileWriter writer;
    /** The segment of the last record, and the name of its file. */
    private @Nullable Segment current;

    private @Nullable SegmentName name;
    /** That was written last to the segment, or to the one before if it has none yet. */
    private @Nullable SegmentHeader header;

    private final Sequences written = new Sequences();
    private long last;
    private long records;
    private boolean committed;

    private Restoration(Path directory, boolean made) throws IOException {
        this.directory = directory;
        this.made = made;
        lock = JournalLock.take(directory);
    }

    /**
     * Begins a journal in an empty directory, which is made if it is missing.
     *
     * @throws IOException if there is something in it
     */
    public static Restoration begin(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory) && Files.notExists(directory)) {
            throw new IOException(directory + ": is a link to nothing; name a directory");
        }
        boolean made = Files.notExists(directory);
        if (made) {
            Path parent = directory.toAbsolutePath().getParent();
            if (parent == null || !Files.isDirectory(parent)) {
                throw new IOException(directory + ": cannot be made: " + parent + " is no directory");
            }
            Files.createDirectory(directory, Access.ownerOnly(parent, "rwx------"));
        }
        for (Path file : DirectoryListing.of(directory)) {
            String name = file.getFileName().toString();
            if (!name.equals("lost+found")) {
                throw new IOException(
                        directory + ": is not empty (" + name + "); a journal is restored to a directory of its own");
            }
        }
        return new Restoration(directory, made);
    }

    /**
     * Adds a record. Sequences must rise, but one that is written is passed over.
     *
     * @param segment that holds it
     * @param journal the id of the journal
     * @param of the header in force; null if it is damaged
     * @throws IOException if it comes too late, or this version does not know its kind
     */
    public void add(RecordView record, Segment segment, String journal, @Nullable SegmentHeader of) throws IOException {
        if (!record.isOfKnownKind()) {
            throw new IOException("record " + record.sequence() + " is of kind " + Kind.label(record.kindCode())
                    + ", which this version cannot restore: a newer replay can");
        }
        if (!written.add(record.sequence())) {
            return;
        }
        if (record.sequence() < last) {
            throw new IOException("record " + record.sequence() + " of " + segment.name() + " comes after record "
                    + last + ": name the sources in the order of their records");
        }
        last = record.sequence();
        SegmentFileWriter out = writer;
        if (isAnother(segment, record) || out == null) {
            out = begin(journal, of == null ? header : of);
        } else if (of != null && !of.equals(header)) {
            header = of;
            out.write(of);
        }
        out.write(record.toRecord(), record.restated());
        records++;
    }

    /** Whether the record belongs to another segment than the one before; several files may hold one segment. */
    private boolean isAnother(Segment segment, RecordView first) throws IOException {
        if (segment.equals(current)) {
            return false;
        }
        SegmentName before = name;
        current = segment;
        SegmentName recorded = SegmentName.parse(RecordedName.of(segment));
        name = recorded == null ? SegmentName.at(Roll.HOURLY, first.received()) : recorded;
        return !name.equals(before);
    }

    private SegmentFileWriter begin(String journal, @Nullable SegmentHeader of) throws IOException {
        finish();
        SegmentName free = unused(Objects.requireNonNull(name));
        SegmentFileWriter begun =
                SegmentFileWriter.create(AtomicFile.temporary(directory.resolve(free.text())), free.roll(), journal);
        writer = begun;
        segments.add(free);
        header = of == null ? new SegmentHeader(journal, "", "", "", "", 0) : of;
        begun.write(header);
        return begun;
    }

    /** The name, or the next one for a quarantined segment if another segment of the journal has it. */
    private SegmentName unused(SegmentName recorded) {
        SegmentName free = recorded;
        for (int n = 1; segments.contains(free); n++) {
            free = SegmentName.at(recorded.roll(), recorded.start()).quarantined(n);
        }
        return free;
    }

    private void finish() throws IOException {
        SegmentFileWriter open = writer;
        writer = null;
        if (open != null) {
            try (open) {
                open.finish();
            }
        }
    }

    /** All records were added: gives the segments their names. */
    public void commit() throws IOException {
        finish();
        for (int i = segments.size() - 1; i >= 0; i--) {
            Path file = directory.resolve(segments.get(i).text());
            Files.move(AtomicFile.temporary(file), file, StandardCopyOption.ATOMIC_MOVE);
        }
        committed = true;
    }

    /** How many segments the journal has so far. */
    public int segments() {
        return segments.size();
    }

    /** How many records the journal has so far. */
    public long records() {
        return records;
    }

    /** Deletes what was not committed. Idempotent. */
    @Override
    public void close() throws IOException {
        SegmentFileWriter open = writer;
        writer = null;
        if (open != null) {
            open.close();
        }
        if (!committed) {
            for (SegmentName segment : segments) {
                Path file = directory.resolve(segment.text());
                Files.deleteIfExists(AtomicFile.temporary(file));
                Files.deleteIfExists(file);
            }
            segments.clear();
            Files.deleteIfExists(directory.resolve(JournalLock.FILE));
        }
        lock.close();
        if (!committed && made) {
            Files.deleteIfExists(directory);
        }
    }
}
