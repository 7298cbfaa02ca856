package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.segment.Catalog;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossSurvey;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentSummary;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.json.JsonLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists segments: what they hold, and whether it can be read. */
@Command(
        name = "ls",
        description = "Lists the segments of a journal: from when to when, records by kind, bytes, state.",
        footer = {
            "",
            "States: open (more may come), rolled (closed, a newer one follows), unclosed (a newer one",
            "follows, nothing is missing), cut (the file ends too soon), damaged (parts cannot be read),",
            "empty (no record; damage if not even a beginning is there and another one follows),",
            "refused (not to be read by this user), copy (another file holds the same, and is read for it).",
            "FROM and UNTIL are the receipt of the first and the last record. BYTES are those in use,",
            "indexes of the file included; 'du' tells what it takes on disk. Of a journal's directory a",
            "last line (in JSON the newest segment's) says whether its recorder is running, was stopped, or",
            "was killed, which a copy made while it ran looks like, and how old the last record is.",
            "",
            "Examples:",
            "  replay ls /srv/events",
            "  replay ls --format json /srv/events/20261121-11F.cq4",
            "",
            "Exit codes: 0 fine, 1 failed, 2 wrong usage, 4 damage met and skipped."
        })
final class LsCommand implements Callable<Integer> {
    /** The formats, by their names on the command line. */
    enum Format {
        table,
        json
    }

    @Mixin
    private Sources sources = new Sources();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table (default): for people. json: an object a line, with all that is known.")
    private Format format = Format.table;

    private final Console console;
    private final Bytes out = new Bytes(1024);

    LsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        List<Path> given = sources.paths(console);
        List<Segment> segments = Catalog.list(given);
        List<Path> paths = segments.stream().map(Segment::path).toList();
        boolean oneDirectory = paths.stream().map(Path::getParent).distinct().count() <= 1;
        Table table = new Table(paths, oneDirectory);
        Losses losses = new Losses(console);
        if (format == Format.table) {
            out.putUtf8(table.head());
            flush();
        }
        Map<Path, Optional<SegmentName>> newest = new HashMap<>();
        Map<Path, Recording> recordings = new LinkedHashMap<>();
        given.stream()
                .filter(Files::isDirectory)
                .map(Path::toAbsolutePath)
                .forEach(journal -> recordings.put(journal, new Recording(journal, console.clock())));
        LossSurvey survey = new LossSurvey();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            Path directory = segment.directory();
            Optional<SegmentName> last = newest.computeIfAbsent(directory, Catalog::newest);
            SegmentSummary summary =
                    SegmentSummary.of(segment, last.isEmpty() || last.get().equals(segment.name()));
            Recording recording = recordings.get(directory);
            if (recording != null) {
                recording.next(summary);
            }
            if (format == Format.table) {
                out.putUtf8(table.row(summary));
            } else {
                boolean ends = i == segments.size() - 1
                        || !segments.get(i + 1).directory().equals(directory);
                json(summary, ends ? recording : null);
            }
            flush();
            survey.next(summary).forEach(losses::tell);
            if (segment.copyOf() != null) {
                losses.tell(segment);
            }
        }
        survey.end().forEach(losses::tell);
        if (format == Format.table) {
            recordings.forEach((journal, recording) ->
                    out.putUtf8((recordings.size() == 1 ? "" : Console.printable(journal.toString()) + ": ")
                            + recording.sentence()
                            + System.lineSeparator()));
            flush();
        }
        return losses.summarise(ExitCode.OK);
    }

    private void flush() throws IOException {
        console.out().write(out.array(), 0, out.length());
        console.out().flush();
        out.clear();
    }

    /** @param recording of the journal whose newest segment this is, or null */
    private void json(SegmentSummary summary, @Nullable Recording recording) {
        JsonLine line = new JsonLine(out);
        line.put("segment", summary.segment().path().getFileName().toString());
        line.put("path", summary.segment().path().toString());
        line.put("state", label(summary.state()));
        Path copyOf = summary.segment().copyOf();
        if (copyOf != null) {
            line.put("copy_of", copyOf.getFileName().toString());
        }
        if (summary.firstReceived() != 0) {
            line.putTime("first_received", summary.firstReceived());
            line.putTime("last_received", summary.lastReceived());
            line.putTime("min_time", summary.records().minTime());
            line.putTime("max_time", summary.records().maxTime());
        }
        line.name("records");
        JsonLine records = new JsonLine(out);
        summary.records().counts().forEach((kind, count) -> records.put(kind.label(), count));
        records.end();
        line.put("used_bytes", summary.usedBytes()).put("file_bytes", summary.fileBytes());
        SegmentHeader header = summary.header();
        if (header != null) {
            line.put("journal", header.journal()).put("host", header.host()).put("engine", header.engine());
            line.put("boot", header.boot()).put("writer", header.writer());
        }
        line.name("losses");
        out.put('[');
        for (int i = 0; i < summary.losses().size(); i++) {
            if (i > 0) {
                out.put(',');
            }
            json(summary.losses().get(i));
        }
        out.put(']');
        if (recording != null) {
            recording.put(line);
        }
        line.end();
        out.put('\n');
    }

    private void json(Loss loss) {
        JsonLine line = new JsonLine(out);
        line.put("from_offset", loss.place().from())
                .put("to_offset", loss.place().to());
        line.put("from_sequence", loss.sequences().from())
                .put("to_sequence", loss.sequences().to());
        time(line, "from_time", loss.received().after());
        time(line, "to_time", loss.received().before());
        line.put("reason", loss.reason());
        line.end();
    }

    private static void time(JsonLine line, String name, long epochNanos) {
        if (epochNanos == 0) {
            line.put(name, 0); // not known
        } else {
            line.putTime(name, epochNanos);
        }
    }

    private static String label(SegmentSummary.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** Lines up what people read; rows can be written as they come. */
    private static final class Table {
        private final boolean namesOnly;
        private final String form;

        Table(List<Path> segments, boolean namesOnly) {
            this.namesOnly = namesOnly;
            int width = segments.stream()
                    .mapToInt(segment -> name(segment).length())
                    .max()
                    .orElse(0);
            form = "%-" + Math.max(width, "SEGMENT".length()) + "s  %-8s  %-20s  %-20s  %9s  %s%n";
        }

        String head() {
            return String.format(Locale.ROOT, form, "SEGMENT", "STATE", "FROM", "UNTIL", "BYTES", "RECORDS");
        }

        String row(SegmentSummary summary) {
            String counts = summary.records().counts().entrySet().stream()
                    .map(entry -> entry.getKey().label() + " " + entry.getValue())
                    .collect(Collectors.joining(", "));
            return String.format(
                    Locale.ROOT,
                    form,
                    name(summary.segment().path()),
                    label(summary.state()),
                    Times.formatSeconds(summary.firstReceived()),
                    Times.formatSeconds(summary.lastReceived()),
                    bytes(summary.usedBytes()),
                    counts.isEmpty() ? "none" : counts);
        }

        private String name(Path segment) {
            return Console.printable((namesOnly ? segment.getFileName() : segment).toString());
        }

        private static String bytes(long count) {
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
}
