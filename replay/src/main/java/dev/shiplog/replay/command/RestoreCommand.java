package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.archive.ArchivedSegment;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.replay.archive.Restoration;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Turns archives back into a journal. */
@Command(
        name = "restore",
        description = "Turns archives back into a journal that every verb reads and a recorder can continue.",
        footer = {
            "",
            "Each archive becomes the segment that it was made from, with the same name, records and",
            "sequences. A record that several sources hold is written once. What is lost or missing stays",
            "so, and is reported. The directory must be empty or missing; after a failure nothing stays in it.",
            "A recorder with the same --data-dir begins a segment of its own after the last one.",
            "",
            "Examples:",
            "  replay restore --to /srv/restored /srv/archives",
            "  replay restore --to /srv/week /srv/archives/vm-202611{16..22}T*.tar",
            "",
            ExitCode.HELP
        })
final class RestoreCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Sources sources = new Sources();

    @Option(
            names = "--to",
            paramLabel = "DIR",
            required = true,
            description = "Where the journal goes: a directory that is empty, or missing.")
    private String to = "";

    private final Console console;

    RestoreCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Path target = Usage.of(spec, () -> console.path(to));
        List<Path> given = sources.paths(console);
        String id = oneJournal(Catalog.list(given));
        try (Restoration journal = Restoration.begin(target);
                Cursor cursor = Cursor.open(given);
                Report report = new Report(console);
                Progress progress = new Progress(console)) {
            restore(cursor, id, journal, report, progress);
            progress.clear();
            if (journal.records() == 0) {
                throw new IOException("nothing is restored: the sources hold no record that can be read");
            }
            journal.commit();
            int code = report.summarise();
            console.say("restored " + Report.count(journal.records(), "record", "records") + " in "
                    + Report.count(journal.segments(), "segment", "segments") + " to " + target);
            return code;
        }
    }

    /** The id of the journal that the sources are of; empty if nothing that they begin with names one. */
    private static String oneJournal(List<Segment> segments) throws IOException {
        SortedMap<String, String> firsts = new TreeMap<>();
        for (Segment segment : segments) {
            if (segment instanceof ArchivedSegment archive && archive.isSelection()) {
                throw new IOException(segment.path() + ": holds a choice of records, as replay cut makes it, and no"
                        + " segment; every verb reads it as it is");
            }
            if (segment.start() != null && !segment.start().journal().isEmpty()) {
                firsts.putIfAbsent(segment.start().journal(), segment.name());
            }
        }
        if (firsts.size() > 1) {
            String journals = firsts.entrySet().stream()
                    .map(first -> first.getKey() + " from " + first.getValue() + " on")
                    .collect(Collectors.joining(", "));
            throw new IOException("the sources hold " + firsts.size() + " journals: " + journals
                    + "; name the files of one, and restore each to a directory of its own");
        }
        return String.join("", firsts.keySet());
    }

    private void restore(Cursor cursor, String id, Restoration journal, Report report, Progress progress)
            throws IOException {
        while (true) {
            if (console.isStopped()) {
                throw new InterruptedIOException("interrupted after " + journal.records() + " records");
            }
            switch (cursor.next()) {
                case RECORD, UNKNOWN -> {
                    String journalId = cursor.journal().isEmpty() ? id : cursor.journal();
                    if (journalId.isEmpty()) {
                        throw new IOException(cursor.file() + ": of which journal it is cannot be read;"
                                + " name another segment of this journal as well");
                    }
                    journal.add(cursor.record(), cursor.segment(), journalId, cursor.header());
                    progress.step(() -> journal.records() + " records restored, at "
                            + cursor.segment().name());
                }
                case LOSS -> {
                    progress.clear();
                    report.addLoss(cursor.loss());
                }
                case COPY -> {
                    progress.clear();
                    report.addCopy(cursor.segment());
                }
                case END -> {
                    return;
                }
            }
        }
    }
}
