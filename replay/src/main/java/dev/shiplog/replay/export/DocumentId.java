package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.RecordView;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;

/**
 * Which document of a cluster a record is: its index, one for each kind and each day of the record's own time (UTC), and its
 * id in that. The id has the receipt beside journal and sequence: after a power cut, a journal may give a sequence to
 * another record. Not thread safe.
 */
public final class DocumentId {
    private static final long DAY_NANOS = 86_400_000_000_000L;
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu.MM.dd");
    private static final int BASE = 36;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final String prefix;
    /** By the name of what the index holds, the day last asked for. */
    private final Map<String, Index> indices = new HashMap<>();

    private record Index(long day, String name) {}

    /** @param prefix of the names of indices */
    public DocumentId(String prefix) {
        this.prefix = prefix;
    }

    /** Appends the action line for a record, without a line feed. */
    public void writeAction(String journal, RecordView record, Bytes out) {
        String id = journal + "-" + record.sequence() + "-"
                + Long.toString(Math.floorDiv(record.received(), NANOS_PER_MILLI), BASE);
        writeAction(record.kind().label(), record.time(), id, out);
    }

    /**
     * Appends the action line for a document.
     *
     * @param content what the index holds: the name of a kind
     * @param time that decides the day, ns since the epoch
     */
    public void writeAction(String content, long time, String id, Bytes out) {
        out.putAscii("{\"create\":{\"_index\":");
        JsonString.put(index(content, time), out);
        out.putAscii(",\"_id\":");
        JsonString.put(id, out);
        out.putAscii("}}");
    }

    private String index(String content, long time) {
        long day = Math.floorDiv(time, DAY_NANOS);
        Index index = indices.get(content);
        if (index == null || index.day != day) {
            LocalDate date = LocalDate.ofEpochDay(day);
            index = new Index(day, prefix + "-" + content + "-" + DAY.format(date.atStartOfDay(ZoneOffset.UTC)));
            indices.put(content, index);
        }
        return index.name;
    }
}
