package dev.shiplog.replay.archive;

import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.timeline.payload.ContainerView;
import dev.shiplog.timeline.payload.EventView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What whoever reads on from some record must know of what came before: the newest description of each container that
 * exists and of each image that one was made from, the newest facts about the host, and the newest of each mark that says whether anybody listens. Folded while the
 * records go by. Not thread safe.
 */
final class State {
    private final Map<String, KeptRecord> descriptions = new HashMap<>();
    private final Map<String, KeptRecord> images = new HashMap<>();
    private final Map<String, KeptRecord> host = new HashMap<>();
    private final Map<MarkType, KeptRecord> marks = new EnumMap<>(MarkType.class);
    private final List<KeptRecord> others = new ArrayList<>();

    /** Takes the next record, and the header in force. */
    void add(RecordView record, @Nullable SegmentHeader header) {
        switch (record.kind()) {
            case INSPECT -> descriptions.put(record.subject(), new KeptRecord(record.toRecord(), header));
            case IMAGE -> images.put(record.subject(), new KeptRecord(record.toRecord(), header));
            case HOST -> host.put(record.subject(), new KeptRecord(record.toRecord(), header));
            case MARK -> addMark(record.toRecord(), header);
            case EVENT -> {
                EventView event = EventView.scan(record.payload().toArray());
                if (event.ofContainer() && event.action().equals("destroy")) {
                    descriptions.remove(record.subject());
                }
            }
            case STATS, LOG, ENGINE_METRICS, SOCKETS, DISK -> {}
        }
    }

    private void addMark(Record mark, @Nullable SegmentHeader header) {
        MarkType type = MarkType.of(mark.payload(), mark.payload().length);
        if (type == null) {
            return;
        }
        switch (type) {
            case START, CLEAN_STOP, UNCLEAN_STOP, SEGMENT_START, ENGINE_UP, ENGINE_DOWN, UNSETTLED, SETTLED ->
                marks.put(type, new KeptRecord(mark, header));
            case GAP,
                    OVERSIZED,
                    SYNTHETIC,
                    DROPPED,
                    CLOCK_STEP,
                    DAMAGE,
                    REDACTION,
                    RETENTION,
                    NOTE,
                    LOG_POSITION,
                    EVENT_COUNT,
                    BURST,
                    EXECS,
                    COUNTS -> {}
        }
    }

    private static String image(KeptRecord description) {
        try {
            return ContainerView.scanInspect(description.record().payload(), label -> false)
                    .imageId();
        } catch (IOException e) {
            return ""; // it describes nothing
        }
    }

    /** Adds a record that belongs to the state in any case. */
    void add(KeptRecord record) {
        others.add(record);
    }

    /** The state, in the order of the journal; of containers only what is wanted, and of images those of them. */
    List<KeptRecord> records(Predicate<String> wantsContainer) {
        List<KeptRecord> containers = descriptions.values().stream()
                .filter(kept -> wantsContainer.test(kept.record().subject()))
                .toList();
        Set<String> used = containers.stream().map(State::image).collect(Collectors.toSet());
        return Stream.of(
                        containers.stream(),
                        images.values().stream()
                                .filter(kept -> used.contains(kept.record().subject())),
                        host.values().stream(),
                        marks.values().stream(),
                        others.stream())
                .flatMap(kept -> kept)
                .sorted(Comparator.comparingLong(kept -> kept.record().sequence()))
                .toList();
    }
}
