package dev.shiplog.journal.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentStart;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@link Manifest} as JSON. What says where the archive belongs comes first, so that a list of archives reads only
 * their first bytes. Used once.
 */
final class ManifestWriter {
    private static final JsonFactory JSON = new JsonFactory();

    private final Manifest manifest;
    private final JsonGenerator json;

    private ManifestWriter(Manifest manifest, JsonGenerator json) {
        this.manifest = manifest;
        this.json = json;
    }

    static byte[] write(Manifest manifest) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            new ManifestWriter(manifest, json).write();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return out.toByteArray();
    }

    private void write() throws IOException {
        Description description = manifest.description();
        json.writeStartObject();
        put("format", Manifest.FORMAT);
        put("version", Manifest.VERSION);
        put("coding", manifest.coding().label());
        put("journal", manifest.journal());
        writeStart(description.start());
        put("selection", description.selection());
        put("complete", description.losses().isEmpty());
        put("segment", description.segment());
        put("writer", description.writer());
        put("host", description.host());
        json.writeObjectFieldStart("engine");
        put("id", description.engine().id());
        put("version", description.engine().version());
        json.writeEndObject();
        put("number", manifest.link().number());
        put("previous", manifest.link().previous());
        writeSpan("sequences", manifest.sequences());
        writeTimes("received", "first", "last", manifest.received());
        writeTimes("times", "min", "max", manifest.times());
        put("clean_stop", manifest.cleanStop());
        writeKinds();
        writeHeaders();
        writeGaps();
        writeLosses();
        writeContainers();
        json.writeObjectFieldStart("readme");
        writeContent(manifest.readme());
        json.writeEndObject();
        writeBlocks();
        json.writeEndObject();
    }

    private void writeStart(@Nullable SegmentStart start) throws IOException {
        if (start == null) {
            json.writeNullField("start");
            return;
        }
        Group first = start.first();
        json.writeObjectFieldStart("start");
        put("offset", start.offset());
        put("created", start.created());
        put("base", first.base());
        put("salt", first.salt());
        put("clock", first.clock());
        json.writeEndObject();
    }

    private void writeKinds() throws IOException {
        json.writeObjectFieldStart("kinds");
        for (Map.Entry<Integer, Manifest.OfKind> entry : manifest.kinds().entrySet()) {
            json.writeObjectFieldStart(Kind.label(entry.getKey()));
            put("code", entry.getKey());
            put("records", entry.getValue().records());
            put("restated", entry.getValue().restated());
            put("bytes", entry.getValue().bytes());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private void writeHeaders() throws IOException {
        json.writeArrayFieldStart("headers");
        for (Manifest.Header at : manifest.headers()) {
            SegmentHeader header = at.header();
            json.writeStartObject();
            put("sequence", at.sequence());
            put("host", header.host());
            put("engine", header.engine());
            put("boot", header.boot());
            put("writer", header.writer());
            put("created", header.created());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeGaps() throws IOException {
        json.writeArrayFieldStart("gaps");
        for (Description.Gap gap : manifest.description().gaps()) {
            json.writeStartObject();
            put("type", gap.type());
            put("kind", gap.kind());
            put("subject", gap.subject());
            put("count", gap.count());
            putTime("from", gap.from());
            if (gap.to() == Long.MAX_VALUE) {
                json.writeNullField("to");
            } else {
                putTime("to", gap.to());
            }
            put("reason", gap.reason());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeLosses() throws IOException {
        json.writeArrayFieldStart("losses");
        for (Loss loss : manifest.description().losses()) {
            json.writeStartObject();
            put("from_offset", loss.place().from());
            put("to_offset", loss.place().to());
            put("from_sequence", loss.sequences().from());
            put("to_sequence", loss.sequences().to());
            put("received_after", loss.received().after());
            put("received_before", loss.received().before());
            put("cause", loss.cause().name().toLowerCase(Locale.ROOT));
            put("reason", loss.reason());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeContainers() throws IOException {
        json.writeArrayFieldStart("containers");
        for (Description.Container container : manifest.description().containers()) {
            json.writeStartObject();
            put("id", container.id());
            put("name", container.name());
            put("image", container.image());
            put("records", container.records());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeBlocks() throws IOException {
        json.writeArrayFieldStart("members");
        for (Manifest.Block block : manifest.blocks()) {
            json.writeStartObject();
            put("name", block.name());
            writeContent(block.content());
            put("records", block.records());
            writeSpan("sequences", block.sequences());
            writeTimes("received", "min", "max", block.received());
            writeTimes("times", "min", "max", block.times());
            put("bytes", block.bytes());
            put("context", block.context());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeContent(Manifest.Content content) throws IOException {
        put("length", content.length());
        put("sha256", content.sha256());
    }

    private void writeSpan(String name, Manifest.Span span) throws IOException {
        json.writeObjectFieldStart(name);
        put("first", span.first());
        put("last", span.last());
        json.writeEndObject();
    }

    private void writeTimes(String name, String first, String last, Manifest.Span span) throws IOException {
        json.writeObjectFieldStart(name);
        putTime(first, span.first());
        putTime(last, span.last());
        json.writeEndObject();
    }

    private void putTime(String name, long epochNanos) throws IOException {
        put(name, epochNanos);
        Bytes text = new Bytes(32);
        text.putTime(epochNanos);
        put(name + "_rfc3339", new String(text.toArray(), StandardCharsets.US_ASCII));
    }

    private void put(String name, long value) throws IOException {
        json.writeNumberField(name, value);
    }

    private void put(String name, boolean value) throws IOException {
        json.writeBooleanField(name, value);
    }

    private void put(String name, @Nullable String text) throws IOException {
        if (text == null) {
            json.writeNullField(name);
        } else {
            // Half of a surrogate pair, which JSON from elsewhere may hold, has no UTF-8: it becomes a question mark.
            json.writeStringField(name, new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
        }
    }
}
