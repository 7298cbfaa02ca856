package dev.shiplog.timeline;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.EventView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells which records later ones need, to be understood: whoever reads on from the midst of a segment must have read these
 * before, and no others. Folded over all records of a segment. Not thread safe.
 */
public final class Context {
    private final ContainerIndex containers = new ContainerIndex();
    private final GapFinder gaps = new GapFinder();
    private @Nullable Gap gap;

    /**
     * Takes the next record.
     *
     * @return whether later ones need it: it is no sample and no event, or it tells something new of a container, or it ends
     *     a silence. Of a kind that is not known, it may.
     */
    @SuppressWarnings("ReferenceEquality") // the index has the same object as long as nothing changes
    public boolean apply(RecordView record) {
        gap = null;
        if (!record.isOfKnownKind()) {
            return true;
        }
        Container before = containers.get(record.subject());
        long silentBefore = gaps.coverage().silentSince();
        containers.apply(record);
        gap = gaps.apply(record);
        boolean changes =
                containers.get(record.subject()) != before || gaps.coverage().silentSince() != silentBefore;
        return switch (record.kind()) {
            case INSPECT, HOST, MARK, IMAGE -> true;
            case EVENT -> changes || removesContainer(record);
            case STATS, LOG, ENGINE_METRICS, SOCKETS, DISK -> changes;
        };
    }

    private static boolean removesContainer(RecordView record) {
        return EventView.scan(record.payload().toArray()).action().equals("destroy");
    }

    /** The containers of which the records tell. */
    public ContainerIndex containers() {
        return containers;
    }

    /** The gap that the last record reports; null if it reports none. */
    public @Nullable Gap gap() {
        return gap;
    }

    /** As {@link GapFinder#open}. */
    public List<Gap> open() {
        return gaps.open();
    }
}
