package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.writer.Checkpoint;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.timeline.payload.HostView;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks the engine at each connect what it and its host are, as records with the subjects {@code version} and
 * {@code info}, and keeps them for the start of the next segment. Thread safe.
 */
public final class HostSource implements Checkpoint {
    /** An engine takes seconds to count images and volumes; facts that take longer are left out. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Engine engine;
    private final Clock clock;
    private final Redactor redactor;
    /** Guarded by this. */
    private final NewestRecords newest = new NewestRecords(Long.MAX_VALUE);

    /** Who the engine is; each member is empty if the engine does not say. */
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
     * Asks. What the engine, or a proxy before it, does not answer is left out.
     *
     * @param records takes the answers
     * @param refusals takes a line for each answer that is missing
     */
    Identity ask(Collection<? super Record> records, Collection<? super String> refusals) {
        String knownId = view("info").id();
        for (String subject : List.of("version", "info")) {
            try {
                Record record = clock.stamp(Kind.HOST, subject, 0, redactor.redact(subject, get(subject)));
                records.add(record);
                keep(record);
            } catch (EngineStatusException e) {
                forget(subject);
                refusals.add(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                refusals.add(String.valueOf(e.getMessage()));
            }
        }
        return new Identity(engineId(knownId), view("version").version());
    }

    /** Asks twice for an id that was not known before: Podman makes a new one for each answer, which is no id. */
    private String engineId(String knownId) {
        String id = view("info").id();
        if (id.isEmpty() || id.equals(knownId)) {
            return id;
        }
        try {
            Record again = clock.stamp(Kind.HOST, "info", 0, get("info"));
            return id.equals(HostView.scan(again.payload()).id()) ? id : "";
        } catch (IOException e) {
            return id;
        }
    }

    private byte[] get(String subject) throws IOException {
        return engine.get("/" + subject, engine.patience(PATIENCE));
    }

    @Override
    public synchronized void restore(Record record, @Nullable Mark mark) {
        if (record.kind() == Kind.HOST) {
            Record restated = clock.restate(record);
            newest.keep(restated);
            newest.appended(restated);
        }
    }

    @Override
    public void appended(Record record) {
        if (record.kind() == Kind.HOST) { // before the lock: the writer calls this for each sample
            synchronized (this) {
                newest.appended(record);
            }
        }
    }

    /** The newest facts in the journal, sorted by subject. */
    @Override
    public synchronized List<Record> snapshot() {
        return newest.written().stream()
                .sorted(Comparator.comparing(Record::subject))
                .toList();
    }

    private synchronized void keep(Record record) {
        newest.keep(record);
    }

    private synchronized void forget(String subject) {
        newest.forget(subject);
    }

    private synchronized HostView view(String subject) {
        Record record = newest.get(subject);
        return record == null ? new HostView("", "", "") : HostView.scan(record.payload());
    }
}
