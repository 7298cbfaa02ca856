package dev.shiplog.journal.record;

/**
 * One thing that the recorder saw, as the journal holds it. A value: nobody changes the bytes of {@code payload} after the
 * record was made, so they are shared and never copied.
 *
 * @param sequence its number in the journal, which grows by one from 1; 0 until the appender has numbered it
 * @param kind what it is about
 * @param subject the full 64-hex container id, or the object's id, or empty
 * @param time the engine's own timestamp, ns since the epoch; {@code received} where the engine gave none
 * @param received the recorder's wall clock when its last byte arrived, ns since the epoch
 * @param monotonic the recorder's monotonic clock at the same moment, ns from an arbitrary start that is the same for
 *     one run of the recorder; when the wall clock is set, {@code received - monotonic} changes
 * @param payload exactly the bytes that the engine sent, without the line end after them
 */
@SuppressWarnings("JavaLangClash") // a record is what a journal holds; nobody here needs the other one
public record Record(
        long sequence, Kind kind, String subject, long time, long received, long monotonic, byte[] payload) {

    /** This record with the number that the journal gave it. */
    public Record withSequence(long newSequence) {
        return new Record(newSequence, kind, subject, time, received, monotonic, payload);
    }

    /** This record with another payload. */
    public Record withPayload(byte[] newPayload) {
        return new Record(sequence, kind, subject, time, received, monotonic, newPayload);
    }
}
