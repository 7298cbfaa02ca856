package dev.shiplog.replay.ship;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.timeline.json.JsonLine;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * What a shipment did, for programs and for {@code verify --receipt}: one JSON object, which says of each journal from
 * which to which sequence it was read and what became of its records, and the same again of each kind, with how many
 * documents each block of {@value Tally#BLOCK} sequences has in the cluster.
 *
 * @param purpose what was shipped where: the options that decide it
 * @param begun ns since the epoch
 * @param ended ns since the epoch
 * @param complete whether all that was asked for was read and is settled
 */
public record Receipt(SortedMap<String, String> purpose, long begun, long ended, boolean complete, Tallies tallies) {
    static final long VERSION = 2;

    /** The counts of records, each of which is in one of these beside those that were read, and those of documents. */
    private static final Map<String, ToLongFunction<Tally>> COUNTS = new TreeMap<>(Map.of(
            "records_read", tally -> tally.read,
            "records_created", tally -> tally.recordsCreated,
            "records_existed", tally -> tally.recordsExisted,
            "records_refused", tally -> tally.recordsRefused,
            "records_filtered", tally -> tally.filtered,
            "records_restated", tally -> tally.restated,
            "records_late", tally -> tally.late,
            "records_open", tally -> tally.open,
            "records_unsettled", Tally::unsettled));

    static {
        COUNTS.put("documents_created", tally -> tally.created);
        COUNTS.put("documents_existed", tally -> tally.existed);
        COUNTS.put("documents_refused", tally -> tally.refused);
    }

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
        tallies.journals().forEach((id, journal) -> {
            journals.name(id);
            write(journal, text);
        });
        journals.end();
        line.end();
        text.put('\n');
        return text.toArray();
    }

    private static void write(JournalTally journal, Bytes text) {
        JsonLine line = new JsonLine(text);
        line.put("host", journal.host);
        if (journal.to != 0) {
            line.put("from", journal.from).put("to", journal.to);
        }
        line.put("unknown_kind", journal.unknown).put("sequences_missing", journal.missing());
        COUNTS.forEach((name, count) -> line.put(name, journal.sum(count)));
        line.name("kinds");
        JsonLine kinds = new JsonLine(text);
        journal.kinds.forEach((kind, tally) -> {
            kinds.name(kind.label());
            write(tally, text);
        });
        kinds.end();
        line.end();
    }

    private static void write(Tally tally, Bytes text) {
        JsonLine line = new JsonLine(text);
        COUNTS.forEach((name, count) -> line.put(name, count.applyAsLong(tally)));
        line.name("documents_by_block");
        JsonLine blocks = new JsonLine(text);
        tally.blocks.forEach((number, count) -> blocks.put(String.valueOf(number * Tally.BLOCK), count));
        blocks.end();
        line.end();
    }

    /** A line for each journal, for people; after a dry run, one before them says so. */
    public String text() {
        StringBuilder text = new StringBuilder();
        if (purpose.containsKey("dry_run")) {
            text.append("a dry run, nothing was sent; what would be, if none of it is there:\n");
        }
        tallies.journals().forEach((id, journal) -> {
            text.append("journal ").append(id).append(" of ").append(journal.host.isEmpty() ? "?" : journal.host);
            if (journal.to == 0) {
                text.append(": nothing was read\n");
                return;
            }
            text.append(": records ").append(journal.from).append(" to ").append(journal.to);
            text.append(": ").append(journal.sum(tally -> tally.read)).append(" read = ");
            text.append(journal.sum(tally -> tally.recordsCreated)).append(" created + ");
            text.append(journal.sum(tally -> tally.recordsExisted)).append(" already there + ");
            text.append(journal.sum(tally -> tally.recordsRefused)).append(" refused + ");
            text.append(journal.sum(tally -> tally.filtered)).append(" left out + ");
            text.append(journal.sum(tally -> tally.restated)).append(" restated");
            append(text, " + ", journal.sum(tally -> tally.late), " late");
            append(text, " + ", journal.sum(tally -> tally.open), " of windows that are not over");
            append(text, " + ", journal.sum(Tally::unsettled), " of which nothing is known yet");
            append(text, "; ", journal.unknown, " of kinds that this version does not know");
            append(text, "; ", journal.missing(), " missing in the journal");
            append(text, "; ", journal.sum(Tally::arrived), " documents: ");
            Map<Kind, Long> arrived = new EnumMap<>(Kind.class);
            journal.kinds.forEach((kind, tally) -> arrived.put(kind, tally.arrived()));
            text.append(JournalTally.text(arrived)).append('\n');
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
