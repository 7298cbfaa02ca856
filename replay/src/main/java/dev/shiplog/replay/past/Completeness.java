package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.past.HostAt.Unknown;
import org.jspecify.annotations.Nullable;

/**
 * Whether every event from before a moment was delivered, as the records that were received after it tell. The engine
 * repeats its last events to a recorder that comes back, in their order; a mark says later whether these were all. Not
 * thread safe.
 */
final class Completeness {
    private static final long SECOND = 1_000_000_000L;

    /** An event is received no later than this after it happened, or after the recorder is back. */
    private static final long LATE_NANOS = 10 * SECOND;

    private final long moment;

    /** The recorder did not listen at the moment. */
    private boolean isInBreak;

    private long brokeOff;
    /** The clock was set back before the moment: what has a time yet to come happened before that. */
    private boolean wasSetBack;
    /** What was not answered at the moment: whether events were missed before. */
    private Mark.@Nullable Unsettled question;
    /** The same, asked since the moment. */
    private Mark.@Nullable Unsettled later;
    /** It is known whether the engine repeated all that happened around the moment. */
    private boolean isAnswered;

    private long newestEvent;
    /** Times of events go up, unless the clock was set back in the break. */
    private boolean hasOrder = true;
    /** When the recorder listened first after the moment, by its monotonic clock; 0 if it did not. */
    private long heardAt;
    /** Each event from before the moment was received that the engine told. */
    private boolean hasAll;

    private @Nullable Unknown unknown;

    /**
     * @param moment ns since the epoch
     * @param breaks as of then
     */
    Completeness(long moment, Breaks breaks) {
        this.moment = moment;
        isInBreak = !breaks.listens() && (breaks.brokeOff() != moment || breaks.isSetBack());
        brokeOff = breaks.brokeOff();
        question = breaks.question();
        wasSetBack = breaks.wasSetBack();
        if (isInBreak && breaks.isSetBack()) {
            since(brokeOff, "the clock was set back while nobody listened");
        }
    }

    /** Whether the recorder did not listen at the moment. */
    boolean isInBreak() {
        return isInBreak;
    }

    /** Since when it did not listen, or did not when it broke off last before the moment, ns since the epoch. */
    long brokeOff() {
        return brokeOff;
    }

    /** Whether it was not known at the moment, and is not known yet, if events were missed before. */
    boolean isAsked() {
        return question != null;
    }

    /** Whether something happened by the moment; before the clock was set back, times were later. */
    boolean isBefore(RecordView record) {
        boolean isOfReignBefore = !isInBreak && wasSetBack && record.time() > record.received() + SECOND;
        return record.time() <= moment || isOfReignBefore;
    }

    /** Takes the next event. */
    void happen(RecordView event, Breaks breaks) {
        if (isInBreak) {
            isAnswered |= breaks.question() == null;
            if (hasOrder && (event.time() > event.received() + SECOND || event.time() < newestEvent - SECOND)) {
                since(brokeOff, "the clock was set back while nobody listened");
            }
            newestEvent = Math.max(newestEvent, event.time());
        }
    }

    /** Takes the next record, after what else is told of it here. */
    void pass(RecordView record, Breaks breaks) {
        if (breaks.listens()) {
            heardAt = heardAt == 0 ? record.monotonic() : heardAt;
            boolean isEvent = record.isOfKnownKind() && record.kind() == Kind.EVENT;
            hasAll |= isEvent && !isBefore(record) || record.monotonic() - heardAt > LATE_NANOS;
        }
    }

    /** The wall clock was set back before the next record. */
    void setBack(Breaks breaks) {
        if (isInBreak && !isAnswered && breaks.isSetBack()) {
            since(brokeOff, "the clock was set back while nobody listened");
        }
        hasOrder = !breaks.listens();
        wasSetBack = false; // what has a time yet to come may have happened after the moment
        newestEvent = 0;
    }

    /** Records are missing before the next one: an event from before the moment may be among them. */
    void lose() {
        if (!hasAll) {
            since(isInBreak ? brokeOff : moment, "records are lost");
        }
    }

    /** The engine is reached. */
    void up(Breaks breaks) {
        isAnswered |= breaks.question() == null;
    }

    /** It is known now whether events were missed. */
    void answer() {
        question = null;
        later = null;
        isAnswered = true;
    }

    /**
     * Takes the question whether events were missed. Where only the stream of events was cut, no other mark says that the
     * recorder did not listen.
     *
     * @return whether they were missed after the moment, if at all
     */
    boolean isAskedOfLater(Breaks breaks) {
        Mark.Unsettled asked = breaks.question();
        if (asked != null && asked.from() <= moment) {
            later = asked;
            return false;
        }
        return !isInBreak || isAnswered;
    }

    /**
     * The recorder listens no more.
     *
     * @return whether it listened up to the moment
     */
    boolean breaksOffLater(Breaks breaks) {
        if (breaks.brokeOff() < moment) {
            isInBreak = true;
            brokeOff = breaks.brokeOff();
            return false;
        }
        return !isInBreak || isAnswered;
    }

    /**
     * Takes the answer that events were missed.
     *
     * @return whether the moment lies in that stretch
     */
    boolean isMissed(Mark.Gap gap) {
        boolean isIn = gap.from() <= moment && (question == null || isInBreak);
        if (isIn) {
            since(gap.from(), gap.reason());
        }
        if (isIn || question != null) {
            answer();
        }
        return isIn;
    }

    private void since(long time, String reason) {
        if (unknown == null || time < unknown.since()) {
            unknown = new Unknown(time, reason);
        }
    }

    /** Why it is not known whether all came; null if all did. To be asked at the end. */
    @Nullable
    Unknown unknown() {
        Mark.Unsettled open = question != null ? question : later;
        if (open != null) {
            since(open.from(), open.reason() + "; it is not known whether the engine repeated all that happened since");
        } else if (isInBreak && !isAnswered) {
            since(brokeOff, "the engine has not answered since");
        }
        return unknown;
    }
}
