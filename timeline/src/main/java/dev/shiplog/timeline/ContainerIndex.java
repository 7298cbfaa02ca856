package dev.shiplog.timeline;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.ContainerView;
import dev.shiplog.timeline.payload.EventView;
import dev.shiplog.timeline.payload.StatsView;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which container is which, from the records read so far. Each segment starts with the descriptions of all containers
 * that exist, so the index is complete from the start of any segment on. It keeps containers that are gone, because
 * records of them may still come. Not thread safe.
 */
public final class ContainerIndex {
    /** Far more than a host runs in the time that its late records take; those that were asked for least lately go. */
    private static final int MAX_CONTAINERS = 1 << 16;

    @SuppressWarnings("serial")
    private final Map<String, Container> byId = new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Container> eldest) {
            return size() > MAX_CONTAINERS;
        }
    };

    /** The container with this id, or null if nothing is known of it. The same object as long as that does not change. */
    public @Nullable Container get(String id) {
        return byId.get(id);
    }

    /** All containers that are known, in no order. */
    public Collection<Container> containers() {
        return Collections.unmodifiableCollection(byId.values());
    }

    /** The names of all containers that have one, in order, each once. */
    public List<String> names() {
        return byId.values().stream()
                .map(Container::name)
                .filter(name -> !name.isEmpty())
                .sorted()
                .distinct()
                .toList();
    }

    /** Takes the next record; most say nothing new about a container. */
    public void apply(RecordView record) {
        switch (record.kind()) {
            case INSPECT -> describe(record);
            case EVENT -> happen(record);
            case STATS -> {
                Container known = byId.get(record.subject());
                if (known == null || known.name().isEmpty()) {
                    name(record);
                }
            }
            case LOG, HOST, ENGINE_METRICS, SOCKETS, MARK, IMAGE, DISK -> {}
        }
    }

    private void describe(RecordView record) {
        try {
            byId.put(
                    record.subject(), ContainerView.scanInspect(record.payload().toArray(), label -> true));
        } catch (IOException e) {
            // Not JSON: describes nothing.
        }
    }

    private void happen(RecordView record) {
        EventView event = EventView.scan(record.payload().toArray());
        if (event.ofContainer() && !record.subject().isEmpty()) {
            byId.put(record.subject(), known(record.subject()).after(event));
        }
    }

    /**
     * Samples carry the name: it may be all that is known of a container, at the start of a copy of one segment. Filters must
     * also find a container whose samples have no name.
     */
    private void name(RecordView record) {
        String name = StatsView.name(record.payload().toArray());
        if (!name.isEmpty() || !byId.containsKey(record.subject())) {
            byId.put(record.subject(), known(record.subject()).named(name));
        }
    }

    private Container known(String id) {
        Container known = byId.get(id);
        return known == null ? Container.unknown(id) : known;
    }
}
