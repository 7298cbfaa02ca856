package dev.shiplog.replay.ecs;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.export.LineFormat;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a record as one document with the names of the Elastic Common Schema and of Elastic's Docker integration;
 * {@code docs/ecs-fields.md} names the fields, and {@link EcsFields} lists them all. Objects stand only in fields that an index
 * takes as {@code flattened}, so that no more names come of whatever hosts run.
 */
public final class EcsFormat implements LineFormat {
    private final Heads heads;
    private final Supplier<@Nullable Consumption> consumption;
    private final boolean original;
    private final SampleFields samples = new SampleFields();
    private final Document document = new Document();

    /**
     * The caller keeps all three up to date.
     *
     * @param containers names of the containers
     * @param origin where the records come from
     * @param consumption what the container of the current sample used up to it; gives null for any other record
     * @param original whether to add the payload as it is; it is added, too, where a value is too long for an index, but of
     *     a description, which has a field for all of it
     */
    public EcsFormat(
            ContainerIndex containers, Origin origin, Supplier<@Nullable Consumption> consumption, boolean original) {
        this.heads = new Heads(containers, origin);
        this.consumption = consumption;
        this.original = original;
    }

    @Override
    public void write(RecordView record, Bytes out) {
        document.open(out);
        document.time("@timestamp", record.time());
        document.time("event.created", record.received());
        document.signed("event.sequence", record.sequence());
        document.signed("shiplog.sequence", record.sequence());
        if (record.restated()) {
            out.putAscii("\"shiplog.restated\":true,");
        }
        if (record.kind() == Kind.LOG) {
            out.put(heads.head(record, true));
            LogFields.write(record, original, document);
        } else if (!writeFields(record)) {
            out.put(heads.head(record, hasContainer(record)));
            writeText("message", record);
        } else if (original || document.isShortened() && !hasWhole(record.kind())) {
            writeText("event.original", record);
        }
        document.close();
    }

    /** Whether the record is about a container, as far as its kind and its subject say; of events the payload does. */
    private static boolean hasContainer(RecordView record) {
        return switch (record.kind()) {
            case STATS, INSPECT, LOG, SOCKETS -> true;
            case DISK -> !record.subject().isEmpty();
            case EVENT, HOST, ENGINE_METRICS, MARK, IMAGE -> false;
        };
    }

    /** Whether a field has all of the payload. */
    private static boolean hasWhole(Kind kind) {
        return kind == Kind.INSPECT || kind == Kind.IMAGE;
    }

    /** Returns false, and writes nothing, if the payload has no fields of its own: it is no JSON object, or of another kind. */
    private boolean writeFields(RecordView record) {
        return switch (record.kind()) {
            case STATS -> samples.write(record, heads.head(record, true), consumption.get(), document);
            case EVENT, INSPECT, HOST, SOCKETS, MARK, IMAGE -> writeParsed(record);
            case LOG, ENGINE_METRICS, DISK -> false;
        };
    }

    private boolean writeParsed(RecordView record) {
        Bytes payload = record.payload();
        Json json = Json.parse(payload.array(), 0, payload.length());
        if (json == null || json.type() != Json.Type.OBJECT) {
            return false;
        }
        boolean ofContainer = record.kind() == Kind.EVENT && json.text("Type").equals("container");
        document.out().put(heads.head(record, ofContainer || hasContainer(record)));
        switch (record.kind()) {
            case EVENT -> EventFields.write(json, document);
            case INSPECT -> DescriptionFields.write(json, document);
            case HOST -> HostFields.write(json, document);
            case MARK -> MarkFields.write(json, document);
            case IMAGE -> ImageFields.write(json, document);
            case SOCKETS -> SocketFields.write(json, document);
            case STATS, LOG, ENGINE_METRICS, DISK -> throw new IllegalStateException("has no fields");
        }
        return true;
    }

    /** The payload as a text; in base64, and under a name of its own, if it is none. */
    private void writeText(String name, RecordView record) {
        Bytes payload = record.payload();
        if (payload.length() == 0) {
            return;
        }
        if (JsonString.isUtf8(payload.array(), 0, payload.length())) {
            document.text(name, new String(payload.array(), 0, payload.length(), StandardCharsets.UTF_8));
        } else {
            document.name("shiplog.payload_base64");
            document.base64(payload);
            document.out().put(',');
        }
    }
}
