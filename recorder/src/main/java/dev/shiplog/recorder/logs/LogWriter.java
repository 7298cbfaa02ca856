package dev.shiplog.recorder.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.recorder.engine.Message;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.redact.LogRedaction;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.function.BooleanSupplier;

/**
 * Writes the messages of one container's log, remembers up to where it got, and marks what is missing. For the one thread at
 * a time that reads the log.
 */
final class LogWriter {
    private static final System.Logger LOG = System.getLogger(LogWriter.class.getName());
    private static final byte ENGINE = 3;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int FORBIDDEN = 403;
    /** So often in a row it may fail before that is worth a line. */
    private static final int QUIETLY = 3;

    private final String id;
    private final Clock clock;
    private final RecordQueue queue;
    private final LogRedaction redaction;
    private final boolean isNew;
    private final Troubles troubles;
    private volatile LogPosition position;
    private volatile boolean unreadable;
    private long lines;
    private int failures;
    private boolean marked;
    private String word = "";

    /** What is said once for all containers. */
    interface Troubles {
        /** Whether this is the first of its sort. */
        boolean isFirst(String sort);
    }

    /** @param isNew true if the container was made after the recording of logs began, so that all its lines are asked for */
    LogWriter(
            String id,
            Clock clock,
            RecordQueue queue,
            LogRedaction redaction,
            LogPosition position,
            boolean isNew,
            Troubles troubles) {
        this.id = id;
        this.clock = clock;
        this.queue = queue;
        this.redaction = redaction;
        this.position = position;
        this.isNew = isNew;
        this.troubles = troubles;
    }

    LogPosition position() {
        return position;
    }

    /** Whether all lines that there are must be new. */
    boolean isNew() {
        return isNew && position.count() == 0;
    }

    /** Whether any message was ever read. */
    boolean hasRead() {
        return position.count() > 0;
    }

    boolean isUnreadable() {
        return unreadable;
    }

    /** How many messages were written. */
    long lines() {
        return lines;
    }

    /**
     * Writes a message; waits until there is room for it.
     *
     * @return false if {@code ended} before
     */
    boolean write(long time, Message message, BooleanSupplier ended) {
        if (message.whole()) {
            byte[] payload = redaction.redact(message.bytes());
            if (!queue.putWhenRoom(clock.stamp(Kind.LOG, id, time, payload), ended)) {
                return false;
            }
        } else {
            String head = new String(redaction.redact(message.bytes()), UTF_8);
            queue.put(clock.mark(id, new Mark.Oversized(Kind.LOG.label(), id, message.length(), head, "")));
        }
        position = position.next(time);
        lines++;
        recovered();
        return true;
    }

    private void recovered() {
        if (failures > QUIETLY) {
            LOG.log(Level.INFO, "the log of container {0} is read again", shortId());
        }
        failures = 0;
    }

    /** Whether the engine speaks itself: it tells a trouble, and that is no line of the container. */
    boolean isWordOfEngine(Message message) {
        if (message.bytes()[0] != ENGINE) {
            return false;
        }
        String text = new String(message.bytes(), 1, message.bytes().length - 1, UTF_8).strip();
        if (!text.equals(word)) {
            word = text;
            gap(clock.now().received(), "the engine says: " + text);
        }
        return true;
    }

    /** What was read last is no longer there; {@code time} is that of the first message that is. */
    void lost(long time) {
        gap(time, "what was read last is no longer in the engine's log: it was rotated or cut");
    }

    /** The container was removed before its log was read to its end. */
    void removed() {
        gap(clock.now().received(), "the container was removed before its log was read to its end");
    }

    /** The log cannot be read. True if it never can. */
    boolean failed(IOException failure, int status) {
        failures++;
        if (status == NOT_IMPLEMENTED || isUnreadableDriver(failure)) {
            unreadable = true;
            gapOnce("the container's logging driver cannot be read");
            if (troubles.isFirst("driver")) {
                LOG.log(
                        Level.WARNING,
                        "container {0}, and maybe others: no logs: its logging driver cannot be read",
                        shortId());
            }
            return true;
        }
        if (status == FORBIDDEN) {
            gapOnce("allow GET /containers/ID/logs: " + failure.getMessage());
            if (troubles.isFirst("forbidden")) {
                LOG.log(Level.WARNING, "no logs: allow GET /containers/ID/logs: {0}", failure.getMessage());
            }
        } else if (failures == QUIETLY + 1) {
            LOG.log(Level.WARNING, "the log of container {0} is not read: {1}", shortId(), failure.getMessage());
        }
        return false;
    }

    /** An engine says so with different codes. */
    private static boolean isUnreadableDriver(IOException failure) {
        return String.valueOf(failure.getMessage()).contains("does not support reading");
    }

    private void gapOnce(String reason) {
        if (!marked) {
            marked = true;
            gap(clock.now().received(), reason);
        }
    }

    private void gap(long to, String reason) {
        long from = Math.min(position.newest(), to);
        queue.put(clock.mark(id, new Mark.Gap(Kind.LOG.label(), id, from, to, reason)));
    }

    private String shortId() {
        return id.substring(0, Math.min(12, id.length()));
    }
}
