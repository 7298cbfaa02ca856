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
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A small file that says up to which record each journal was exported, so that the next export goes on from there:
 *
 * <pre>{@code
 * {"shiplog":"exported","version":1,"journals":{"8a97d058-…":{"sequence":5000,"received":…,"received_rfc3339":"…"}}}
 * }</pre>
 *
 * It is replaced as a whole, or not at all. While it is open, no other export can use it.
 */
public final class Checkpoint implements Closeable {
    private static final String WHAT = "exported";
    private static final long VERSION = 1;

    private final Path file;
    private final Map<String, Reached> journals;
    /** The file that replaces it; its lock keeps other exports away. */
    private OutputFile next;

    private boolean prepared;

    private Checkpoint(Path file, Map<String, Reached> journals, OutputFile next) {
        this.file = file;
        this.journals = journals;
        this.next = next;
    }

    /**
     * Opens the file, which need not exist yet.
     *
     * @throws IOException in one line, also if another export has it open or it is not such a file
     */
    public static Checkpoint open(Path file) throws IOException {
        try {
            return openIfAllowed(file);
        } catch (AccessDeniedException e) {
            throw OutputFile.denied(e);
        }
    }

    private static Checkpoint openIfAllowed(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new IOException(file + ": is no regular file; name one that an export may make");
        }
        OutputFile next = begin(file);
        try {
            return new Checkpoint(file, Files.exists(file) ? read(file) : Map.of(), next);
        } catch (IOException e) {
            next.close();
            throw e;
        }
    }

    private static OutputFile begin(Path file) throws IOException {
        return OutputFile.create(file, Compression.NONE, true);
    }

    private static Map<String, Reached> read(Path file) throws IOException {
        Json root = Json.parse(Files.readAllBytes(file));
        Json version = root == null ? null : root.get("version");
        Json journals = root == null ? null : root.get("journals");
        if (root == null
                || version == null
                || journals == null
                || !root.text("shiplog").equals(WHAT)) {
            throw new IOException(
                    file + ": was not written by an export; name another file, or delete it to begin anew");
        }
        if (!version.text().equals(String.valueOf(VERSION))) {
            throw new IOException(file + ": version " + version.text() + ", this program reads version " + VERSION);
        }
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
        next = begin(file);
        prepared = false;
    }

    /** Writes what the next {@link #save} puts in place, so that only the move is left to do. The file stays as it is. */
    public void prepare(Map<String, Reached> reached) throws IOException {
        Bytes text = new Bytes(512);
        JsonLine line = new JsonLine(text);
        line.put("shiplog", WHAT).put("version", VERSION).name("journals");
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
