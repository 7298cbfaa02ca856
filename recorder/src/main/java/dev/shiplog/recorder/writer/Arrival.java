package dev.shiplog.recorder.writer;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;

/** What the sources hand to the writer, in the order in which it arrived. */
public sealed interface Arrival {
    Record record();

    /** How soon a record must be forced to disk, where a power cut cannot reach it. */
    enum Sync {
        /** It explains an outage. */
        NOW,
        /** It is rare. */
        SOON,
        /** It comes again and again, and each force writes whole pages. */
        BATCHED
    }

    /** What becomes of an event. */
    enum Use {
        RECORDED,
        /** It becomes a part of a {@link Mark.Execs}. */
        COUNTED,
        /** It is not wanted in the journal. */
        HEARD
    }

    /** A record that is written as it is. */
    record Plain(Record record) implements Arrival {}

    /**
     * One message of the event stream, which may have come before.
     *
     * @param key the {@link ContentHash} of its bytes
     * @param use what becomes of it; the ledger knows it in any case
     */
    record Event(Record record, long key, Use use, Sync sync) implements Arrival {
        boolean wanted() {
            return use == Use.RECORDED;
        }
    }

    /**
     * The event stream is open; the engine's ring follows, then live events.
     *
     * @param record says when; it is not written
     * @param fresh true if nobody listened for longer than a moment: the run begins, or the engine was away
     * @param asked when the stream was asked for, ns since the epoch
     * @param ring true if the engine keeps a fixed number of events and repeats them all; Podman keeps a log instead
     * @param reason why nobody listened before
     */
    record Connected(Record record, boolean fresh, long asked, boolean ring, String reason) implements Arrival {}

    /**
     * The engine said who it is.
     *
     * @param record the mark that says so
     * @param engineId as the engine calls itself, or empty
     */
    record Introduced(Record record, String engineId) implements Arrival {}

    /**
     * The event stream ended.
     *
     * @param record its time is when the stream was last heard; it is not written
     */
    record Ended(Record record) implements Arrival {}

    /**
     * The engine cannot be reached.
     *
     * @param record the mark that says so; its time is when the stream ended
     */
    record Disconnected(Record record) implements Arrival {}
}
