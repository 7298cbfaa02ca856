package dev.shiplog.journal.retention;

/**
 * What retention needs to know of a segment that is no longer written to.
 *
 * @param name of its file
 * @param bytes that it takes on the disk
 * @param from no record in it was received earlier, ns since the epoch
 * @param until no record in it was received later, ns since the epoch
 * @param lastSequence no record in it has a higher sequence; 0 if it belongs to another journal in the directory
 * @param archived whether all of it is archived
 */
public record StoredSegment(String name, long bytes, long from, long until, long lastSequence, boolean archived) {
    /** The same, although it looked archived. */
    public StoredSegment asNotArchived() {
        return new StoredSegment(name, bytes, from, until, lastSequence, false);
    }
}
