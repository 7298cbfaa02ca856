package dev.shiplog.replay.archive;

import dev.shiplog.journal.archive.Description;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.Gap;
import dev.shiplog.timeline.GapFinder;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.HostView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What records say of the host, its containers and what was not recorded, as a manifest tells it. Folded while the records
 * go by. Not thread safe.
 */
final class Contents {
    private final ContainerIndex index = new ContainerIndex();
    private final GapFinder finder = new GapFinder();
    private final List<Gap> gaps = new ArrayList<>();
    /** How many records there are of each subject, in the order in which they come. */
    private final Map<String, Count> subjects = new LinkedHashMap<>();

    private String host = "";
    private String engine = "";
    private String version = "";

    private static final class Count {
        private long records;
    }

    /** Takes the next record. One of an unknown kind says nothing. */
    void add(RecordView record) {
        if (!record.isOfKnownKind()) {
            return;
        }
        index.apply(record);
        Gap gap = finder.apply(record);
        if (gap != null) {
            gaps.add(gap);
        }
        switch (record.kind()) {
            case HOST -> describeHost(HostView.scan(record.payload().toArray()));
            case MARK -> describeEngine(record.payload().toArray());
            case EVENT, STATS, LOG, INSPECT, ENGINE_METRICS, SOCKETS -> {}
        }
        if (!record.subject().isEmpty() && record.kind() != Kind.HOST) {
            subjects.computeIfAbsent(record.subject(), id -> new Count()).records++;
        }
    }

    private void describeHost(HostView view) {
        host = view.name().isEmpty() ? host : view.name();
        engine = view.id().isEmpty() ? engine : view.id();
        version = view.version().isEmpty() ? version : view.version();
    }

    /** Where the engine's own answers are not recorded, as by one who may not ask for them. */
    private void describeEngine(byte[] mark) {
        try {
            if (MarkType.of(mark, mark.length) == MarkType.ENGINE_UP
                    && Mark.fromJson(mark) instanceof Mark.EngineUp up) {
                describeHost(new HostView(up.engineId(), "", up.version()));
            }
        } catch (IOException e) {
            // a newer recorder's, which says it in another way
        }
    }

    /** What the engine calls its host; empty if it did not say. */
    String host() {
        return host;
    }

    /** The engine that the last such record names. */
    Description.Engine engine() {
        return new Description.Engine(engine, version);
    }

    /** The containers that have records, in the order of their first. */
    List<Description.Container> containers() {
        List<Description.Container> containers = new ArrayList<>();
        subjects.forEach((id, count) -> {
            Container known = index.get(id);
            if (known != null) {
                containers.add(new Description.Container(id, known.name(), known.image(), count.records));
            }
        });
        return containers;
    }

    /** What was not recorded, in the order in which the records report it; those that are not over come last. */
    List<Description.Gap> gaps() {
        List<Gap> all = new ArrayList<>(gaps);
        all.addAll(finder.open());
        return all.stream()
                .map(gap -> new Description.Gap(
                        gap.type().name().toLowerCase(Locale.ROOT),
                        gap.kind(),
                        gap.subject(),
                        gap.count(),
                        gap.from(),
                        gap.to(),
                        gap.reason()))
                .toList();
    }
}
