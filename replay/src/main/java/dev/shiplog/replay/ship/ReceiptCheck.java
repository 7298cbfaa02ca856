package dev.shiplog.replay.ship;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.timeline.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Counts in a cluster what a {@link Receipt} says to be there. Not thread safe. */
public final class ReceiptCheck {
    /** So many blocks are asked for at a time: search engines answer 65,536 at most. */
    private static final int PAGE = 10_000;

    private final Path file;
    private final Json receipt;
    private final Json purpose;
    private final boolean hasWindows;

    /**
     * What was found. The counts are of documents, by their kind.
     *
     * @param lines for people, one for each difference
     * @param there of those that the receipt counts
     * @param missing that are not there
     * @param extra of which the receipt says nothing, where it would have to
     */
    public record Result(List<String> lines, Map<Kind, Long> there, Map<Kind, Long> missing, Map<Kind, Long> extra) {
        /** Whether the cluster has what the receipt says. */
        public boolean isFine() {
            return sum(missing) == 0 && sum(extra) == 0;
        }

        /** All counts in a line, for people. */
        public String text() {
            return sum(there) + " documents of the receipt are there" + text(there)
                    + (sum(missing) > 0 ? ", " + sum(missing) + " are missing" + text(missing) : "")
                    + (sum(extra) > 0 ? ", " + sum(extra) + " are too many" + text(extra) : "");
        }

        private static String text(Map<Kind, Long> counts) {
            return sum(counts) == 0 ? "" : " (" + JournalTally.text(counts) + ")";
        }

        private static long sum(Map<Kind, Long> counts) {
            return counts.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private ReceiptCheck(Path file, Json receipt, Json purpose) {
        this.file = file;
        this.receipt = receipt;
        this.purpose = purpose;
        this.hasWindows = !purpose.text("every").isEmpty();
    }

    /**
     * Reads a receipt.
     *
     * @throws IOException in a line, if the file is none, or one of a dry run
     */
    public static ReceiptCheck of(Path file) throws IOException {
        Json receipt = Json.parse(Files.readAllBytes(file));
        Json purpose = receipt == null ? null : receipt.get("purpose");
        Json version = receipt == null ? null : receipt.get("version");
        if (receipt == null || purpose == null || !receipt.text("shiplog").equals("receipt")) {
            throw new IOException(file + ": is no receipt of replay ship");
        }
        if (version == null || !version.text().equals(String.valueOf(Receipt.VERSION))) {
            throw new IOException(file + ": is a receipt of another version of replay; verify it with that");
        }
        if (purpose.text("dry_run").equals("true")) {
            throw new IOException(file + ": is the receipt of a dry run, which sends nothing");
        }
        return new ReceiptCheck(file, receipt, purpose);
    }

    /**
     * Counts, after what was written has become visible.
     *
     * @throws IOException in a line, if the cluster does not tell
     */
    public Result check(Asking asking) throws IOException {
        List<String> lines = new ArrayList<>();
        Json complete = receipt.get("complete");
        if (complete == null || complete.type() != Json.Type.TRUE) {
            lines.add(file + ": that shipment did not come to its end: more may be in the cluster than it says");
        }
        String all = Arrays.stream(Kind.values()).map(this::indices).collect(Collectors.joining(","));
        Cluster.Answer refreshed = asking.post("/" + all + "/_refresh?" + Counting.LENIENT, new byte[0]);
        if (!refreshed.isFine()) {
            lines.add("what was written last may not be counted yet: " + refreshed.why());
        }
        Sum sum = new Sum(lines, complete != null && complete.type() == Json.Type.TRUE);
        Json journals = JsonParts.at(receipt, "journals");
        for (String journal : journals.names()) {
            for (Kind kind : Kind.values()) {
                compare(asking, journal, kind, JsonParts.at(journals, journal), sum);
            }
        }
        return new Result(lines, sum.there, sum.missing, sum.extra);
    }

    private String indices(Kind kind) {
        return purpose.text("index-prefix") + "-" + kind.label()
                + (hasWindows && kind == Kind.STATS ? "-" + purpose.text("every") : "") + "-*";
    }

    private void compare(Asking asking, String journal, Kind kind, Json of, Sum sum) throws IOException {
        Json said = JsonParts.at(of, "kinds", kind.label(), "documents_by_block");
        TreeMap<Long, Long> expected = new TreeMap<>();
        for (String block : said.names()) {
            expected.put(Long.parseLong(block), number(said, block, 0));
        }
        if (expected.isEmpty() && (!sum.isAll || of.get("from") == null)) {
            return;
        }
        // Windows may end in records that an earlier shipment read: of these, whole blocks are counted.
        long first = hasWindows ? expected.firstKey() : number(of, "from", 0);
        long last = hasWindows ? expected.lastKey() + Tally.BLOCK - 1 : number(of, "to", 0);
        Counting counting =
                new Counting(asking, indices(kind), purpose.text("fields").startsWith("ecs"), hasWindows);
        for (long from = first - first % Tally.BLOCK; from <= last; from += PAGE * Tally.BLOCK) {
            long to = Math.min(last, from + PAGE * Tally.BLOCK - 1);
            Map<Long, Long> found = counting.count(journal, Math.max(first, from), to);
            TreeMap<Long, Long> all = new TreeMap<>(expected.subMap(from, true, to, true));
            found.keySet().forEach(block -> all.putIfAbsent(block, 0L));
            for (Map.Entry<Long, Long> block : all.entrySet()) {
                String where = "journal " + journal + ", sequences " + Math.max(first, block.getKey()) + " to "
                        + Math.min(last, block.getKey() + Tally.BLOCK - 1) + ", " + kind.label() + ": ";
                sum.add(where, kind, block.getValue(), found.getOrDefault(block.getKey(), 0L));
            }
        }
    }

    private static long number(Json of, String name, long otherwise) {
        Json value = of.get(name);
        return value == null ? otherwise : Long.parseLong(value.text());
    }

    /** Adds up, block by block. */
    private final class Sum {
        private final List<String> lines;
        /** Whether more documents than the receipt says are wrong: not if it is of a part of what was read. */
        private final boolean isAll;

        private final Map<Kind, Long> there = new EnumMap<>(Kind.class);
        private final Map<Kind, Long> missing = new EnumMap<>(Kind.class);
        private final Map<Kind, Long> extra = new EnumMap<>(Kind.class);

        Sum(List<String> lines, boolean isComplete) {
            this.lines = lines;
            this.isAll = isComplete && !hasWindows && purpose.text("selection").isEmpty();
        }

        void add(String where, Kind kind, long expected, long found) {
            there.merge(kind, Math.min(expected, found), Long::sum);
            String counts = where + found + " of " + expected + " documents are there, ";
            if (found < expected) {
                missing.merge(kind, expected - found, Long::sum);
                lines.add(counts + (expected - found) + " are missing");
            } else if (found > expected && isAll) {
                extra.merge(kind, found - expected, Long::sum);
                lines.add(counts + (found - expected) + " too many");
            }
        }
    }
}
