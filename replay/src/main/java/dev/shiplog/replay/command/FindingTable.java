package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.replay.query.Times;
import dev.shiplog.replay.verify.Finding;
import dev.shiplog.replay.verify.Severity;
import dev.shiplog.replay.verify.Signature;
import dev.shiplog.replay.verify.Totals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Findings for people. */
final class FindingTable implements FindingList {
    private final boolean fast;
    private final boolean namesOnly;

    /**
     * @param fast whether only beginnings are read
     * @param files that findings may be about
     */
    FindingTable(boolean fast, List<Path> files) {
        this.fast = fast;
        namesOnly = files.stream().map(Path::getParent).distinct().count() <= 1;
    }

    @Override
    public void add(Finding finding, Bytes out) {
        Finding.Place place = finding.place();
        put(
                out,
                String.format(Locale.ROOT, "%-9s ", finding.severity().word())
                        + (namesOnly ? finding.file().getFileName() : finding.file())
                        + (place.offset() < 0 ? "" : "  byte " + place.offset())
                        + (place.time() == 0 ? "" : " (" + Times.formatSeconds(place.time()) + ")")
                        + ": " + finding.what());
    }

    @Override
    public void end(Totals totals, Map<Severity, Long> counts, int exitCode, Bytes out) {
        List<String> read = new ArrayList<>();
        addCount(read, totals.segments(), "segment");
        addCount(read, totals.archives(), "archive");
        if (!fast) {
            addCount(read, totals.records(), "record");
            read.add(SegmentTable.bytes(totals.payloadBytes()));
        }
        Map<String, Long> wrong = new LinkedHashMap<>();
        counts.forEach((severity, count) -> {
            if (severity != Severity.NOTE && severity != Severity.DELETED) {
                wrong.merge(severity.word(), count, Long::sum);
            }
        });
        String verdict = wrong.isEmpty()
                ? totals.isNothing() ? "there is nothing to check" : "nothing is wrong"
                : wrong.entrySet().stream()
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", "));
        put(out, String.join(", ", read) + ": " + verdict + unchecked(totals));
    }

    /** What was not checked, of all that could have been. */
    private String unchecked(Totals totals) {
        long unsigned = totals.archives(Signature.NONE);
        long lost = totals.archives(Signature.LOST);
        long signed = totals.archives(Signature.UNCHECKED);
        return (fast ? "; records were not read (--fast)" : "")
                + (signed == 0 ? "" : "; signatures were not checked (no --key)")
                + (unsigned == 0
                        ? ""
                        : unsigned == totals.archives()
                                ? "; no archive is signed"
                                : "; " + unsigned + (unsigned == 1 ? " archive is" : " archives are") + " not signed")
                + (lost == 0
                        ? ""
                        : "; of " + lost + (lost == 1 ? " archive" : " archives") + " the signature cannot be read");
    }

    private static void addCount(List<String> counts, long count, String what) {
        counts.add(count + " " + what + (count == 1 ? "" : "s"));
    }

    private static void put(Bytes out, String line) {
        out.putUtf8(Console.printable(line) + System.lineSeparator());
    }
}
