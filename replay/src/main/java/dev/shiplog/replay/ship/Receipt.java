package dev.shiplog.replay.ship;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.timeline.json.JsonLine;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * What a shipment did, for programs and for {@code verify --receipt}: one JSON object, which says of each journal from
 * which to which sequence it was read, what became of each record, and how many documents each block of
 * {@value Tally#BLOCK} sequences has in the cluster.
 *
 * @param purpose what was shipped where: the options that decide it
 * @param begun ns since the epoch
 * @param ended ns since the epoch
 * @param complete whether all that was asked for was read and is settled
 */
public record Receipt(SortedMap<String, String> purpose, long begun, long ended, boolean complete, Tallies tallies) {
    private static final long VERSION = 1;

    /** The counts of records, each of which is in one of these, and what is not among the records. */
    private static final Map<String, ToLongFunction<Tally>> COUNTS = new TreeMap<>(Map.of(
            "records_read", tally -> tally.read,
            "records_created", tally -> tally.recordsCreated,
            "records_existed", tally -> tally.recordsExisted,
            "records_refused", tally -> tally.recordsRefused,
            "records_filtered", tally -> tally.filtered,
            "records_restated", tally -> tally.restated,
            "records_late", tally -> tally.late,
            "records_open", tally -> tally.open,
            "records_unsettled", Tally::unsettled,
            "sequences_missing", Tally::missing));

    /** As JSON, with a line feed at its end. */
    public byte[] toJson() {
        Bytes text = new Bytes(1 << 10);
        JsonLine line = new JsonLine(text);
        line.put("shiplog", "receipt").put("version", VERSION);
        line.putTime("begun", begun).putTime("ended", ended);
        line.name("complete");
        text.putAscii(String.valueOf(complete));
        line.name("purpose");
        JsonLine options = new JsonLine(text);
        purpose.forEach(options::put);
        options.end();
        line.name("journals");
        JsonLine journals = new JsonLine(text);
        tallies.journals().forEach((id, tally) -> {
            journals.name(id);
            write(tally, text);
        });
        journals.end();
        line.end();
        text.put('\n');
        return text.toArray();
    }

    private static void write(Tally tally, Bytes text) {
        JsonLine line = new JsonLine(text);
        line.put("host", tally.host);
        if (tally.to != 0) {
            line.put("from", tally.from).put("to", tally.to);
        }
        COUNTS.forEach((name, count) -> line.put(name, count.applyAsLong(tally)));
        line.put("unknown_kind", tally.unknown);
        line.put("documents_created", tally.created);
        line.put("documents_existed", tally.existed);
        line.put("documents_refused", tally.refused);
        line.name("documents_by_block");
        JsonLine blocks = new JsonLine(text);
        tally.blocks.forEach((number, count) -> blocks.put(String.valueOf(number * Tally.BLOCK), count));
        blocks.end();
        line.end();
    }

    /** A line for each journal, for people. */
    public String text() {
        StringBuilder text = new StringBuilder();
        tallies.journals().forEach((id, tally) -> {
            text.append("journal ").append(id).append(" of ").append(tally.host.isEmpty() ? "?" : tally.host);
            if (tally.to == 0) {
                text.append(": nothing was read\n");
                return;
            }
            text.append(": records ")
                    .append(tally.from)
                    .append(" to ")
                    .append(tally.to)
                    .append(": ");
            text.append(tally.read).append(" read = ");
            text.append(tally.recordsCreated).append(" created + ");
            text.append(tally.recordsExisted).append(" already there + ");
            text.append(tally.recordsRefused).append(" refused + ");
            text.append(tally.filtered).append(" left out + ");
            text.append(tally.restated).append(" restated");
            append(text, " + ", tally.late, " late");
            append(text, " + ", tally.open, " of windows that are not over");
            append(text, " + ", tally.unsettled(), " of which nothing is known yet");
            append(text, "; ", tally.unknown, " of kinds that this version does not know");
            append(text, "; ", tally.missing(), " missing in the journal");
            if (tally.created + tally.existed != tally.recordsCreated + tally.recordsExisted) {
                text.append("; in ").append(tally.created + tally.existed).append(" documents");
            }
            text.append('\n');
        });
        return text.toString();
    }

    private static void append(StringBuilder text, String sign, long count, String what) {
        if (count != 0) {
            text.append(sign).append(count).append(what);
        }
    }

    /** The JSON as text. */
    @Override
    public String toString() {
        return new String(toJson(), StandardCharsets.UTF_8);
    }
}
