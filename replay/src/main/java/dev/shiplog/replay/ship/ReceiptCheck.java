package dev.shiplog.replay.ship;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.timeline.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
     * What was found.
     *
     * @param lines for people, one for each difference
     * @param documents how many there are of those that the receipt counts
     * @param missing how many are not there
     * @param extra how many are there of which the receipt says nothing, where it would have to
     */
    public record Result(List<String> lines, long documents, long missing, long extra) {}

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
        if (version == null || !version.text().equals("1")) {
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
        Cluster.Answer refreshed = asking.post("/" + indices() + "/_refresh?" + Counting.LENIENT, new byte[0]);
        if (!refreshed.isFine()) {
            lines.add("what was written last may not be counted yet: " + refreshed.why());
        }
        Sum sum = new Sum(lines, complete != null && complete.type() == Json.Type.TRUE);
        Json journals = JsonParts.at(receipt, "journals");
        for (String journal : journals.names()) {
            compare(asking, journal, JsonParts.at(journals, journal), sum);
        }
        return new Result(lines, sum.documents, sum.missing, sum.extra);
    }

    private String indices() {
        String prefix = purpose.text("index-prefix");
        return Arrays.stream(Kind.values())
                .map(kind -> prefix + "-" + kind.label()
                        + (hasWindows && kind == Kind.STATS ? "-" + purpose.text("every") : "") + "-*")
                .sorted()
                .collect(Collectors.joining(","));
    }

    private void compare(Asking asking, String journal, Json of, Sum sum) throws IOException {
        Json said = JsonParts.at(of, "documents_by_block");
        TreeMap<Long, Long> expected = new TreeMap<>();
        for (String block : said.names()) {
            expected.put(Long.parseLong(block), number(said, block, 0));
        }
        if (expected.isEmpty()) {
            return;
        }
        // Windows may end in records that an earlier shipment read: of these, whole blocks are counted.
        long first = hasWindows ? expected.firstKey() : number(of, "from", expected.firstKey());
        long last = hasWindows ? expected.lastKey() + Tally.BLOCK - 1 : number(of, "to", expected.lastKey());
        Counting counting =
                new Counting(asking, indices(), purpose.text("fields").startsWith("ecs"), hasWindows);
        for (long from = expected.firstKey(); from <= last; from += PAGE * Tally.BLOCK) {
            long to = Math.min(last, from + PAGE * Tally.BLOCK - 1);
            Map<Long, Long> found = counting.count(journal, Math.max(first, from), to);
            TreeMap<Long, Long> all = new TreeMap<>(expected.subMap(from, true, to, true));
            found.keySet().forEach(block -> all.putIfAbsent(block, 0L));
            for (Map.Entry<Long, Long> block : all.entrySet()) {
                sum.add(
                        journal,
                        Math.max(first, block.getKey()),
                        Math.min(last, block.getKey() + Tally.BLOCK - 1),
                        block.getValue(),
                        found.getOrDefault(block.getKey(), 0L));
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

        private long documents;
        private long missing;
        private long extra;

        Sum(List<String> lines, boolean isComplete) {
            this.lines = lines;
            this.isAll = isComplete && !hasWindows && purpose.text("selection").isEmpty();
        }

        void add(String journal, long from, long to, long expected, long found) {
            documents += Math.min(expected, found);
            String where = "journal " + journal + ", sequences " + from + " to " + to + ": " + found + " of " + expected
                    + " documents are there, ";
            if (found < expected) {
                missing += expected - found;
                lines.add(where + (expected - found) + " are missing");
            } else if (found > expected && isAll) {
                extra += found - expected;
                lines.add(where + (found - expected) + " too many");
            }
        }
    }
}
