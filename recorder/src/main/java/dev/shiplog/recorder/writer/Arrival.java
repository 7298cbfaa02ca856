package dev.shiplog.recorder.writer;

import dev.shiplog.journal.record.Record;

/** What the sources hand to the writer, in the order in which it came. */
public sealed interface Arrival {
    /** What is to be written. */
    Record record();

    /** How soon a record must be on the disk, where a power cut does not reach it. */
    enum Haste {
        /** It explains an outage. */
        AT_ONCE,
        /** It happens now and then. */
        SOON,
        /** It comes again and again: each force writes whole pages. */
        IN_COMPANY
    }

    /** A record that is written as it is. */
    record Plain(Record record) implements Arrival {}

    /**
     * One message of the event stream, which may have come before.
     *
     * @param key as {@link EventLedger#key} makes it
     * @param wanted false if the filters keep it out of the journal; it is accounted for all the same
     * @param haste how soon it must be on the disk
     */
    record Event(Record record, long key, boolean wanted, Haste haste) implements Arrival {}

    /**
     * The event stream is open; what follows is the engine's ring, then what happens.
     *
     * @param record tells when, and is not written
     * @param fresh true if nobody listened for longer than a moment: this run begins, or the engine was away
     * @param asked when the stream was asked for, ns since the epoch
     * @param ring true if the engine remembers just so many events, and repeats them all; Podman keeps a log
     * @param reason why nobody listened before
     */
    record Connected(Record record, boolean fresh, long asked, boolean ring, String reason) implements Arrival {}

    /**
     * Who the engine is that is heard.
     *
     * @param record the mark that tells of it
     * @param engineId as the engine calls itself, or empty
     */
    record Introduced(Record record, String engineId) implements Arrival {}

    /**
     * The event stream ended.
     *
     * @param record its time is when it was heard last; it is not written
     */
    record Lost(Record record) implements Arrival {}

    /**
     * The engine cannot be reached.
     *
     * @param record the mark that tells of it; its time is when the stream ended
     */
    record Disconnected(Record record) implements Arrival {}
}
