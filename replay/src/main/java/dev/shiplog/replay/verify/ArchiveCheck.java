package dev.shiplog.replay.verify;

import dev.shiplog.journal.archive.ArchiveFile;
import dev.shiplog.journal.archive.ArchiveName;
import dev.shiplog.journal.archive.ArchiveTally;
import dev.shiplog.journal.archive.Description;
import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.replay.query.GapLine;
import dev.shiplog.replay.verify.Finding.Lost;
import dev.shiplog.replay.verify.Finding.Place;
import dev.shiplog.timeline.Context;
import dev.shiplog.timeline.Gap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Checks one archive: every byte of the file that is not in a block, its name and its signature, and whether its records
 * are what the manifest says. Not thread safe.
 */
final class ArchiveCheck {
    private final Path path;
    private final ArchiveFile archive;
    private final Manifest manifest;
    private final Options options;
    private final Signature signature;
    private final ArchiveTally tally = new ArchiveTally();
    private final Context context = new Context();
    /** The first block that the file ends before; null if there is none, or that is not known yet. */
    private Manifest.@Nullable Block missing;

    ArchiveCheck(Path path, ArchiveFile archive, Options options) throws IOException {
        this.path = path;
        this.archive = archive;
        this.options = options;
        manifest = archive.manifest();
        signature = findSignature();
    }

    private Signature findSignature() throws IOException {
        if (archive.isSignatureLost()) {
            return Signature.LOST;
        }
        if (!archive.isSigned()) {
            return Signature.NONE;
        }
        return options.key() == null
                ? Signature.UNCHECKED
                : archive.isSignedBy(options.key()) ? Signature.GOOD : Signature.BAD;
    }

    Path path() {
        return path;
    }

    Signature signature() {
        return signature;
    }

    /** Whether these are chosen records, so that it says nothing that some are not there. */
    boolean isSelection() {
        return manifest.description().selection() != null;
    }

    private boolean isOutsideOfChains() {
        return manifest.link().number() == 0;
    }

    /** Its place in the chain of its journal; null if it is in none. */
    Chain.@Nullable Link link() {
        return isOutsideOfChains()
                ? null
                : new Chain.Link(
                        path,
                        archive.digest(),
                        manifest.link().number(),
                        manifest.link().previous(),
                        manifest.sequences().first(),
                        manifest.sequences().last(),
                        manifest.received().first(),
                        signature);
    }

    /** What is wrong with it as a whole. */
    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (signature == Signature.BAD) {
            findings.add(finding(Severity.TAMPERED, "its signature is not one of this manifest by this key"));
        }
        if (options.key() != null && !options.unsignedCuts() && isOutsideOfChains() && signature != Signature.GOOD) {
            String what = signature == Signature.NONE ? "not signed" : "its signature cannot be read";
            findings.add(finding(Severity.UNSIGNED, what + ", and in no chain, where another could vouch for it"));
        }
        if (!ArchiveName.of(manifest).equals(path.getFileName().toString())) {
            findings.add(finding(Severity.NOTE, "its usual name is " + ArchiveName.of(manifest)));
        }
        return findings;
    }

    private Finding finding(Severity severity, String what) {
        return new Finding(severity, path, new Place(-1, manifest.received().first()), Lost.NONE, what);
    }

    /** Takes the next record that is read. */
    void add(RecordView record, @Nullable SegmentHeader header) {
        List<Manifest.Block> blocks = manifest.blocks();
        while (tally.blocks() < blocks.size()
                && record.sequence() > blocks.get(tally.blocks()).sequences().last()) {
            endBlock();
        }
        tally.add(record, header, context.apply(record));
    }

    private void endBlock() {
        Manifest.Block block = manifest.blocks().get(tally.blocks());
        tally.endBlock(block.name(), block.content());
    }

    /** What is wrong with the file, without the content of its blocks: of those, whether they are there at all. */
    List<Loss> frame() throws IOException {
        List<Loss> losses = new ArrayList<>();
        for (ArchiveFile.Finding found : archive.checkFrame()) {
            if (missing != null) {
                continue; // all that comes after the end is missing for the same reason
            }
            long last = manifest.sequences().last();
            missing = found.block();
            losses.add(new Loss(
                    new Loss.Place(path.getFileName().toString(), found.offset(), found.offset()),
                    missing == null
                            ? new Loss.Sequences(last + 1, last)
                            : new Loss.Sequences(missing.sequences().first(), last),
                    new Loss.Received(manifest.received().first(), 0),
                    Loss.Cause.MISMATCH,
                    found.member() + ": " + found.reason()));
        }
        return losses;
    }

    /** There are no more records, and none is lost: says if they are not what the manifest says. */
    List<Finding> differences() {
        while (tally.blocks() < manifest.blocks().size()) {
            endBlock();
        }
        List<String> differences = tally.differences(manifest);
        return differences.isEmpty()
                ? List.of()
                : List.of(finding(
                        Severity.MISMATCH,
                        "the manifest says something else of its records: " + String.join(", ", differences)));
    }

    /** What the manifest says is lost. */
    List<Loss> losses() {
        return manifest.description().losses();
    }

    /** Takes for granted that the records are there that the manifest names, in the blocks that the file has room for. */
    void claim(Continuity continuity) {
        List<Manifest.Span> there = manifest.blocks().stream()
                .takeWhile(block -> !block.equals(missing))
                .map(Manifest.Block::sequences)
                .toList();
        List<Loss.Sequences> lost = losses().stream()
                .filter(loss -> loss.records() > 0)
                .map(Loss::sequences)
                .toList();
        without(lost, there).forEach(span -> continuity.add(span.first(), span.last()));
    }

    /**
     * What is left of {@code spans} without what is lost. In one pass over both, since a manifest of somebody else may have
     * many.
     *
     * @param lost in any order
     * @param spans that rise
     */
    static List<Manifest.Span> without(List<Loss.Sequences> lost, List<Manifest.Span> spans) {
        List<Loss.Sequences> rising = lost.stream()
                .sorted(Comparator.comparingLong(Loss.Sequences::from))
                .toList();
        List<Manifest.Span> left = new ArrayList<>();
        int next = 0;
        for (Manifest.Span span : spans) {
            long from = span.first();
            for (; next < rising.size() && rising.get(next).from() <= span.last(); next++) {
                Loss.Sequences gone = rising.get(next);
                if (gone.from() > from) {
                    left.add(new Manifest.Span(from, gone.from() - 1));
                }
                from = Math.max(from, gone.to() + 1);
                if (gone.to() > span.last()) {
                    break; // it goes on in the next one
                }
            }
            if (from <= span.last()) {
                left.add(new Manifest.Span(from, span.last()));
            }
        }
        return left;
    }

    /** The gaps that the manifest names: those that are over when its records end, or those that are not. */
    List<Finding> gaps(boolean over) {
        return manifest.description().gaps().stream()
                .map(ArchiveCheck::gap)
                .filter(gap -> gap.isOpen() != over)
                .map(gap -> finding(Severity.GAP, GapLine.clause(gap)))
                .toList();
    }

    private static Gap gap(Description.Gap gap) {
        Gap.Type type;
        try {
            type = Gap.Type.valueOf(gap.type().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            type = Gap.Type.UNKNOWN;
        }
        return new Gap(type, gap.kind(), gap.subject(), gap.count(), gap.from(), gap.to(), gap.reason());
    }
}
