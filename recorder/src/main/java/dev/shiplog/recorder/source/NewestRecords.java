package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Record;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the newest record of each subject, and the newest that the journal holds: a segment must not restate a record
 * that still waits to be written. Where the payloads take too many bytes, the subject with the oldest record is
 * forgotten. Guarded by its owner's lock.
 */
final class NewestRecords {
    private final long mostBytes;
    /** Oldest first. */
    private final Map<String, Record> newest = new LinkedHashMap<>();
    /** Of these subjects, what the journal holds, oldest first. */
    private final Map<String, Record> written = new LinkedHashMap<>();

    private long bytes;

    /** @param mostBytes that the payloads may take */
    NewestRecords(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    @Nullable
    Record get(String subject) {
        return newest.get(subject);
    }

    /** The newest of each subject, oldest first. */
    List<Record> all() {
        return List.copyOf(newest.values());
    }

    void keep(Record record) {
        drop(newest.remove(record.subject()));
        newest.put(record.subject(), record);
        bytes += record.payload().length;
        for (Iterator<Record> oldest = newest.values().iterator(); bytes > mostBytes; ) {
            Record forgotten = oldest.next();
            oldest.remove();
            drop(forgotten);
            written.remove(forgotten.subject());
        }
    }

    /** The journal now holds this record. */
    void appended(Record record) {
        if (newest.containsKey(record.subject())) {
            written.remove(record.subject());
            written.put(record.subject(), record);
        }
    }

    /** Forgets this record, which was never written, unless a newer one was kept since. */
    void forget(Record record) {
        if (newest.remove(record.subject(), record)) {
            drop(record);
        }
    }

    void forget(String subject) {
        drop(newest.remove(subject));
        written.remove(subject);
    }

    /** The records that the journal holds. */
    List<Record> written() {
        return List.copyOf(written.values());
    }

    private void drop(@Nullable Record record) {
        bytes -= record == null ? 0 : record.payload().length;
    }
}
