package dev.shiplog.journal.archive;

import dev.shiplog.journal.archive.Manifest.Block;
import dev.shiplog.journal.archive.Manifest.Span;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.RecordSource;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentStart;
import dev.shiplog.journal.segment.Stretch;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of an archive. A block that is not what the manifest says is left out and reported, with the sequences
 * that the manifest has for it. What was lost when the segment was archived is reported again at its place, so that the
 * archive of a damaged segment reads as the segment does. Not thread safe.
 */
final class ArchiveSource implements RecordSource {
    private final String name;
    private final ArchiveFile archive;
    private final Manifest manifest;
    private final LossTracker losses;
    /** Another file of the same segment has handed out records of it, so that they come again. */
    private final boolean isRepeated;
    /** Records below this were read from another segment, or are known to be lost: none is handed out twice. */
    private final long floor;
    /** How many records below the floor were met and are not reported yet. */
    private long repeats;

    /** What was lost when the segment was archived, and is not reported yet. */
    private final Deque<Loss> archived;
    /** How many headers come before the current record. */
    private int headers;
    /** The index of the block that is read, or comes next. */
    private int index;

    private @Nullable BlockReader reader;
    /** How many records of the block were met, and the sequence of the last one. */
    private long met;

    private long last;
    /** The highest receipt so far, or when the segment began. */
    private long clock;

    private boolean ended;
    private Predicate<Stretch> unwanted = stretch -> false;

    /** @param isRepeated whether another file of the same segment was read before */
    ArchiveSource(String name, ArchiveFile archive, LossTracker losses, boolean isRepeated) {
        this.name = name;
        this.archive = archive;
        this.losses = losses;
        this.isRepeated = isRepeated;
        manifest = archive.manifest();
        archived = new ArrayDeque<>(manifest.description().losses(name));
        boolean other = !manifest.journal().isEmpty() && losses.journal(manifest.journal());
        floor = other ? 0 : losses.next();
        SegmentStart start = manifest.description().start();
        if (start != null) {
            clock = start.first().clock();
            expect(start.first().base(), clock);
        }
    }

    @Override
    public boolean next() throws IOException {
        while (index < manifest.blocks().size()) {
            Block block = manifest.blocks().get(index);
            if (reader == null && isToPass(block)) {
                pass(block);
                continue;
            }
            try {
                if (take(block)) {
                    return true;
                }
            } catch (MismatchException e) {
                leave(block, String.valueOf(e.getMessage()));
            } catch (UndecodableException e) {
                leave(block, block.name() + ": " + e.getMessage());
            }
        }
        if (!ended) {
            ended = true;
            end();
        }
        return false;
    }

    @Override
    public void passOver(Predicate<Stretch> newUnwanted) {
        unwanted = newUnwanted;
    }

    /**
     * Whether the block, which comes next, need not be read. If records are missing in it, or beside it, what is read of it
     * says how much is lost. And of the last block the sequence and receipt of the last record are known only then.
     */
    private boolean isToPass(Block block) {
        Span of = block.sequences();
        return block.context() == 0
                && index + 1 < manifest.blocks().size()
                && of.first() > floor
                && of.first() == last + 1
                && block.isDense()
                && of.last() + 1 == manifest.blocks().get(index + 1).sequences().first()
                && (archived.isEmpty() || lastOf(archived.peek()) > of.last())
                && unwanted.test(new Stretch(
                        block.received().last(),
                        block.times().first(),
                        block.times().last()));
    }

    private void pass(Block block) {
        last = block.sequences().last();
        long received = block.received().last();
        clock = Math.max(clock, received);
        index++;
        losses.read(last, received, archive.blockOffset(index));
    }

    /** Takes the next record of the block, if there is one; true if it is to be handed out. */
    private boolean take(Block block) throws IOException, UndecodableException {
        BlockReader current = reader;
        if (current == null) {
            current = manifest.coding().reader(archive.block(index), block.bytes());
            reader = current;
            met = 0;
        }
        boolean more = current.next();
        long sequence = more ? current.record().sequence() : block.sequences().last();
        boolean rises = met == 0 ? sequence == block.sequences().first() : sequence > last || !more;
        if (more ? !rises || sequence > block.sequences().last() : met != block.records() || last != sequence) {
            throw new MismatchException(block.name() + " does not hold the records that the manifest says");
        }
        if (!more) {
            reader = null;
            index++;
            return false;
        }
        met++;
        last = sequence;
        return take(current.record());
    }

    private boolean take(RecordView record) {
        long sequence = record.sequence();
        if (sequence < floor) {
            losses.harmless();
            repeats++;
            return false;
        }
        reportRepeats();
        List<Manifest.Header> of = manifest.headers();
        while (headers < of.size() && of.get(headers).sequence() <= sequence) {
            headers++;
        }
        clock = record.restated() ? clock : Math.max(clock, record.received());
        expect(sequence, record.restated() ? clock : record.received());
        losses.read(sequence, record.restated() ? 0 : record.received(), position());
        return true;
    }

    /** The rest of the block is not what it must be. */
    private void leave(Block block, String reason) throws IOException {
        reportArchived(block.sequences().first());
        long end = archive.length(); // which may come too soon
        losses.mismatch(
                new Loss.Place(name, Math.min(offset(), end), Math.min(position(), end)),
                block.sequences().last(),
                reason);
        reader = null;
        index++;
    }

    private void end() throws IOException {
        reportRepeats();
        for (ArchiveFile.Finding finding : archive.checkFrame()) {
            losses.mismatch(
                    new Loss.Place(name, finding.offset(), finding.offset()),
                    manifest.lastSequence(),
                    finding.member() + ": " + finding.reason());
        }
        reportArchived(Long.MAX_VALUE);
        if (isSelection()) {
            archived.forEach(losses::told);
        } else if (!isRepeated) {
            archived.forEach(losses::archived); // the next segment shows how much that is
        }
    }

    private boolean isSelection() {
        return manifest.description().selection() != null;
    }

    private void reportRepeats() {
        if (repeats > 0 && !isRepeated) {
            losses.repeated(name, offset(), repeats);
        }
        repeats = 0;
    }

    /** The next record of the segment is this one; what was lost before it is reported. */
    private void expect(long sequence, long received) {
        reportArchived(sequence);
        if (isSelection()) {
            losses.flush();
        } else if (sequence >= floor) {
            losses.expect(name, offset(), sequence, received);
        }
    }

    /** Reports what was lost, when the segment was archived, of the records below {@code sequence}. */
    private void reportArchived(long sequence) {
        while (!archived.isEmpty() && isKnown(archived.peek()) && lastOf(archived.peek()) < sequence) {
            Loss loss = archived.remove();
            if (isSelection()) {
                losses.told(loss);
            } else if (lastOf(loss) + (isRepeated ? 0 : 1) >= floor) {
                losses.archived(loss);
                losses.expect(name, offset(), lastOf(loss) + 1, loss.received().before());
            }
        }
    }

    private static long lastOf(Loss loss) {
        return loss.sequences().to();
    }

    /** Whether a record after it showed how much is lost. */
    private static boolean isKnown(Loss loss) {
        return lastOf(loss) != 0 || loss.received().before() != 0;
    }

    @Override
    public RecordView record() {
        return Objects.requireNonNull(reader).record();
    }

    @Override
    public @Nullable SegmentHeader header() {
        return headers == 0 ? null : manifest.headers().get(headers - 1).header();
    }

    @Override
    public long offset() {
        return archive.blockOffset(Math.min(index, manifest.blocks().size()));
    }

    @Override
    public long position() {
        return archive.blockOffset(Math.min(index + 1, manifest.blocks().size()));
    }

    @Override
    public void markComplete() {
        // It always is.
    }

    @Override
    public boolean isEmpty() {
        return false;
    }

    @Override
    public boolean isClosedByWriter() {
        return true;
    }

    @Override
    public void close() throws IOException {
        archive.close();
    }
}
