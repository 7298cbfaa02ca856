package dev.shiplog.replay.ecs;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.payload.Container;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a document that its payload does not say: what kind of record it is, where it comes from, and which
 * container it is about. They are kept for each container as long as nothing new is known. Not thread safe.
 */
final class Heads {
    /** More than the containers of a host; beyond it they are made anew as needed. */
    private static final int MAX_KEPT = 4096;

    /** Of the schema; its names that are used here stayed as they were in later versions. */
    private static final String VERSION = "8.11.0";

    private final ContainerIndex containers;
    private final Origin origin;
    private final Map<Key, Head> kept = new HashMap<>();

    private record Key(Kind kind, @Nullable String container) {}

    private record Head(Origin.Place place, @Nullable Container container, byte[] fields) {}

    /** The caller keeps both up to date. */
    Heads(ContainerIndex containers, Origin origin) {
        this.containers = containers;
        this.origin = origin;
    }

    /** The fields with a comma after each. */
    @SuppressWarnings("ReferenceEquality") // a container or a place is a new object once it changes
    byte[] head(RecordView record, boolean ofContainer) {
        Container container = ofContainer ? containers.get(record.subject()) : null;
        Key key = new Key(record.kind(), ofContainer ? record.subject() : null);
        Head head = kept.get(key);
        if (head == null || head.place != origin.place() || head.container != container) {
            if (kept.size() >= MAX_KEPT) {
                kept.clear();
            }
            head = new Head(origin.place(), container, fields(key, origin.place(), container));
            kept.put(key, head);
        }
        return head.fields;
    }

    private static byte[] fields(Key key, Origin.Place place, @Nullable Container container) {
        Bytes out = new Bytes(1 << 9);
        Document document = new Document();
        document.open(out);
        write(document, eventKind(key.kind), dataset(key.kind), place.host());
        document.text("shiplog.kind", key.kind.label());
        document.text("shiplog.journal", place.journal());
        if (key.container != null && !key.container.isEmpty()) {
            write(document, key.container, container);
        }
        byte[] fields = new byte[out.length() - 1];
        System.arraycopy(out.array(), 1, fields, 0, fields.length);
        return fields;
    }

    /** What any document has. */
    static void write(Document document, String eventKind, String dataset, String host) {
        document.text("ecs.version", VERSION);
        document.text("host.name", host);
        document.text("event.kind", eventKind);
        document.text("event.module", "docker");
        document.text("event.dataset", dataset);
    }

    /** Which container it is about, and what is known of it. */
    static void write(Document document, String id, @Nullable Container container) {
        document.text("container.id", id);
        document.text("container.runtime", "docker");
        if (container == null) {
            return;
        }
        document.text("container.name", container.name());
        document.text("container.image.name", container.image());
        if (!container.imageId().isEmpty()) {
            document.texts("container.image.hash.all", List.of(container.imageId()));
            // Without a description, what an event says of the container stands in place of its labels.
            Map<String, String> labels = new TreeMap<>(container.labels());
            document.texts("container.labels", new ArrayList<>(labels.keySet()), new ArrayList<>(labels.values()));
        }
    }

    private static String eventKind(Kind kind) {
        return switch (kind) {
            case STATS, ENGINE_METRICS, SOCKETS, DISK -> "metric";
            case EVENT, LOG, MARK -> "event";
            case INSPECT, HOST, IMAGE -> "state";
        };
    }

    private static String dataset(Kind kind) {
        return switch (kind) {
            case STATS -> "docker.stats";
            case EVENT -> "docker.event";
            case LOG -> "docker.container_logs";
            case INSPECT -> "docker.container";
            case HOST -> "docker.info";
            case ENGINE_METRICS -> "docker.engine_metrics";
            case SOCKETS -> "docker.sockets";
            case MARK -> "shiplog.mark";
            case IMAGE -> "docker.image";
            case DISK -> "docker.disk";
        };
    }
}
