package dev.shiplog.journal.archive;

import dev.shiplog.journal.archive.Manifest.Block;
import dev.shiplog.journal.archive.Manifest.Content;
import dev.shiplog.journal.archive.Manifest.OfKind;
import dev.shiplog.journal.archive.Manifest.Span;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentStart;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds what the manifest of an archive says of its records: from the records as they are written, or as they are read, to
 * compare. Not thread safe.
 */
public final class ArchiveTally {
    private final List<Block> blocks = new ArrayList<>();
    private final List<Manifest.Header> headers = new ArrayList<>();
    private final SortedMap<Integer, OfKind> kinds = new TreeMap<>();
    private BlockTally block = new BlockTally();
    private @Nullable SegmentHeader header;
    private long firstReceived;
    private long lastReceived;
    private boolean anyReceived;
    private boolean cleanStop;

    /**
     * Takes the next record.
     *
     * @param of the header of the segment that the record follows; null if that is damaged
     * @param isContext as {@link ArchiveWriter#add} has it
     */
    public void add(RecordView record, @Nullable SegmentHeader of, boolean isContext) {
        if (of != null && !of.equals(header)) {
            header = of;
            headers.add(new Manifest.Header(record.sequence(), of));
        }
        block.add(record, isContext);
        kinds.merge(
                record.kindCode(),
                new OfKind(1, record.restated() ? 1 : 0, record.payload().length()),
                (a, b) -> new OfKind(a.records() + b.records(), a.restated() + b.restated(), a.bytes() + b.bytes()));
        if (!record.restated()) {
            firstReceived = anyReceived ? firstReceived : record.received();
            lastReceived = record.received();
            anyReceived = true;
        }
        cleanStop = record.kindCode() == Kind.MARK.code()
                && MarkType.of(record.payload().array(), record.payload().length()) == MarkType.CLEAN_STOP;
    }

    /** Whether the block that the next record would be in has none yet. */
    boolean isAtBlock() {
        return block.isEmpty();
    }

    /** The records since the last call make a block of its own. */
    public void endBlock(String name, Content content) {
        blocks.add(block.block(name, content));
        block = new BlockTally();
    }

    /** How many blocks there are. */
    public int blocks() {
        return blocks.size();
    }

    /** What the manifest is, if all blocks are ended. */
    Manifest manifest(Coding coding, String journal, Description description, Manifest.Link link, Content readme) {
        SegmentStart start = description.start();
        long began = start == null ? 0 : start.first().clock();
        Span received = anyReceived ? new Span(firstReceived, lastReceived) : new Span(began, began);
        return new Manifest(
                coding,
                journal,
                description,
                link,
                blocks.isEmpty()
                        ? Span.NONE
                        : new Span(
                                blocks.get(0).sequences().first(),
                                blocks.get(blocks.size() - 1).sequences().last()),
                blocks.isEmpty() ? Span.NONE : received,
                new Span(
                        blocks.stream()
                                .mapToLong(each -> each.times().first())
                                .min()
                                .orElse(0),
                        blocks.stream()
                                .mapToLong(each -> each.times().last())
                                .max()
                                .orElse(0)),
                cleanStop,
                headers,
                kinds,
                readme,
                blocks);
    }

    /** What {@code manifest} says of its records that is not so, as clauses, if all blocks are ended. */
    public List<String> differences(Manifest manifest) {
        Manifest found = manifest(
                manifest.coding(), manifest.journal(), manifest.description(), manifest.link(), manifest.readme());
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < Math.max(found.blocks().size(), manifest.blocks().size()); i++) {
            Block claimed = i < manifest.blocks().size() ? manifest.blocks().get(i) : null;
            if (i >= found.blocks().size() || !found.blocks().get(i).equals(claimed)) {
                differences.add("what the manifest says of block " + (i + 1));
            }
        }
        add(differences, "sequences", manifest.sequences(), found.sequences());
        add(differences, "receipts", manifest.received(), found.received());
        add(differences, "times", manifest.times(), found.times());
        add(differences, "kinds", manifest.kinds(), found.kinds());
        add(differences, "headers", manifest.headers(), found.headers());
        add(differences, "clean stop", manifest.cleanStop(), found.cleanStop());
        return differences;
    }

    private static void add(List<String> differences, String what, Object claimed, Object found) {
        if (!Objects.equals(claimed, found)) {
            differences.add(what);
        }
    }
}
