package dev.shiplog.journal.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.shiplog.journal.archive.Manifest.Block;
import dev.shiplog.journal.archive.Manifest.Content;
import dev.shiplog.journal.archive.Manifest.OfKind;
import dev.shiplog.journal.archive.Manifest.Span;
import dev.shiplog.journal.block.BlockDecoder;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.segment.Group;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentStart;
import dev.shiplog.journal.segment.Tally;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a {@link Manifest}, which anyone may have written: everything in it is bounded and checked. Used once. */
final class ManifestReader {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    /** Of each list in a manifest, so that one of 64 MiB does not take a GiB of memory. */
    private static final int MAX_ENTRIES = 1_000_000;

    private final JsonParser json;
    private final Set<String> met = new HashSet<>();

    private long version;
    private @Nullable Coding coding;
    private @Nullable String journal;
    private @Nullable SegmentStart start;
    private @Nullable String selection;
    private boolean complete;
    private @Nullable String segment;
    private @Nullable String writer;
    private @Nullable String host;
    private Description.@Nullable Engine engine;
    private long number = -1;
    private @Nullable String previous;
    private @Nullable Span sequences;
    private @Nullable Span received;
    private @Nullable Span times;
    private boolean cleanStop;
    private final SortedMap<Integer, OfKind> kinds = new TreeMap<>();
    private final List<Manifest.Header> headers = new ArrayList<>();
    private final List<Description.Gap> gaps = new ArrayList<>();
    private final List<Loss> losses = new ArrayList<>();
    private final List<Description.Container> containers = new ArrayList<>();
    private @Nullable Content readme;
    private final List<Block> blocks = new ArrayList<>();

    private ManifestReader(JsonParser json) {
        this.json = json;
    }

    /**
     * What a manifest begins with: enough to say where its archive belongs.
     *
     * @param journal the id of the journal
     * @param start as {@link Description#start()}
     * @param isSelection whether these are not all records of a segment
     * @param isComplete whether nothing of the segment was lost
     * @param first sequence
     */
    record Head(String journal, @Nullable SegmentStart start, boolean isSelection, boolean isComplete, long first) {}

    static Manifest read(byte[] bytes) throws IOException {
        try (JsonParser json = JSON.createParser(bytes)) {
            ManifestReader reader = new ManifestReader(json);
            while (reader.member()) {
                // until the end of the object
            }
            if (json.nextToken() != null) {
                throw new MismatchException("the manifest goes on after its end");
            }
            return reader.manifest();
        }
    }

    /** Reads the first bytes of a manifest; null if they are not those of one. */
    static @Nullable Head head(byte[] bytes, int from, int length) {
        try (JsonParser json = JSON.createParser(bytes, from, length)) {
            ManifestReader reader = new ManifestReader(json);
            while (reader.sequences == null) {
                if (!reader.member()) {
                    return null;
                }
            }
            return new Head(
                    reader.journal(),
                    reader.start,
                    reader.selection != null,
                    reader.complete,
                    reader.sequences.first());
        } catch (IOException e) {
            return null;
        }
    }

    /** Reads the next member; false at the end. */
    private boolean member() throws IOException {
        if (met.isEmpty() && json.nextToken() != JsonToken.START_OBJECT) {
            throw new MismatchException("the manifest is not a JSON object");
        }
        if (json.nextToken() != JsonToken.FIELD_NAME) {
            return false;
        }
        String name = json.currentName();
        json.nextToken();
        if (met.size() > 1000 || !met.add(name)) {
            throw new MismatchException("the manifest has \"" + printable(name) + "\" twice, or too many members");
        }
        if (met.size() == 1 && !name.equals("format")) {
            throw new MismatchException("the manifest does not begin with its format");
        }
        read(name);
        return true;
    }

    private void read(String name) throws IOException {
        switch (name) {
            case "format" -> checkFormat();
            case "version" -> checkVersion();
            case "coding" -> readCoding();
            case "journal" -> journal = text();
            case "start" -> readStart();
            case "selection" -> selection = textOrNull();
            case "complete" -> complete = flag();
            case "segment" -> segment = text();
            case "writer" -> writer = text();
            case "host" -> host = text();
            case "engine" -> {
                Fields fields = Fields.read(json);
                engine = new Description.Engine(fields.text("id"), fields.text("version"));
            }
            case "number" -> number = Fields.count(number(), name);
            case "previous" -> previous = textOrNull();
            case "sequences" -> sequences = sequences(Fields.read(json));
            case "received" -> received = span(Fields.read(json), "first", "last");
            case "times" -> times = span(Fields.read(json), "min", "max");
            case "clean_stop" -> cleanStop = flag();
            case "kinds" -> readKinds();
            case "headers" -> readList(fields -> headers.add(header(fields)));
            case "gaps" -> readList(fields -> gaps.add(gap(fields)));
            case "losses" -> readList(fields -> losses.add(loss(fields)));
            case "containers" -> readList(fields -> containers.add(container(fields)));
            case "readme" -> readme = content(Fields.read(json));
            case "members" -> readList(fields -> blocks.add(block(fields)));
            default -> json.skipChildren();
        }
    }

    private void checkFormat() throws IOException {
        if (!text().equals(Manifest.FORMAT)) {
            throw new MismatchException("the manifest is not that of an archive: it has another format");
        }
    }

    private void checkVersion() throws IOException {
        version = number();
        if (version < 1) {
            throw new MismatchException("the manifest has version " + version + ", and there is none below 1");
        }
        if (version > Manifest.VERSION) {
            throw new IOException(
                    "archive format version " + version + ", this program reads up to " + Manifest.VERSION);
        }
    }

    private void readCoding() throws IOException {
        String label = text();
        coding = Coding.ofLabel(label);
        if (coding == null) {
            throw new IOException(
                    "blocks in the coding \"" + printable(label) + "\", which this program does not know");
        }
    }

    private void readStart() throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        Fields fields = Fields.read(json);
        long salt = fields.number("salt");
        Group first = new Group(fields.count("base"), (int) salt, fields.number("clock"), Tally.NONE);
        start = new SegmentStart(fields.count("offset"), journal(), fields.number("created"), first);
    }

    private void readKinds() throws IOException {
        require(JsonToken.START_OBJECT);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            json.nextToken();
            Fields fields = Fields.read(json);
            long code = fields.number("code");
            OfKind ofKind = new OfKind(fields.count("records"), fields.count("restated"), fields.count("bytes"));
            if (code < 1
                    || code > Kind.MAX_CODE
                    || ofKind.restated() > ofKind.records()
                    || kinds.put((int) code, ofKind) != null) {
                throw new MismatchException("the manifest has an impossible kind of record");
            }
        }
    }

    private interface Entry {
        void read(Fields fields) throws IOException;
    }

    private void readList(Entry entry) throws IOException {
        require(JsonToken.START_ARRAY);
        int entries = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (++entries > MAX_ENTRIES) {
                throw new MismatchException("the manifest has a list of more than " + MAX_ENTRIES + " entries");
            }
            entry.read(Fields.read(json));
        }
    }

    private Manifest.Header header(Fields fields) throws IOException {
        return new Manifest.Header(
                fields.count("sequence"),
                new SegmentHeader(
                        journal(),
                        fields.text("host"),
                        fields.text("engine"),
                        fields.text("boot"),
                        fields.text("writer"),
                        fields.number("created")));
    }

    private static Description.Gap gap(Fields fields) throws IOException {
        return new Description.Gap(
                fields.text("type"),
                fields.text("kind"),
                fields.text("subject"),
                fields.count("count"),
                fields.number("from"),
                fields.has("to") ? fields.number("to") : Long.MAX_VALUE,
                fields.text("reason"));
    }

    private Loss loss(Fields fields) throws IOException {
        String label = fields.text("cause");
        Loss.Cause cause = Loss.Cause.DAMAGED;
        for (Loss.Cause known : Loss.Cause.values()) {
            boolean named = known != Loss.Cause.MISMATCH
                    && known.name().toLowerCase(Locale.ROOT).equals(label);
            cause = named ? known : cause;
        }
        Loss.Sequences of = new Loss.Sequences(fields.count("from_sequence"), fields.count("to_sequence"));
        if (of.to() != 0 && of.to() < of.from() - 1) {
            throw new MismatchException("the manifest has a loss that ends before it begins");
        }
        return new Loss(
                new Loss.Place(required(segment, "segment"), fields.count("from_offset"), fields.count("to_offset")),
                of,
                new Loss.Received(fields.number("received_after"), fields.number("received_before")),
                cause,
                fields.text("reason"));
    }

    private static Description.Container container(Fields fields) throws IOException {
        return new Description.Container(
                fields.text("id"), fields.text("name"), fields.text("image"), fields.count("records"));
    }

    private Block block(Fields fields) throws IOException {
        Block block = new Block(
                fields.text("name"),
                content(fields),
                fields.count("records"),
                sequences(fields.object("sequences")),
                span(fields.object("received"), "min", "max"),
                span(fields.object("times"), "min", "max"),
                fields.count("bytes"),
                fields.count("context"));
        int index = blocks.size();
        if (index == Manifest.MAX_BLOCKS
                || !block.name().equals(required(coding, "coding").blockName(index))) {
            throw new MismatchException("the manifest has a member that is not named as it must be");
        }
        if (block.bytes() > BlockDecoder.MAX_PAYLOAD_BYTES) {
            throw new MismatchException("the manifest has payloads that are longer than they may be");
        }
        long before = index == 0 ? 0 : blocks.get(index - 1).sequences().last();
        Span of = block.sequences();
        if (block.records() < 1 || of.first() <= before || of.last() - of.first() < block.records() - 1) {
            throw new MismatchException("the manifest has sequences that do not rise");
        }
        return block;
    }

    private static Content content(Fields fields) throws IOException {
        String sha256 = fields.text("sha256");
        long length = fields.count("length");
        if (!SHA256.matcher(sha256).matches() || length > TarLayout.MAX_MEMBER) {
            throw new MismatchException("the manifest has an impossible length or digest");
        }
        return new Content(length, sha256);
    }

    private static Span sequences(Fields fields) throws IOException {
        return new Span(fields.count("first"), fields.count("last"));
    }

    /** Of times, which may be any number. */
    private static Span span(Fields fields, String first, String last) throws IOException {
        return new Span(fields.number(first), fields.number(last));
    }

    private Manifest manifest() throws MismatchException {
        if (complete != losses.isEmpty()) {
            throw new MismatchException("the manifest contradicts itself about losses");
        }
        Span of = required(sequences, "sequences");
        Span ofBlocks = blocks.isEmpty()
                ? Span.NONE
                : new Span(
                        blocks.get(0).sequences().first(),
                        blocks.get(blocks.size() - 1).sequences().last());
        long records = blocks.stream().mapToLong(Block::records).sum();
        if (!of.equals(ofBlocks)
                || records != kinds.values().stream().mapToLong(OfKind::records).sum()) {
            throw new MismatchException("the manifest contradicts itself about its records");
        }
        if (version == 0) {
            throw new MismatchException("the manifest lacks \"version\"");
        }
        if (number < 0 || previous != null && !SHA256.matcher(previous).matches()) {
            throw new MismatchException("the manifest has an impossible place in the chain");
        }
        return new Manifest(
                required(coding, "coding"),
                journal(),
                new Description(
                        required(segment, "segment"),
                        start,
                        selection,
                        required(writer, "writer"),
                        required(host, "host"),
                        required(engine, "engine"),
                        containers,
                        gaps,
                        losses),
                new Manifest.Link(number, previous),
                of,
                required(received, "received"),
                required(times, "times"),
                cleanStop,
                headers,
                kinds,
                required(readme, "readme"),
                blocks);
    }

    private String journal() throws MismatchException {
        return required(journal, "journal");
    }

    private static <T> T required(@Nullable T value, String name) throws MismatchException {
        if (value == null) {
            throw new MismatchException("the manifest lacks \"" + name + "\", or has it too late");
        }
        return value;
    }

    private void require(JsonToken token) throws IOException {
        if (json.currentToken() != token) {
            throw new MismatchException("the manifest has a value of another type than it must have");
        }
    }

    private long number() throws IOException {
        require(JsonToken.VALUE_NUMBER_INT);
        return json.getLongValue();
    }

    private String text() throws IOException {
        require(JsonToken.VALUE_STRING);
        return json.getText();
    }

    private @Nullable String textOrNull() throws IOException {
        return json.currentToken() == JsonToken.VALUE_NULL ? null : text();
    }

    private boolean flag() throws IOException {
        if (json.currentToken() != JsonToken.VALUE_TRUE) {
            require(JsonToken.VALUE_FALSE);
        }
        return json.getBooleanValue();
    }

    private static String printable(String name) {
        String start = name.length() > 40 ? name.substring(0, 40) + "…" : name;
        return start.replaceAll("\\p{Cntrl}", "?");
    }
}
