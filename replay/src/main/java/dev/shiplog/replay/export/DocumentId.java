package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.RecordView;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Which index a record belongs to, and its id there: always the same, so that a record that is sent twice is one document.
 *
 * @param index {@code PREFIX-KIND-yyyy.MM.dd}, of the day of the record's own time in UTC
 * @param id {@code JOURNAL-SEQUENCE-R}, where R is the receipt in ms since the epoch, in base 36: after a power cut, a
 *     journal may give a sequence to another record
 */
public record DocumentId(String index, String id) {
    /** What names of indices begin with, unless somebody wishes for another. */
    public static final String PREFIX = "shiplog";

    /** Elasticsearch takes these, and no longer names than 255 bytes. */
    private static final Pattern PREFIXES = Pattern.compile("[a-z0-9][a-z0-9._-]{0,199}");

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("uuuu.MM.dd", Locale.ROOT);

    private static final int RADIX = 36;

    /** @param journal the id of the record's journal */
    public static DocumentId of(String prefix, String journal, RecordView record) {
        long received = Math.floorDiv(record.received(), TimeUnit.MILLISECONDS.toNanos(1));
        return new DocumentId(
                index(prefix, record.kind().label(), record.time()),
                journal + "-" + record.sequence() + "-" + Long.toString(received, RADIX));
    }

    /**
     * Of the samples of a container in a window of time: {@code JOURNAL-CONTAINER-LENGTH-B}, where B is the beginning in s
     * since the epoch, in base 36.
     *
     * @param length of the window, as people write it
     * @param from its beginning, ns since the epoch
     */
    public static DocumentId ofWindow(String prefix, String journal, String container, String length, long from) {
        long begun = Math.floorDiv(from, TimeUnit.SECONDS.toNanos(1));
        return new DocumentId(
                index(prefix, "stats-" + length, from),
                journal + "-" + container + "-" + length + "-" + Long.toString(begun, RADIX));
    }

    private static String index(String prefix, String content, long time) {
        LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(time, TimeUnit.DAYS.toNanos(1)));
        return prefix + "-" + content + "-" + DAY.format(day);
    }

    /** Appends the action line of the bulk interface, without a line feed. */
    public void writeAction(Bytes out) {
        out.putAscii("{\"create\":{\"_index\":");
        JsonString.put(index, out);
        out.putAscii(",\"_id\":");
        JsonString.put(id, out);
        out.putAscii("}}");
    }

    /** @throws IllegalArgumentException if no index could have a name that begins so */
    public static void checkPrefix(String prefix) {
        if (!PREFIXES.matcher(prefix).matches()) {
            throw new IllegalArgumentException("'" + prefix + "' cannot begin the name of an index: write up to 200 of"
                    + " a-z, 0-9, '.', '_' and '-', a letter or a digit first");
        }
    }
}
