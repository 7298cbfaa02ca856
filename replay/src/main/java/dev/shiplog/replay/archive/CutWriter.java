package dev.shiplog.replay.archive;

import dev.shiplog.journal.archive.ArchiveWriter;
import dev.shiplog.journal.archive.Coding;
import dev.shiplog.journal.archive.Description;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.codec.RecordSplitter;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.redact.LogRedaction;
import dev.shiplog.timeline.redact.Redaction;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes an archive of the records that a reading finds, and of what their reader needs to know beside them: the
 * {@link State} at the first one, later descriptions of the same containers, and the recorder's marks. These are marked as
 * restated, so that an export of the archive is one of the records that were asked for. Sequences and times stay. Not
 * thread safe.
 */
public final class CutWriter implements Closeable {
    private final Path target;
    private final Coding coding;
    private final Reading reading;
    private final Redactions redactions;

    private State state = new State();
    private final Contents contents = new Contents();
    private final RecordSplitter splitter = new RecordSplitter();
    private final List<Loss> losses = new ArrayList<>();
    private final Set<String> described = new HashSet<>();
    /** A mark that reported a gap. The next step may find it again, because it is asked for. */
    private @Nullable KeptRecord gap;

    /** Of the record that was taken last; of the archive's once that is begun. */
    private Origin.Place place = new Origin.Place("", "");

    private @Nullable ArchiveWriter writer;
    private long last;

    /**
     * @param target the archive's file, which must not be there
     * @param ofLogs what is removed from lines of logs
     * @param reading that finds the records
     */
    public CutWriter(Path target, Coding coding, Redaction redaction, LogRedaction ofLogs, Reading reading) {
        this.target = target;
        this.coding = coding;
        this.reading = reading;
        redactions = new Redactions(redaction, ofLogs);
    }

    /**
     * Takes what the last step of the reading came to.
     *
     * @throws IOException if records of two journals are asked for: an archive is of one
     */
    public void take(Reading.Step step) throws IOException {
        if (!reading.origin().place().journal().equals(place.journal()) && isPassed(step)) {
            return;
        }
        KeptRecord reported = gap;
        gap = null;
        boolean isFoundItself = step instanceof Reading.Found found
                && reported != null
                && found.record().sequence() == reported.record().sequence();
        if (reported != null && !isFoundItself) {
            explain(reported);
        }
        if (step instanceof Reading.Found found) {
            find(found.record());
            return;
        }
        RecordView record = reading.last();
        if (step instanceof Reading.Missing && record != null) {
            gap = new KeptRecord(record.toRecord(), reading.header());
        } else if (step instanceof Reading.Damaged damaged) {
            losses.add(damaged.loss());
        } else if (record != null) {
            pass(record);
        }
    }

    /** At a step in another journal: what came before is not of this one. Whether the step does not count either. */
    private boolean isPassed(Reading.Step step) throws IOException {
        Origin.Place other = reading.origin().place();
        if (writer == null) {
            place = other;
            state = new State();
            losses.clear();
            gap = null;
            return false;
        }
        if (step instanceof Reading.Found) {
            throw new IOException("an archive is of one journal, and these sources hold records of two: " + named(place)
                    + " and " + named(other) + "; name the directory or the files of one");
        }
        return true;
    }

    private static String named(Origin.Place of) {
        return "journal " + of.journal() + " of host " + of.host();
    }

    private void find(RecordView record) throws IOException {
        if (writer == null) {
            begin();
        }
        if (redactions.concerns(record.kind())) {
            write(new KeptRecord(record.toRecord(), reading.header()), record.restated());
        } else {
            write(record, reading.header());
        }
    }

    /** At the first record that is asked for, what was before it is known. */
    private void begin() throws IOException {
        place = reading.origin().place();
        Path directory = Objects.requireNonNull(target.toAbsolutePath().getParent());
        writer = ArchiveWriter.begin(directory, coding, place.journal(), place.host());
        for (KeptRecord kept : state.records(this::isWanted)) {
            write(kept, true);
        }
    }

    private boolean isWanted(String container) {
        return reading.query().filter().wantsSubject(container, reading.containers());
    }

    /** Whether a container that is wanted was made from the image. */
    private boolean isOfWanted(String image) {
        List<String> made = reading.containers().containers().stream()
                .filter(container -> container.imageId().equals(image))
                .map(Container::id)
                .toList(); // to ask for one moves it among the others
        return made.stream().anyMatch(this::isWanted);
    }

    /** A record that is not asked for. */
    private void pass(RecordView record) throws IOException {
        if (writer == null) {
            state.add(record, reading.header());
        } else if (explains(record)) {
            write(new KeptRecord(record.toRecord(), reading.header()), true);
        }
    }

    private boolean explains(RecordView record) {
        boolean within = record.received() < reading.query().range().until();
        return within
                && switch (record.kind()) {
                    case MARK -> !record.restated();
                    case INSPECT ->
                        isWanted(record.subject()) && !(record.restated() && described.contains(record.subject()));
                    case IMAGE ->
                        isOfWanted(record.subject()) && !(record.restated() && described.contains(record.subject()));
                    case EVENT, STATS, LOG, HOST, ENGINE_METRICS, SOCKETS, DISK -> false;
                };
    }

    private void explain(KeptRecord mark) throws IOException {
        if (writer == null) {
            state.add(mark);
        } else {
            write(mark, true);
        }
    }

    private void write(KeptRecord kept, boolean restated) throws IOException {
        Record record = redactions.redact(kept.record());
        if (record != null) {
            write(splitter.split(record, record.kind().code(), restated), kept.header());
        }
    }

    private void write(RecordView record, @Nullable SegmentHeader header) throws IOException {
        if (record.sequence() <= last) {
            throw new IOException("record " + record.sequence() + " comes after record " + last
                    + ": name the sources in the order of their records");
        }
        last = record.sequence();
        boolean isContext = contents.add(record);
        Objects.requireNonNull(writer).add(record, header, isContext);
        if (record.kind() == Kind.INSPECT || record.kind() == Kind.IMAGE) {
            described.add(record.subject());
        }
    }

    /** What was removed, in a clause; empty if nothing was. */
    public String redacted() {
        return redactions.summary();
    }

    /**
     * The reading is at its end: writes the archive.
     *
     * @param selection how the records were chosen
     * @param program name and version of the program
     * @return its manifest; null if no record was found, so that there is no archive
     */
    public @Nullable Manifest finish(String selection, String program) throws IOException {
        ArchiveWriter open = writer;
        if (open == null) {
            return null;
        }
        Description description = contents.describe("", null, selection, program, place.host(), losses);
        Manifest manifest = open.finish(description, Manifest.Link.NONE);
        open.write(manifest, target, Access.OWNER, null);
        return manifest;
    }

    /** Drops what was not written. Idempotent. */
    @Override
    public void close() throws IOException {
        ArchiveWriter open = writer;
        writer = null;
        if (open != null) {
            open.close();
        }
    }
}
