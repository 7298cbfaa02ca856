package dev.shiplog.journal.segment;

import dev.shiplog.journal.segment.Loss.Cause;
import dev.shiplog.journal.segment.Loss.Place;
import dev.shiplog.journal.segment.Loss.Received;
import dev.shiplog.journal.segment.Loss.Sequences;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Knows which record must come next, across segments, and reports each {@link Loss} once: when the next good record or
 * group shows how much is missing, or when nothing more comes. Not thread safe.
 */
public final class LossTracker {
    private final Consumer<Loss> report;
    private final ToLongFunction<String> deleted;

    /** The lowest sequence that may still come; 0 if any may. */
    private long next;
    /** Whether {@link #next} must come, or only may. */
    private boolean exact;

    /** Of the last record that was read and is not restated. */
    private long lastReceived;

    private String journal = "";
    /** Where the last record or group was read, and where it ends. */
    private String segment = "";

    private long end;

    private @Nullable Damage damage;

    /** What the segments began with that were read, and whether an archive held them. */
    private final Map<SegmentStart, Boolean> begun = new HashMap<>();

    /**
     * Damage that is not reported yet: the next good record shows what it cost.
     *
     * @param lastLost the highest sequence known to be lost, 0 if more than that may be
     * @param elsewhere another segment has begun since
     */
    private record Damage(Place place, long lastLost, boolean elsewhere, Cause cause, String reason) {
        Loss loss(long fromSequence, long toSequence, long after, long before) {
            return new Loss(place, new Sequences(fromSequence, toSequence), new Received(after, before), cause, reason);
        }
    }

    /** @param report takes each loss, before the record that follows it is handed out */
    public LossTracker(Consumer<Loss> report) {
        this(report, id -> 0);
    }

    /**
     * @param deleted up to which sequence retention took the records of a journal, by its id; asked where segments are
     *     missing
     */
    public LossTracker(Consumer<Loss> report, ToLongFunction<String> deleted) {
        this.report = report;
        this.deleted = deleted;
    }

    /** Forgets what must come next: another journal begins, or the reader jumped. */
    public void restart() {
        flush();
        next = 0;
        exact = false;
        lastReceived = 0;
        begun.clear();
    }

    /**
     * A segment is about to be read. Returns whether it is no surprise that its records were read before: another file
     * holds them as well, and one of the two is an archive of the other.
     */
    public boolean begin(Segment next) {
        SegmentStart start = next.start();
        if (start == null) {
            return false;
        }
        if (!start.journal().isEmpty()) {
            journal(start.journal());
        }
        Boolean archive = begun.put(start, next.isArchive());
        return archive != null && (archive || next.isArchive());
    }

    /** A segment of this journal begins; true if it is another one than before. */
    public boolean journal(String id) {
        boolean other = !journal.isEmpty() && !journal.equals(id);
        journal = id;
        if (other) {
            restart();
        }
        return other;
    }

    /** These bytes are damaged. */
    public void damaged(Place place, String reason) {
        damaged(place, 0, Cause.DAMAGED, reason);
    }

    /** The system failed to read these bytes, or refused. */
    public void unreadable(Place place, IOException e) {
        damaged(place, 0, cause(e), reason(e));
    }

    /** This segment was read and is empty, though another one follows. */
    public void empty(String inSegment, long size) {
        damaged(new Place(inSegment, 0, size), "the segment is empty");
    }

    /** What it means that a file cannot be read. */
    public static Cause cause(IOException e) {
        return e instanceof AccessDeniedException ? Cause.REFUSED : Cause.DAMAGED;
    }

    /** The same in one clause. */
    public static String reason(IOException e) {
        if (e instanceof AccessDeniedException denied) {
            return "permission denied: " + denied.getFile();
        }
        String why = e instanceof NoSuchFileException
                ? "no such file"
                : e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        return "cannot be read: " + Objects.requireNonNullElseGet(why, e::toString);
    }

    /** The record {@code sequence}, in these bytes, is intact but cannot be decoded. */
    void undecodable(Place place, long sequence, String reason) {
        damaged(place, sequence, Cause.UNDECODABLE, reason);
    }

    /**
     * These bytes of an archive are not what they must be.
     *
     * @param lastLost the highest sequence of the records in them, 0 if that is not known
     */
    public void mismatch(Place place, long lastLost, String reason) {
        damaged(place, lastLost == 0 ? 0 : Math.max(lastLost, next - 1), Cause.MISMATCH, reason);
    }

    /** What was reported when the segment was archived, and is missing in its archive, too. */
    public void archived(Loss loss) {
        damaged(loss.place(), 0, loss.cause(), loss.reason());
    }

    /** A loss about which the records around it say no more, because others are missing between them on purpose. */
    public void told(Loss loss) {
        flush();
        report.accept(loss);
    }

    private void damaged(Place place, long lastLost, Cause cause, String reason) {
        Damage open = damage;
        if (open != null && !open.place.segment().equals(place.segment())) {
            flush();
            open = null;
        }
        damage = open == null
                ? new Damage(place, lastLost, false, cause, reason)
                : new Damage(
                        new Place(place.segment(), open.place.from(), place.to()),
                        lastLost,
                        open.elsewhere,
                        merged(open.cause, cause),
                        open.reason);
    }

    private static Cause merged(Cause first, Cause next) {
        return next == Cause.UNDECODABLE || first == next || first == Cause.REFUSED || first == Cause.MISMATCH
                ? first
                : Cause.DAMAGED;
    }

    /** A segment begins. */
    public void segment(String name) {
        Damage open = damage;
        if (open != null && open.lastLost > 0) {
            flush();
        } else if (open != null) {
            damage = new Damage(open.place, 0, true, open.cause, open.reason);
        }
        if (segment.isEmpty()) {
            segment = name;
        }
    }

    /** The next record to come in {@code inSegment} at {@code offset} is {@code sequence}. */
    public void expect(String inSegment, long offset, long sequence, long clock) {
        Damage open = damage;
        if (open != null) {
            report(open, sequence, clock);
        } else if (exact && sequence > next && inSegment.equals(segment)) {
            reportMissing(
                    sequence - 1, clock, Cause.DAMAGED, "records are missing, though nothing around them is damaged");
        } else if (exact && sequence > next) {
            reportMissing(
                    Math.min(deleted.applyAsLong(journal), sequence - 1), clock, Cause.DELETED, "retention took them");
            reportMissing(sequence - 1, clock, Cause.DAMAGED, missing(segment, inSegment));
        }
        damage = null;
        next = sequence;
        exact = true;
        segment = inSegment;
        end = offset;
    }

    private void reportMissing(long last, long clock, Cause cause, String reason) {
        if (last >= next) {
            report.accept(new Loss(
                    new Place(segment, end, end),
                    new Sequences(next, last),
                    new Received(lastReceived, clock),
                    cause,
                    reason));
            next = last + 1;
        }
    }

    /** Why there is a hole between two segments that are intact. */
    private static String missing(String before, String after) {
        return "records are missing between " + before + " and " + after + ": is a segment gone?";
    }

    private void report(Damage open, long sequence, long clock) {
        long from = exact ? next : 0;
        // A writer that finds its newest segment damaged goes on with the number after the last intact record, so
        // across segments an unbroken sequence does not prove that nothing was lost. No writer goes on in an archive.
        boolean isProof = !open.elsewhere || open.cause == Cause.MISMATCH;
        long to = from > 0 && sequence == next && !isProof ? 0 : sequence - 1;
        report.accept(open.loss(from, to, lastReceived, clock));
    }

    /** A record came that was read before: so was what is damaged before it in its segment, or it is reported already. */
    public void harmless() {
        Damage open = damage;
        if (open != null && !open.elsewhere) {
            damage = null;
        }
    }

    /** So many records up to {@code offset} have sequences of records that were read before, in another segment. */
    public void repeated(String inSegment, long offset, long records) {
        report.accept(new Loss(
                new Place(inSegment, 0, offset),
                new Sequences(next, next - 1),
                new Received(lastReceived, 0),
                Cause.DAMAGED,
                records + " records with sequences that were read before; read this segment by itself to see them"));
    }

    /**
     * The record {@code sequence} was read and ends at {@code offset}.
     *
     * @param received ns since the epoch; 0 if that bounds no loss, because the record is restated
     */
    public void read(long sequence, long received, long offset) {
        next = sequence + 1;
        lastReceived = received == 0 ? lastReceived : received;
        end = offset;
    }

    /** Nothing more comes for now: damage that is not reported yet is reported as far as it is known. */
    public void flush() {
        Damage open = damage;
        if (open != null) {
            report.accept(open.loss(exact ? next : 0, open.lastLost, lastReceived, 0));
            if (open.lastLost > 0) {
                next = open.lastLost + 1;
                end = open.place.to();
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
}
