package dev.shiplog.replay.verify;

import dev.shiplog.journal.segment.Loss;
import dev.shiplog.replay.verify.Finding.Lost;
import dev.shiplog.replay.verify.Finding.Place;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Finds which records of a journal no file holds, and why: damage, or a file that is missing. What one file lacks is not
 * lost if another has it. Not thread safe.
 */
final class Continuity {
    private final Holdings holdings = new Holdings();
    private final List<Stretch> stretches = new ArrayList<>();
    private final Set<Path> mismatches = new HashSet<>();
    /** The highest record that was read, or that a manifest names. */
    private long highest;

    private final List<Chain.Link> links = new ArrayList<>();
    private final List<Chain.Unread> unread = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    /** What is read from now on is in this file. */
    void begin(Path file) {
        holdings.begin(file);
    }

    /** The file holds this record; returns whether it is above all before. */
    boolean add(long sequence) {
        holdings.add(sequence);
        boolean isNew = sequence > highest;
        highest = isNew ? sequence : highest;
        return isNew;
    }

    /** Whether a file before this one holds the record. */
    boolean isHeldBefore(long sequence) {
        return holdings.isHeldBefore(sequence);
    }

    /** The file holds these records, as its manifest says. */
    void add(long from, long to) {
        holdings.add(from, to);
        highest = Math.max(highest, to);
    }

    /** The file begins with this record; how many it holds was not read. */
    void addBeginning(Path file, long first) {
        holdings.addBeginning(file, first);
    }

    /** A part of the file cannot be read. */
    void add(Path file, Loss loss) {
        Stretch last = stretches.isEmpty() ? null : stretches.get(stretches.size() - 1);
        if (last != null && last.file().equals(file) && last.takes(loss)) {
            return;
        }
        add(
                file,
                loss,
                switch (loss.cause()) {
                    case REFUSED -> Severity.REFUSED;
                    case MISMATCH -> Severity.MISMATCH;
                    case DELETED -> Severity.DELETED;
                    case DAMAGED, UNDECODABLE -> Severity.DAMAGED;
                });
    }

    private void add(Path file, Loss loss, Severity severity) {
        stretches.add(new Stretch(file, severity, loss, highest));
        if (severity == Severity.MISMATCH) {
            mismatches.add(file);
        }
    }

    /** Nothing of an archive can be read, not even its manifest. */
    void addUnread(Path file, Severity severity, String reason) {
        add(file, Loss.ofSegment("", Loss.Cause.DAMAGED, reason), severity);
        unread.add(Chain.Unread.of(file));
    }

    /** An archive has a place in the chain. */
    void add(Chain.Link link) {
        links.add(link);
    }

    /** The highest number of an archive. */
    long lastNumber() {
        return links.stream().mapToLong(Chain.Link::number).max().orElse(0);
    }

    /** Whether some of an archive is known not to be what its manifest says. */
    boolean isMismatch(Path file) {
        return mismatches.contains(file);
    }

    /**
     * There are no more files.
     *
     * @param deleted up to which record retention took those of the journal; asked where some are missing
     * @param tips what the directories of the archives remember of the chain
     * @param keyed whether signatures were checked
     */
    List<Finding> end(LongSupplier deleted, List<Chain.Tip> tips, boolean keyed) {
        Holes holes = holdings.holes();
        if (!holes.rest().isEmpty()) {
            reportDeleted(holes.take(1, Math.min(deleted.getAsLong(), holes.last())));
        }
        stretches.forEach(stretch -> findings.add(stretch.explain(holes)));
        Set<Path> beginnings = new HashSet<>();
        for (Finding finding : Chain.check(links, unread, tips, keyed)) {
            findings.add(finding.lost().equals(Lost.NONE) ? finding : withRecords(finding, holes));
            if (finding.severity() != Severity.MISSING) {
                beginnings.add(finding.file());
            }
        }
        for (Holes.Hole hole : holes.rest()) {
            Path after = Objects.requireNonNull(hole.after());
            Lost records = new Lost(hole.from(), hole.to());
            if (hole.before() != null) {
                String what = records + " before it, after " + hole.before().getFileName() + ": no file holds them";
                findings.add(new Finding(Severity.MISSING, after, Place.WHOLE, records, what));
            } else if (!beginnings.contains(after)) {
                String what = "begins at record " + (hole.to() + 1) + ": no file here holds what was before";
                findings.add(Finding.of(Severity.NOTE, after, what));
            }
        }
        return findings;
    }

    private void reportDeleted(List<Holes.Hole> holes) {
        if (!holes.isEmpty()) {
            Holes.Hole last = holes.get(holes.size() - 1);
            Lost records = new Lost(holes.get(0).from(), last.to());
            String what = records + " before it: deleted by retention";
            Path after = Objects.requireNonNull(last.after());
            findings.add(new Finding(Severity.DELETED, after, Place.WHOLE, records, what));
        }
    }

    /** The same for chosen records, among which it means nothing that others are missing. */
    List<Finding> endOfSelection() {
        stretches.forEach(stretch -> findings.add(stretch.explain(new Holes())));
        return findings;
    }

    /** Archives that are missing, or deleted, cost the records that no other file holds. */
    private static Finding withRecords(Finding missing, Holes holes) {
        boolean deleted = missing.severity() == Severity.DELETED;
        Lost range = missing.lost();
        List<Holes.Hole> lost = holes.take(range.from(), range.to());
        if (lost.isEmpty()) {
            return new Finding(
                    missing.severity(),
                    missing.file(),
                    missing.place(),
                    Lost.NONE,
                    missing.what() + (deleted ? "" : "; no record is lost"));
        }
        Lost records = new Lost(lost.get(0).from(), lost.get(lost.size() - 1).to());
        return new Finding(
                missing.severity(),
                missing.file(),
                missing.place(),
                records,
                missing.what()
                        + (deleted
                                ? ", with " + records
                                : "; " + records + (records.from() == records.to() ? " is lost" : " are lost")));
    }
}
