package dev.shiplog.replay.verify;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.RetentionMarks;
import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.MismatchException;
import dev.shiplog.journal.file.ZstdMissingException;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentStart;
import dev.shiplog.replay.query.GapLine;
import dev.shiplog.replay.verify.Finding.Lost;
import dev.shiplog.replay.verify.Finding.Place;
import dev.shiplog.timeline.Gap;
import dev.shiplog.timeline.GapFinder;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Checks the files of one journal, in the order of their records: each by itself, then whether they hold all records
 * together. Each file is read alone, so that one is not spared for another that holds the same. Not thread safe.
 */
final class JournalCheck {
    private final Options options;
    private final Totals totals;
    private final Watcher watcher;
    private final List<Finding> findings = new ArrayList<>();
    /** The files that were read, with their place in the order. */
    private final Map<Path, Integer> files = new HashMap<>();

    /** The id of the journal; empty as long as it is not known. */
    private String journal;

    private final Inventory inventory;

    private final Continuity continuity = new Continuity();
    private final GapFinder gaps = new GapFinder();
    /** What the manifest that was read last says is not over; the next one says it again, if it is so. */
    private List<Finding> openGaps = List.of();
    /** Segments without a beginning, which are damaged if others follow. */
    private final List<Segment> empty = new ArrayList<>();

    /** @param journal its id; empty if not known */
    JournalCheck(String journal, Inventory inventory, Options options, Totals totals, Watcher watcher) {
        this.journal = journal;
        this.inventory = inventory;
        this.options = options;
        this.totals = totals;
        this.watcher = watcher;
    }

    /** The id of the journal; empty if not known. */
    String journal() {
        return journal;
    }

    /** Takes the next file, or its archive if it is gone. Of one that retention has deleted, the hole shows it. */
    void read(Segment segment) throws IOException {
        for (Segment next = segment; next != null && !isRead(next); ) {
            next = inventory.successor(next);
        }
    }

    /** Reads a file; false if it is gone. */
    private boolean isRead(Segment segment) throws IOException {
        files.put(segment.path(), files.size());
        SegmentStart start = segment.start();
        journal = start == null || start.journal().isEmpty() ? journal : start.journal();
        try {
            if (segment instanceof SegmentFile) {
                readSegment(segment);
                totals.addSegment();
            } else {
                readArchive(segment.path());
                totals.addArchive();
            }
            return true;
        } catch (NoSuchFileException e) {
            if (Files.isSymbolicLink(segment.path())) { // nobody deleted it: the disk behind it is not mounted, say
                String what = "a link to a file that is not there";
                if (segment instanceof SegmentFile) {
                    findings.add(Finding.of(Severity.UNREADABLE, segment.path(), what));
                } else {
                    continuity.addUnread(segment.path(), Severity.UNREADABLE, what);
                }
                return true;
            }
            files.remove(segment.path());
            return false;
        }
    }

    private void readSegment(Segment segment) throws IOException {
        Path file = segment.path();
        SegmentStart start = segment.start();
        Path original = segment.copyOf();
        if (original != null) {
            findings.add(Finding.of(Severity.NOTE, file, "a copy of " + original.getFileName()));
        } else if (options.fast() && start != null) {
            continuity.addBeginning(file, start.first().base());
        } else if (!readRecords(file, null) && start == null) {
            empty.add(segment);
        }
    }

    private void readArchive(Path file) throws IOException {
        try (ArchiveFile archive = open(file)) {
            ArchiveCheck check = new ArchiveCheck(file, archive, options);
            String named = archive.manifest().journal();
            journal = named.isEmpty() ? journal : named;
            totals.add(check.signature());
            findings.addAll(check.findings());
            Chain.Link link = check.link();
            if (link != null) {
                continuity.add(link);
            }
            if (check.isSelection()) {
                JournalCheck alone = new JournalCheck(journal, inventory, options, totals, watcher);
                alone.readRecordsOf(check);
                findings.addAll(alone.findings);
                findings.addAll(alone.continuity.endOfSelection());
            } else {
                readRecordsOf(check);
            }
        } catch (MismatchException e) {
            continuity.addUnread(file, Severity.MISMATCH, String.valueOf(e.getMessage()));
        } catch (AccessDeniedException e) {
            continuity.addUnread(file, Severity.REFUSED, "permission denied");
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            continuity.addUnread(file, Severity.UNREADABLE, String.valueOf(e.getMessage()));
        }
    }

    /** A manifest that somebody blew up must not keep others from being checked. Nothing of it is kept then. */
    private static ArchiveFile open(Path file) throws IOException {
        try {
            return ArchiveFile.open(file);
        } catch (OutOfMemoryError e) {
            long most = Runtime.getRuntime().maxMemory() >> 20;
            throw new IOException("its manifest is too large for " + most + " MiB of memory", e);
        }
    }

    private void readRecordsOf(ArchiveCheck check) throws IOException {
        if (options.fast()) {
            believe(check);
            findings.addAll(check.gaps(true));
            openGaps = check.gaps(false);
            return;
        }
        try {
            readRecords(check.path(), check);
        } catch (ZstdMissingException e) {
            findings.add(Finding.of(Severity.UNREADABLE, check.path(), String.valueOf(e.getMessage())));
            believe(check);
            return;
        } catch (NoSuchFileException e) {
            believe(check); // it expired since it was opened
            return;
        }
        if (!continuity.isMismatch(check.path())) {
            findings.addAll(check.differences());
        }
    }

    /** Takes what the manifest says of the records for granted, and checks the rest of the file. */
    private void believe(ArchiveCheck check) throws IOException {
        continuity.begin(check.path());
        for (Loss loss : check.losses()) {
            continuity.add(check.path(), loss);
        }
        for (Loss loss : check.frame()) {
            continuity.add(check.path(), loss);
        }
        check.claim(continuity);
    }

    /**
     * Reads all records of a file; whether there was any, or a loss.
     *
     * @throws NoSuchFileException if the file is gone
     */
    private boolean readRecords(Path file, @Nullable ArchiveCheck check) throws IOException {
        continuity.begin(file);
        boolean any = false;
        try (Cursor cursor = Cursor.open(List.of(file))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                any = true;
                if (step == Cursor.Step.LOSS) {
                    continuity.add(file, cursor.loss());
                } else {
                    take(cursor, file);
                    if (check != null) {
                        check.add(cursor.record(), cursor.header());
                    }
                }
                watcher.read(file, totals.records());
            }
        }
        if (!any && Files.notExists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        return any;
    }

    private void take(Cursor cursor, Path file) {
        RecordView record = cursor.record();
        totals.addRecord(record.payload().length());
        boolean inOrder = continuity.add(record.sequence());
        if (!record.isOfKnownKind() || !inOrder && (record.kind() != Kind.MARK || isHeldBefore(record))) {
            return;
        }
        // An archive that came late is read after others; what is open at the end does not follow from it.
        Gap gap = (inOrder ? gaps : new GapFinder()).apply(record);
        if (gap != null) {
            Place place = new Place(cursor.position().offset(), record.received());
            findings.add(new Finding(Severity.GAP, file, place, Lost.NONE, GapLine.clause(gap)));
        }
    }

    private boolean isHeldBefore(RecordView record) {
        return continuity.isHeldBefore(record.sequence());
    }

    /** There are no more files of this journal: says what was found. */
    List<Finding> end() throws IOException {
        Path lastFile = files.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(null);
        readLateArchives();
        for (Segment segment : empty) {
            // A file that is gone, or was made anew, was only half made: a writer removes such files when it starts.
            if (!segment.path().equals(lastFile)
                    && Objects.equals(Segment.identity(segment.path()), segment.identity())
                    && Files.exists(segment.path())) {
                findings.add(Finding.of(Severity.DAMAGED, segment.path(), "the segment is empty"));
            }
        }
        findings.addAll(continuity.end(this::lastDeleted, inventory.tips(journal), options.key() != null));
        findings.addAll(openGaps);
        if (lastFile != null) {
            gaps.open().forEach(gap -> findings.add(Finding.of(Severity.GAP, lastFile, GapLine.clause(gap))));
        }
        findings.sort(Comparator.comparingInt((Finding finding) -> files.getOrDefault(finding.file(), 0))
                .thenComparingLong(finding -> finding.place().offset()));
        return findings;
    }

    /** Archives that came meanwhile belong to the chain, up to the last that is known: see {@link Inventory}. */
    private void readLateArchives() throws IOException {
        long last = Math.max(continuity.lastNumber(), inventory.lastNumber(journal));
        for (Segment late : inventory.archivesSince(journal)) {
            try (ArchiveFile archive = ArchiveFile.open(late.path())) {
                long number = archive.manifest().link().number();
                if (number == 0 || number > last) {
                    continue;
                }
            } catch (IOException e) {
                // What is wrong with it is found out by reading it.
            }
            read(late);
        }
    }

    /** The highest record that retention took; looked up among the files that are still there. */
    private long lastDeleted() {
        while (true) {
            List<Path> present = files.keySet().stream().filter(Files::exists).toList();
            long last = RetentionMarks.lastSequence(present).applyAsLong(journal);
            if (present.stream().allMatch(Files::exists)) {
                return last;
            }
        }
    }
}
