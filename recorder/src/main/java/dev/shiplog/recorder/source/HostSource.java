package dev.shiplog.recorder.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.timeline.payload.PayloadJson;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Asks the engine at each connect what it and its host are, as records with the subjects {@code version} and
 * {@code info}, and keeps them for the head of the next segment. Thread safe.
 */
public final class HostSource {
    /** To count images and volumes takes an engine seconds; what it takes longer for is missed by nobody. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Engine engine;
    private final Clock clock;
    private final Redactor redactor;
    private final Map<String, Record> newest = new TreeMap<>();
    /** Of these, what the journal holds: what waits to be written is not restated before it was stated. */
    private final Map<String, Record> written = new TreeMap<>();

    /** Who the engine is; each member is empty if it does not say. */
    record Identity(String id, String version) {
        /** True unless both say who they are and differ. */
        boolean mayBe(Identity other) {
            return agree(id, other.id) && agree(version, other.version);
        }

        private static boolean agree(String one, String other) {
            return one.isEmpty() || other.isEmpty() || one.equals(other);
        }
    }

    public HostSource(Engine engine, Clock clock, Redactor redactor) {
        this.engine = engine;
        this.clock = clock;
        this.redactor = redactor;
    }

    /**
     * Asks. What the engine, or a proxy before it, does not tell is left out.
     *
     * @param records takes the answers
     * @param refusals takes a line for each that was not given
     */
    Identity ask(Collection<? super Record> records, Collection<? super String> refusals) {
        String known = member("info", "ID");
        for (String subject : List.of("version", "info")) {
            try {
                Record record = clock.stamp(Kind.HOST, subject, 0, redactor.redact(subject, question(subject)));
                records.add(record);
                keep(record);
            } catch (EngineStatusException e) {
                forget(subject);
                refusals.add(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                refusals.add(String.valueOf(e.getMessage()));
            }
        }
        return new Identity(engineId(known), member("version", "Version"));
    }

    /** An id that was never seen is asked for twice: Podman makes a new one for each answer, and that is none. */
    private String engineId(String known) {
        String told = member("info", "ID");
        if (told.isEmpty() || told.equals(known)) {
            return told;
        }
        try {
            Record again = clock.stamp(Kind.HOST, "info", 0, question("info"));
            return told.equals(member(again, "ID")) ? told : "";
        } catch (IOException e) {
            return told;
        }
    }

    private byte[] question(String subject) throws IOException {
        return engine.get("/" + subject, PATIENCE);
    }

    /** Takes up what the journal knows. */
    public synchronized void restore(Record record) {
        Record restated = clock.restate(record);
        keep(restated);
        appended(restated);
    }

    /** To be told of each fact that is in the journal. */
    public synchronized void appended(Record record) {
        if (newest.containsKey(record.subject())) {
            written.put(record.subject(), record);
        }
    }

    /** The newest facts in the journal. */
    public synchronized List<Record> snapshot() {
        return List.copyOf(written.values());
    }

    private synchronized void keep(Record record) {
        newest.put(record.subject(), record);
    }

    private synchronized void forget(String subject) {
        newest.remove(subject);
        written.remove(subject);
    }

    /** A string at the top level, or empty. */
    private synchronized String member(String subject, String name) {
        Record record = newest.get(subject);
        return record == null ? "" : member(record, name);
    }

    private static String member(Record record, String name) {
        try (JsonParser json = PayloadJson.FACTORY.createParser(record.payload())) {
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
