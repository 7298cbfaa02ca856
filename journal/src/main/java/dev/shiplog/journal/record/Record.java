package dev.shiplog.journal.record;

/**
 * One thing seen, as it stands in a journal. A pure value; nobody changes the bytes of {@code payload} after it was
 * made, so it is shared and never copied.
 *
 * @param sequence grows by one per journal, from 1; 0 as long as the appender has not numbered it
 * @param kind what it is about
 * @param subject the full 64-hex container id, or the object's id, or empty
 * @param time the engine's own timestamp, ns since the epoch; {@code received} where the engine gave none
 * @param received the recorder's wall clock when the last byte arrived, ns since the epoch
 * @param monotonic the recorder's monotonic clock at the same moment, ns from an arbitrary start that is the same for
 *     one run of the recorder: a stepped wall clock shows as a change of {@code received - monotonic}
 * @param payload exactly the bytes that the engine sent, without the line end that separated them from the next
 */
@SuppressWarnings("JavaLangClash") // a record is what a journal holds; nobody here needs the other one
public record Record(
        long sequence, Kind kind, String subject, long time, long received, long monotonic, byte[] payload) {

    /** The same record with the number that the journal gave it. */
    public Record withSequence(long newSequence) {
        return new Record(newSequence, kind, subject, time, received, monotonic, payload);
    }
}
