package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.segment.SegmentSummary;
import dev.shiplog.replay.query.Times;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Segments in a table for people; each row can be shown before the next is known. */
final class SegmentTable implements Listing {
    private final boolean namesOnly;
    private final String form;

    /** @param segments all that will be added */
    SegmentTable(List<Path> segments) {
        namesOnly = segments.stream().map(Path::getParent).distinct().count() <= 1;
        int width = segments.stream()
                .mapToInt(segment -> name(segment).length())
                .max()
                .orElse(0);
        form = "%-" + Math.max(width, "SEGMENT".length()) + "s  %-8s  %-20s  %-20s  %9s  %s%n";
    }

    @Override
    public void begin(Bytes out) {
        putRow(out, "SEGMENT", "STATE", "FROM", "UNTIL", "BYTES", "RECORDS");
    }

    @Override
    public void add(SegmentSummary segment, @Nullable Recording recording, Bytes out) {
        String counts = segment.records().counts().entrySet().stream()
                .map(entry -> Kind.label(entry.getKey()) + " " + entry.getValue())
                .collect(Collectors.joining(", "));
        putRow(
                out,
                name(segment.segment().path()),
                Listing.label(segment.state()),
                Times.formatSeconds(segment.firstReceived()),
                Times.formatSeconds(segment.lastReceived()),
                bytes(segment.usedBytes()),
                counts.isEmpty() ? "none" : counts);
    }

    @Override
    public void end(Map<Path, Recording> recordings, Bytes out) {
        recordings.forEach((journal, recording) ->
                out.putUtf8((recordings.size() == 1 ? "" : Console.printable(journal.toString()) + ": ")
                        + recording.sentence()
                        + System.lineSeparator()));
    }

    private void putRow(Bytes out, Object... cells) {
        out.putUtf8(String.format(Locale.ROOT, form, cells));
    }

    private String name(Path segment) {
        return Console.printable((namesOnly ? segment.getFileName() : segment).toString());
    }

    /** A number of bytes as people read it. */
    static String bytes(long count) {
        if (count < 10_000) {
            return count + " B";
        }
        String[] units = {"kB", "MB", "GB", "TB"};
        double rest = count / 1000.0;
        int unit = 0;
        while (rest >= 1000 && unit < units.length - 1) {
            rest /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, rest < 100 ? "%.1f %s" : "%.0f %s", rest, units[unit]);
    }
}
