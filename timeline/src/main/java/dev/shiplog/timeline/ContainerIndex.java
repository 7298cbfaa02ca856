package dev.shiplog.timeline;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.Container;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the records seen so far say of the containers: each segment begins with the descriptions of all of them, so that
 * what is known is complete from any segment's head on. Not thread safe.
 */
public final class ContainerIndex {
    /** Long after a container is gone its records may still come; a host that makes this many since is another matter. */
    private static final int MOST = 1 << 16;

    private final Bytes payload = new Bytes(1 << 13);

    @SuppressWarnings("serial")
    private final Map<String, Container> byId = new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Container> eldest) {
            return size() > MOST;
        }
    };

    /** What is known of the container with this id, or null if nothing is. */
    public @Nullable Container get(String id) {
        return byId.get(id);
    }

    /** Learns from a record; those that tell nothing of a container are passed over. */
    public void observe(RecordView record) {
        switch (record.kind()) {
            case INSPECT -> {
                Json inspect = parse(record);
                if (inspect != null) {
                    inspected(record.subject(), inspect);
                }
            }
            case EVENT -> {
                Json event = parse(record);
                if (event != null && event.text("Type").equals("container")) {
                    happened(record.subject(), event);
                }
            }
            case STATS -> {
                Container known = byId.get(record.subject());
                if (known == null || known.name().isEmpty()) {
                    Json stats = parse(record);
                    if (stats != null) {
                        named(record.subject(), stats.text("name"));
                    }
                }
            }
            case LOG, HOST, ENGINE_METRICS, SOCKETS, MARK -> {}
        }
    }

    private void inspected(String id, Json inspect) {
        Json config = inspect.get("Config");
        Json labels = config == null ? null : config.get("Labels");
        byId.put(
                id,
                new Container(
                        id,
                        withoutSlash(inspect.text("Name")),
                        config == null ? "" : config.text("Image"),
                        inspect.text("Image"),
                        labels == null ? Map.of() : texts(labels)));
    }

    private void happened(String id, Json event) {
        Json actor = event.get("Actor");
        Json attributes = actor == null ? null : actor.get("Attributes");
        if (attributes == null) {
            return;
        }
        Container known = known(id);
        String name = attributes.text("name");
        String image = attributes.text("image");
        byId.put(
                id,
                new Container(
                        id,
                        name.isEmpty() ? known.name() : withoutSlash(name),
                        image.isEmpty() ? known.image() : image,
                        known.imageId(),
                        known.imageId().isEmpty() ? texts(attributes) : known.labels()));
    }

    private void named(String id, String name) {
        Container known = known(id);
        byId.put(id, new Container(id, withoutSlash(name), known.image(), known.imageId(), known.labels()));
    }

    private Container known(String id) {
        Container known = byId.get(id);
        return known == null ? new Container(id, "", "", "", Map.of()) : known;
    }

    private static String withoutSlash(String name) {
        return name.startsWith("/") ? name.substring(1) : name;
    }

    private static Map<String, String> texts(Json object) {
        Map<String, String> texts = new HashMap<>();
        for (int i = 0; i < object.names().size(); i++) {
            texts.put(object.names().get(i), object.children().get(i).text());
        }
        return texts;
    }

    private @Nullable Json parse(RecordView record) {
        payload.clear();
        record.payload(payload);
        return Json.parse(payload.array(), 0, payload.length());
    }
}
