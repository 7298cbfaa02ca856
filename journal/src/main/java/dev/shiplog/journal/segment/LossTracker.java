package dev.shiplog.journal.segment;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Knows which record must come next, across segments, and tells each {@link Loss} once: when the next good record or
 * group shows how much is missing, or when nothing comes any more. Not thread safe.
 */
public final class LossTracker {
    private final ArrayDeque<Loss> told = new ArrayDeque<>();

    /** The lowest sequence that may still come; 0 if any may. */
    private long next;
    /** Whether {@link #next} must come, or only may. */
    private boolean exact;

    /** Of the last record that was read and is not restated. */
    private long lastReceived;

    private String journal = "";
    private String segment = "";
    private long end;

    private @Nullable Damage damage;

    /**
     * What stands open until the next good record.
     *
     * @param lastLost the highest sequence known to be lost, 0 if more than that may be
     * @param elsewhere another segment has begun since
     */
    private record Damage(
            String segment, long from, long to, long lastLost, boolean elsewhere, String reason, boolean undecodable) {

        Loss loss(long fromSequence, long toSequence, long fromTime, long toTime) {
            return new Loss(segment, from, to, fromSequence, toSequence, fromTime, toTime, reason, undecodable);
        }
    }

    /** Forgets what must come next: another journal begins, or the reader jumped. */
    public void restart() {
        flush();
        next = 0;
        exact = false;
        lastReceived = 0;
    }

    /** A segment of this journal begins; true if it is another one than before. */
    boolean journal(String id) {
        boolean other = !journal.isEmpty() && !journal.equals(id);
        journal = id;
        if (other) {
            restart();
        }
        return other;
    }

    /** The bytes from {@code from} to {@code to} could not be read. */
    public void damaged(String inSegment, long from, long to, String reason) {
        damaged(inSegment, from, to, 0, reason, false);
    }

    /** The bytes from {@code from} to {@code to} were refused by the system. */
    public void unreadable(String inSegment, long from, long to, IOException e) {
        damaged(inSegment, from, to, reason(e));
    }

    /** This segment was read and is empty, though another one follows. */
    public void empty(String inSegment, long size) {
        damaged(inSegment, 0, size, "the segment is empty");
    }

    static String reason(IOException e) {
        String why = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        if (e instanceof AccessDeniedException denied) {
            return Loss.REFUSED + denied.getFile();
        }
        if (e instanceof NoSuchFileException) {
            why = "no such file";
        }
        return "cannot be read: " + Objects.requireNonNullElseGet(why, e::toString);
    }

    /** The record {@code sequence}, in the bytes from {@code from} to {@code to}, is there but of no use. */
    void lost(String inSegment, long from, long to, long sequence, String reason) {
        damaged(inSegment, from, to, sequence, reason, true);
    }

    private void damaged(String inSegment, long from, long to, long lastLost, String reason, boolean undecodable) {
        Damage open = damage;
        if (open != null && !open.segment.equals(inSegment)) {
            flush();
            open = null;
        }
        damage = open == null
                ? new Damage(inSegment, from, to, lastLost, false, reason, undecodable)
                : new Damage(
                        inSegment,
                        open.from,
                        to,
                        lastLost,
                        open.elsewhere,
                        open.reason,
                        open.undecodable && undecodable);
    }

    /** A segment begins. */
    void segment(String name) {
        Damage open = damage;
        if (open != null && open.lastLost > 0) {
            flush();
        } else if (open != null) {
            damage = new Damage(open.segment, open.from, open.to, 0, true, open.reason, open.undecodable);
        }
        if (segment.isEmpty()) {
            segment = name;
        }
    }

    /** The next record to come in {@code inSegment} at {@code offset} is {@code sequence}. */
    void expect(String inSegment, long offset, long sequence, long clock) {
        Damage open = damage;
        if (open != null) {
            tell(open, sequence, clock);
        } else if (exact && sequence > next) {
            String reason = inSegment.equals(segment)
                    ? "records are missing, though nothing around them is damaged"
                    : missing(segment, inSegment);
            told.add(new Loss(segment, end, end, next, sequence - 1, lastReceived, clock, reason, false));
        }
        damage = null;
        next = sequence;
        exact = true;
        segment = inSegment;
        end = offset;
    }

    private void tell(Damage open, long sequence, long clock) {
        long from = exact ? next : 0;
        // A writer that finds its newest segment damaged goes on with the number after the last intact record, so
        // across segments an unbroken sequence does not prove that nothing was lost.
        long to = from > 0 && sequence == next && open.elsewhere ? 0 : sequence - 1;
        told.add(open.loss(from, to, lastReceived, clock));
    }

    /** A record came that was read before: what is damaged in front of it in its segment was as well, or is told. */
    void harmless() {
        Damage open = damage;
        if (open != null && !open.elsewhere) {
            damage = null;
        }
    }

    /** So many records up to {@code offset} have sequences of records that were read before, in another segment. */
    void repeated(String inSegment, long offset, long records) {
        String reason =
                records + " records with sequences that were read before; read this segment by itself to see them";
        told.add(new Loss(inSegment, 0, offset, next, next - 1, lastReceived, 0, reason, false));
    }

    /**
     * The record {@code sequence} was read and ends at {@code offset}.
     *
     * @param received ns since the epoch; 0 if that bounds no loss, because the record is restated
     */
    void read(long sequence, long received, long offset) {
        next = sequence + 1;
        lastReceived = received == 0 ? lastReceived : received;
        end = offset;
    }

    /** Nothing more comes for now: what stands open is told as it is known. */
    public void flush() {
        Damage open = damage;
        if (open != null) {
            told.add(open.loss(exact ? next : 0, open.lastLost, lastReceived, 0));
            if (open.lastLost > 0) {
                next = open.lastLost + 1;
                end = open.to;
            } else {
                exact = false;
            }
            damage = null;
        }
    }

    /** The lowest sequence that may still come; 0 if any may. */
    public long next() {
        return next;
    }

    /** The highest sequence that was read or is known to be lost; 0 if that leaves anything open. */
    long last() {
        return exact ? next - 1 : 0;
    }

    /** Whether {@link #poll()} has a loss to tell. */
    public boolean pending() {
        return !told.isEmpty();
    }

    /** Why there is a hole between two segments that are intact. */
    private static String missing(String before, String after) {
        return "records are missing between " + before + " and " + after + ": is a segment gone?";
    }

    /** The next loss to tell, or null. */
    public @Nullable Loss poll() {
        return told.poll();
    }
}
