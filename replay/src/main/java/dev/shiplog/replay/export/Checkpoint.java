package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.file.Compression;
import dev.shiplog.replay.query.Reached;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.json.JsonLine;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A small file that says up to which record each journal was exported, so that the next export goes on from there:
 *
 * <pre>{@code
 * {"shiplog":"exported","version":1,"journals":{"8a97d058-…":{"sequence":5000,"received":…,"received_rfc3339":"…"}}}
 * }</pre>
 *
 * Of a shipment it says {@code "shipped"}, and in {@code purpose} what was shipped where. It is replaced as a whole, or not
 * at all. While it is open, no other export can use it.
 */
public final class Checkpoint implements Closeable {
    private static final long VERSION = 1;

    private final Path file;
    private final SortedMap<String, String> purpose;
    private final Map<String, Reached> journals;
    /** The file that replaces it; its lock keeps other exports away. */
    private OutputFile next;

    /** Something was written to it, or it is in its place already. */
    private boolean used;

    private boolean prepared;

    private Checkpoint(Path file, SortedMap<String, String> purpose, Map<String, Reached> journals, OutputFile next) {
        this.file = file;
        this.purpose = purpose;
        this.journals = journals;
        this.next = next;
    }

    /**
     * Opens the file of an export, which need not exist yet.
     *
     * @throws IOException in one line, also if another export has it open or it is not such a file
     */
    public static Checkpoint open(Path file) throws IOException {
        return open(file, new TreeMap<>());
    }

    /**
     * Opens the file of a shipment, which need not exist yet.
     *
     * @param purpose what is shipped where, by names of options: a file that serves another is refused; empty for an export
     * @throws IOException in one line, also if another has it open or it is not such a file
     */
    public static Checkpoint open(Path file, SortedMap<String, String> purpose) throws IOException {
        try {
            return openIfAllowed(file, purpose);
        } catch (AccessDeniedException e) {
            throw OutputFile.denied(e);
        }
    }

    private static Checkpoint openIfAllowed(Path file, SortedMap<String, String> purpose) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(file + ": is no regular file; name one that an export may make");
        }
        OutputFile next = begin(file);
        try {
            return new Checkpoint(file, purpose, Files.exists(file) ? read(file, purpose) : Map.of(), next);
        } catch (IOException e) {
            next.close();
            throw e;
        }
    }

    private static OutputFile begin(Path file) throws IOException {
        return OutputFile.create(file, Compression.NONE, true);
    }

    private static String what(SortedMap<String, String> purpose) {
        return purpose.isEmpty() ? "exported" : "shipped";
    }

    private static Map<String, Reached> read(Path file, SortedMap<String, String> purpose) throws IOException {
        Json root = Json.parse(Files.readAllBytes(file));
        Json version = root == null ? null : root.get("version");
        Json journals = root == null ? null : root.get("journals");
        if (root == null
                || version == null
                || journals == null
                || !root.text("shiplog").equals(what(purpose))) {
            throw new IOException(file + ": was not written by " + (purpose.isEmpty() ? "an export" : "a shipment")
                    + "; name another file, or delete it to begin anew");
        }
        if (!version.text().equals(String.valueOf(VERSION))) {
            throw new IOException(file + ": version " + version.text() + ", this program reads version " + VERSION);
        }
        requireSame(file, root.get("purpose"), purpose);
        Map<String, Reached> reached = new TreeMap<>();
        try {
            List<Json> places = require(journals, Json.Type.OBJECT).children();
            for (int i = 0; i < places.size(); i++) {
                Json place = places.get(i);
                long sequence = number(place, "sequence");
                if (sequence < 0) {
                    throw new IllegalArgumentException("a sequence is negative");
                }
                reached.put(
                        journals.names().get(i),
                        new Reached(sequence, number(place, "received"), place.get("gone") != null));
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": is damaged; delete it to begin anew", e);
        }
        return reached;
    }

    private static void requireSame(Path file, @Nullable Json found, SortedMap<String, String> purpose)
            throws IOException {
        SortedMap<String, String> served = new TreeMap<>();
        for (int i = 0; found != null && i < found.names().size(); i++) {
            served.put(found.names().get(i), found.children().get(i).text());
        }
        TreeSet<String> names = new TreeSet<>(served.keySet());
        names.addAll(purpose.keySet());
        for (String name : names) {
            String before = served.get(name);
            String now = purpose.get(name);
            if (!Objects.equals(before, now)) {
                throw new IOException(file + ": serves another shipment: --" + name + " was "
                        + (before == null ? "not given" : "'" + before + "'") + ", and is "
                        + (now == null ? "not given" : "'" + now + "'") + "; name another file");
            }
        }
    }

    private static long number(Json object, String name) {
        return Long.parseLong(require(object.get(name), Json.Type.NUMBER).text());
    }

    private static Json require(@Nullable Json value, Json.Type type) {
        if (value == null || value.type() != type) {
            throw new IllegalArgumentException("a value is missing or of another type");
        }
        return value;
    }

    /** Up to where each journal was exported, by its id; empty if the file did not exist. */
    public Map<String, Reached> journals() {
        return journals;
    }

    /** Replaces the file; with what was {@linkplain #prepare prepared}, if anything was. */
    public void save(Map<String, Reached> reached) throws IOException {
        if (!prepared) {
            prepare(reached);
        }
        next.commit();
        prepared = false;
        next = begin(file);
        used = false;
    }

    /** Writes what the next {@link #save} puts in place, so that only the move is left to do. The file stays as it is. */
    public void prepare(Map<String, Reached> reached) throws IOException {
        if (used) { // an attempt that failed left something behind
            next.close();
            next = begin(file);
        }
        used = true;
        Bytes text = new Bytes(512);
        JsonLine line = new JsonLine(text);
        line.put("shiplog", what(purpose)).put("version", VERSION);
        if (!purpose.isEmpty()) {
            line.name("purpose");
            JsonLine options = new JsonLine(text);
            purpose.forEach(options::put);
            options.end();
        }
        line.name("journals");
        JsonLine each = new JsonLine(text);
        reached.forEach((id, position) -> {
            each.name(id);
            JsonLine journal = new JsonLine(text);
            journal.put("sequence", position.sequence()).putTime("received", position.received());
            if (position.gone()) {
                journal.put("gone", "no source held this journal");
            }
            journal.end();
        });
        each.end();
        line.end();
        text.put('\n');
        next.stream().write(text.array(), 0, text.length());
        next.complete();
        prepared = true;
    }

    @Override
    public void close() throws IOException {
        next.close();
    }
}
