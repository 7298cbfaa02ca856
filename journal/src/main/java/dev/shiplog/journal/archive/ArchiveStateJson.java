package dev.shiplog.journal.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.shiplog.journal.archive.ArchiveState.Archived;
import dev.shiplog.journal.archive.ArchiveState.Chain;
import dev.shiplog.journal.archive.Manifest.Span;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.Sha256;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.SegmentStart;
import dev.shiplog.journal.segment.Tally;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes an {@link ArchiveState} as JSON, and reads it. Members that it does not know are passed over. */
final class ArchiveStateJson {
    private static final String WHAT = "archives";
    private static final long VERSION = 1;
    /** No sequence has more digits in the name of an archive, and no chain as many archives. */
    private static final long MOST = 999_999_999_999_999_999L;

    private static final JsonFactory JSON = new JsonFactory();

    private final JsonParser json;

    private ArchiveStateJson(JsonParser json) {
        this.json = json;
    }

    /** The text of the file. */
    static byte[] write(ArchiveState state) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("shiplog", WHAT);
            json.writeNumberField("version", VERSION);
            json.writeNumberField("succeeded", state.succeeded());
            if (state.succeeded() != 0) {
                Bytes text = new Bytes(32);
                text.putTime(state.succeeded());
                json.writeStringField("succeeded_rfc3339", new String(text.toArray(), StandardCharsets.US_ASCII));
            }
            json.writeArrayFieldStart("journals");
            for (Map.Entry<String, Chain> entry : state.chains().entrySet()) {
                write(entry.getKey(), entry.getValue(), json);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return out.toByteArray();
    }

    private static void write(String journal, Chain chain, JsonGenerator json) throws IOException {
        json.writeRaw('\n');
        json.writeStartObject();
        json.writeStringField("journal", journal);
        json.writeNumberField("number", chain.number());
        String digest = chain.digest();
        if (digest != null) {
            json.writeStringField("digest", digest);
        }
        json.writeNumberField("expired", chain.expired());
        json.writeArrayFieldStart("sequences");
        for (Span span : chain.sequences()) {
            json.writeStartObject();
            json.writeNumberField("first", span.first());
            json.writeNumberField("last", span.last());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("segments");
        for (Archived segment : chain.segments()) {
            json.writeRaw('\n');
            write(segment, json);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(Archived archived, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("segment", archived.segment());
        SegmentStart start = archived.start();
        if (start != null) {
            json.writeObjectFieldStart("start");
            json.writeStringField("journal", start.journal());
            json.writeNumberField("offset", start.offset());
            json.writeNumberField("created", start.created());
            json.writeNumberField("base", start.first().base());
            json.writeNumberField("salt", start.first().salt());
            json.writeNumberField("clock", start.first().clock());
            json.writeEndObject();
        }
        json.writeStringField("archive", archived.archive());
        json.writeNumberField("last", archived.last());
        String content = archived.content();
        if (content != null) {
            json.writeStringField("content", content);
        }
        json.writeBooleanField("damaged", archived.damaged());
        json.writeBooleanField("newest", archived.newest());
        json.writeBooleanField("hooked", archived.hooked());
        json.writeEndObject();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws MismatchException if it is not that
     * @throws IOException if it is not JSON, or of another version
     */
    static ArchiveState read(byte[] text) throws IOException {
        try (JsonParser json = JSON.createParser(text)) {
            return new ArchiveStateJson(json).state();
        }
    }

    private ArchiveState state() throws IOException {
        require(json.nextToken() == JsonToken.START_OBJECT);
        boolean ours = false;
        long succeeded = -1;
        SortedMap<String, Chain> chains = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "shiplog" -> ours = json.getText().equals(WHAT);
                case "version" -> requireVersion(json.getLongValue());
                case "succeeded" -> succeeded = json.getLongValue();
                case "journals" -> chains = chains();
                default -> json.skipChildren();
            }
        }
        if (!ours || succeeded < 0 || chains == null) {
            throw new MismatchException("a member is missing");
        }
        return new ArchiveState(succeeded, chains);
    }

    private SortedMap<String, Chain> chains() throws IOException {
        require(json.currentToken() == JsonToken.START_ARRAY);
        SortedMap<String, Chain> chains = new TreeMap<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            readChain(chains);
        }
        return chains;
    }

    private void readChain(SortedMap<String, Chain> chains) throws IOException {
        require(json.currentToken() == JsonToken.START_OBJECT);
        String journal = null;
        String digest = null;
        long number = -1;
        long expired = 0;
        List<Span> sequences = new ArrayList<>();
        List<Archived> segments = new ArrayList<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            switch (name) {
                case "journal" -> journal = json.getText();
                case "digest" -> digest = digest(json.getText());
                case "number" -> number = count(json.getLongValue());
                case "expired" -> expired = count(json.getLongValue());
                case "sequences" -> {
                    require(json.currentToken() == JsonToken.START_ARRAY);
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        sequences.add(span(Fields.read(json)));
                    }
                }
                case "segments" -> {
                    require(json.currentToken() == JsonToken.START_ARRAY);
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        segments.add(archived(Fields.read(json)));
                    }
                }
                default -> json.skipChildren();
            }
        }
        if (journal == null || number < 0 || (number > 0) != (digest != null) || expired > number) {
            throw new MismatchException("a chain lacks a member, or contradicts itself");
        }
        chains.put(journal, new Chain(number, digest, expired, sequences, segments));
    }

    private static Span span(Fields fields) throws MismatchException {
        Span span = new Span(count(fields.number("first")), count(fields.number("last")));
        if (span.first() > span.last()) {
            throw new MismatchException("a range ends before it begins");
        }
        return span;
    }

    private static long count(long value) throws MismatchException {
        if (value < 0 || value > MOST) {
            throw new MismatchException("a number is " + value);
        }
        return value;
    }

    private static String digest(String text) throws MismatchException {
        if (!Sha256.isText(text)) {
            throw new MismatchException("a digest has another form than that of SHA-256");
        }
        return text;
    }

    private static Archived archived(Fields fields) throws IOException {
        SegmentStart start = null;
        if (fields.has("start")) {
            Fields begins = fields.object("start");
            Group first =
                    new Group(begins.number("base"), (int) begins.number("salt"), begins.number("clock"), Tally.NONE);
            start = new SegmentStart(begins.number("offset"), begins.text("journal"), begins.number("created"), first);
        }
        return new Archived(
                fields.text("segment"),
                start,
                fields.text("archive"),
                count(fields.number("last")),
                fields.has("content") ? digest(fields.text("content")) : null,
                fields.flag("damaged"),
                fields.flag("newest"),
                fields.flag("hooked"));
    }

    private static void requireVersion(long version) throws IOException {
        if (version != VERSION) {
            throw new IOException("version " + version + ", this program reads version " + VERSION);
        }
    }

    private static void require(boolean condition) throws MismatchException {
        if (!condition) {
            throw new MismatchException("a value has another type than it must have");
        }
    }
}
