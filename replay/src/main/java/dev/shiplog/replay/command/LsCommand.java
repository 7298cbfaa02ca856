package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.RetentionMarks;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossSurvey;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.journal.segment.SegmentSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
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
            "archived (an archive that is what its manifest says), empty (no record; damage if not even a",
            "beginning is there and another one follows), refused (this user may not read it), copy (another",
            "file holds the same, and is read in its place). FROM and UNTIL are the receipt of the first and",
            "the last record that can be read, ? if there is none. BYTES are those in use, indexes of the",
            "file included; 'du' tells what it takes on disk. Of a journal's directory a",
            "last line (in JSON the newest segment's) says whether its recorder is running, was stopped, or",
            "was killed, which a copy made while it ran looks like, and how old the last record is; of a",
            "directory of archives, how long ago the last complete run of 'replay archive' was.",
            "",
            "Examples:",
            "  replay ls /srv/events",
            "  replay ls --format json /srv/events/20261121-11F.cq4",
            "",
            "Exit codes: 0 fine, 1 failed, 2 wrong usage, 4 damage met and skipped,",
            "5 an archive does not match its manifest."
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

    LsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        List<Path> given = sources.paths(console);
        List<Segment> segments = Catalog.list(given);
        Listing listing = switch (format) {
            case table -> new SegmentTable(segments.stream().map(Segment::path).toList());
            case json -> new SegmentJson();
        };
        Bytes out = new Bytes(1024);
        listing.begin(out);
        flush(out);
        Report report = new Report(console);
        Map<Path, Optional<SegmentName>> newest = new HashMap<>();
        Map<Path, Recording> recordings = recordings(given, segments);
        Map<Path, Segment> ends = new HashMap<>();
        segments.forEach(segment -> ends.put(segment.directory(), segment));
        Copies copies = new Copies();
        LossSurvey survey = new LossSurvey(RetentionMarks.lastSequence(given));
        for (Segment segment : segments) {
            Path directory = segment.directory();
            Optional<SegmentName> last = newest.computeIfAbsent(directory, Catalog::newest);
            SegmentSummary summary = copies.mark(
                    segment.summary(last.isEmpty() || last.get().text().equals(segment.name())));
            if (Files.notExists(segment.path(), LinkOption.NOFOLLOW_LINKS)) {
                continue; // deleted by retention in the meantime
            }
            Recording recording = recordings.get(directory);
            if (recording != null) {
                recording.add(summary);
            }
            listing.add(summary, segment.equals(ends.get(directory)) ? recording : null, out);
            flush(out);
            survey.next(summary).stream().filter(LsCommand::isDamage).forEach(report::addLoss);
            if (summary.segment().copyOf() != null) {
                report.addCopy(summary.segment());
            }
        }
        survey.end().forEach(report::addLoss);
        listing.end(recordings, out);
        if (format == Format.table) {
            addRuns(given, out);
        }
        flush(out);
        return report.summarise();
    }

    /** What retention takes while segments are listed is none. */
    private static boolean isDamage(Loss loss) {
        return loss.cause() != Loss.Cause.DELETED;
    }

    private void addRuns(List<Path> given, Bytes out) {
        for (Path directory : given) {
            String sentence = Archiving.sentence(directory, console.clock());
            if (sentence != null) {
                String where = given.size() == 1 ? "" : Console.printable(directory.toString()) + ": ";
                out.putUtf8(where + sentence + System.lineSeparator());
            }
        }
    }

    private Map<Path, Recording> recordings(List<Path> sources, List<Segment> segments) {
        Map<Path, Recording> recordings = new LinkedHashMap<>();
        sources.stream()
                .filter(Files::isDirectory)
                .map(Path::toAbsolutePath)
                .filter(directory -> isJournal(directory, segments))
                .forEach(journal -> recordings.put(journal, new Recording(journal, console.clock())));
        return recordings;
    }

    /** Whether a recorder writes to the directory, or did: it may hold nothing but archives. */
    private static boolean isJournal(Path directory, List<Segment> segments) {
        return Files.exists(directory.resolve(JournalLock.FILE))
                || segments.stream()
                        .anyMatch(segment ->
                                !segment.isArchive() && segment.directory().equals(directory));
    }

    private void flush(Bytes out) throws IOException {
        console.out().write(out.array(), 0, out.length());
        console.out().flush();
        out.clear();
    }
}
