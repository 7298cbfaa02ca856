package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.ContentHash;
import dev.shiplog.timeline.redact.Redaction;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Redacts events and facts about the host, and marks what was removed: once for each subject and set of paths, not at
 * every run of a health check. It remembers the last {@value #REMEMBERED} of these. Thread safe.
 */
public final class Redactor {
    private static final int REMEMBERED = 2048;

    private final Redaction redaction;
    private final Clock clock;
    private final Consumer<Record> marks;

    @SuppressWarnings("serial")
    private final Set<Removal> marked = Collections.newSetFromMap(new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Removal, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });

    /** @param paths a hash: there may be many paths, and long ones */
    private record Removal(String subject, long paths) {}

    /** @param marks takes the marks */
    public Redactor(Redaction redaction, Clock clock, Consumer<Record> marks) {
        this.redaction = redaction;
        this.clock = clock;
        this.marks = marks;
    }

    /**
     * The payload without its secrets, even if it is not JSON or its end is missing. The same payload gives the same
     * bytes, and a redacted payload stays as it is.
     *
     * @param subject what the payload is about, for the mark
     */
    byte[] redact(String subject, byte[] payload) {
        Redaction.Redacted redacted = redaction.redactMessage(payload);
        if (!redacted.removed().isEmpty() && isNew(new Removal(subject, hash(redacted.removed())))) {
            marks.accept(clock.mark(subject, new Mark.Redaction(subject, redaction.label(), redacted.removed())));
        }
        return redacted.payload();
    }

    private static long hash(List<String> paths) {
        return ContentHash.of(String.join("\n", paths).getBytes(StandardCharsets.UTF_8));
    }

    private synchronized boolean isNew(Removal removal) {
        return marked.add(removal);
    }
}
