package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Marks the stretch for which the engine has not listed its containers, so that only those are known that events are
 * about. For one thread.
 */
final class ListGap {
    private static final System.Logger LOG = System.getLogger(ListGap.class.getName());

    /** A list that failed for less is not missed by anybody. */
    private static final long FAILED_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** An answer may be slow; after this it is missing. */
    private static final long WAITED_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** After a kill the journal holds only what was stated while the gap lasted. */
    private static final long STATE_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Clock clock;
    private final RecordQueue queue;
    private final List<Kind> kinds;

    /** Up to when the gap is stated, or when it began; null while there is a list. */
    private Clock.@Nullable Reading from;

    private boolean noticed;
    private String reason = "";

    /** @param kinds of which records are missing while there is no list */
    ListGap(Clock clock, RecordQueue queue, List<Kind> kinds) {
        this.clock = clock;
        this.queue = queue;
        this.kinds = kinds;
    }

    boolean isOpen() {
        return from != null;
    }

    void begin() {
        state();
        from = clock.now();
        noticed = false;
        reason = "the engine has not answered yet";
    }

    /** The engine did not list its containers; true if it has not for so long that this is stated. */
    boolean failed(String why) {
        reason = why;
        return notice(FAILED_NANOS);
    }

    /** To be called now and then; true if the gap is stated now. */
    boolean tick() {
        return notice(WAITED_NANOS);
    }

    /** Nobody waits for the list any longer; true if the gap had been noticed. */
    boolean end() {
        boolean stated = state();
        from = null;
        return stated;
    }

    private boolean notice(long afterNanos) {
        Clock.Reading since = from;
        if (since == null || clock.now().monotonic() - since.monotonic() < (noticed ? STATE_AGAIN_NANOS : afterNanos)) {
            return false;
        }
        if (!noticed) {
            LOG.log(Level.WARNING, "no list of containers, only those that events tell of are recorded: {0}", reason);
        }
        noticed = true;
        return state();
    }

    /** States the gap up to now, if it was noticed. */
    private boolean state() {
        Clock.Reading since = from;
        if (since == null || !noticed) {
            return false;
        }
        Clock.Reading now = clock.now();
        String why = "the engine does not list its containers: " + reason;
        for (Kind kind : kinds) {
            queue.put(clock.mark(new Mark.Gap(kind.label(), "", since.received(), now.received(), why)));
        }
        from = now;
        return true;
    }
}
