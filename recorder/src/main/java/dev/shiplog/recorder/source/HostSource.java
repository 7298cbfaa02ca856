package dev.shiplog.recorder.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Asks the engine at each connect what it and its host are, as records with the subjects {@code version} and
 * {@code info}, and keeps them for the head of the next segment. Thread safe.
 */
public final class HostSource {
    private static final JsonFactory JSON = new JsonFactory();

    private final Engine engine;
    private final Clock clock;
    private final Map<String, Record> newest = new TreeMap<>();

    /** Who the engine is; each member is empty if it does not say. */
    record Identity(String id, String version) {}

    public HostSource(Engine engine, Clock clock) {
        this.engine = engine;
        this.clock = clock;
    }

    /**
     * Asks. What the engine, or a proxy before it, refuses to tell is left out.
     *
     * @throws IOException if the engine does not answer at all
     */
    Identity ask(Collection<? super Record> records) throws IOException {
        for (String subject : List.of("version", "info")) {
            try {
                Record record = clock.stamp(Kind.HOST, subject, 0, Lines.withoutEnd(engine.get("/" + subject)));
                records.add(record);
                restore(record);
            } catch (EngineStatusException e) {
                forget(subject);
            }
        }
        return new Identity(member("info", "ID"), member("version", "Version"));
    }

    /** Takes up what the journal knows. */
    public synchronized void restore(Record record) {
        newest.put(record.subject(), clock.restate(record));
    }

    /** The newest facts. */
    public synchronized List<Record> snapshot() {
        return List.copyOf(newest.values());
    }

    private synchronized void forget(String subject) {
        newest.remove(subject);
    }

    /** A string at the top level, or empty. */
    private synchronized String member(String subject, String name) {
        Record record = newest.get(subject);
        if (record == null) {
            return "";
        }
        try (JsonParser json = JSON.createParser(record.payload())) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = json.currentName().equals(name);
                JsonToken value = json.nextToken();
                if (wanted && value == JsonToken.VALUE_STRING) {
                    return json.getText();
                }
                json.skipChildren();
            }
        } catch (IOException | RuntimeException e) {
            // Recorded as it is all the same.
        }
        return "";
    }
}
