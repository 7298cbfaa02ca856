package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.ContentHash;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Redacts events and facts about the host, and marks what was taken out: once for each subject and set of paths, not at
 * every run of a health check. Of the {@value #KNOWN} told last it knows that they were told. Thread safe.
 */
public final class Redactor {
    private static final int KNOWN = 2048;

    private final Redaction redaction;
    private final Clock clock;
    private final Consumer<Record> marks;

    @SuppressWarnings("serial")
    private final Set<Told> told = Collections.newSetFromMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Told, Boolean> eldest) {
            return size() > KNOWN;
        }
    });

    /** @param paths a hash of them: there may be many, and long ones */
    private record Told(String subject, long paths) {}

    /** @param marks takes the marks */
    public Redactor(Redaction redaction, Clock clock, Consumer<Record> marks) {
        this.redaction = redaction;
        this.clock = clock;
        this.marks = marks;
    }

    /**
     * The payload without its secrets, also if it is not JSON or the rest of it is missing. The same payload gives the
     * same bytes, and what it gives is left as it is.
     *
     * @param subject whom it is about, for the mark
     */
    byte[] redact(String subject, byte[] payload) {
        Redaction.Redacted redacted = redaction.redactMessage(payload);
        if (!redacted.removed().isEmpty() && isNew(new Told(subject, key(redacted.removed())))) {
            marks.accept(clock.mark(subject, new Mark.Redaction(subject, redaction.label(), redacted.removed())));
        }
        return redacted.payload();
    }

    private static long key(List<String> paths) {
        return ContentHash.of(String.join("\n", paths).getBytes(StandardCharsets.UTF_8));
    }

    private synchronized boolean isNew(Told what) {
        return told.add(what);
    }
}
