package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.MomentReader;
import dev.shiplog.replay.query.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Reads the hosts of sources at a moment, for the verbs that ask for one. */
final class Moments {
    private Moments() {}

    /**
     * The hosts at {@code moment}, in the order of the sources. What is missing of the answer is reported.
     *
     * @param also takes each record up to the moment, of one host after the other
     */
    static List<HostAt> read(Console console, Report report, List<Path> sources, long moment, Consumer<RecordView> also)
            throws IOException {
        List<List<Segment>> rows = Catalog.rows(sources);
        if (rows.size() <= 1) {
            return List.of(readRow(console, report, sources, sources, moment, also));
        }
        List<HostAt> hosts = new ArrayList<>();
        for (List<Segment> row : rows) {
            List<Path> files = row.stream().map(Segment::path).toList();
            List<Path> directories =
                    sources.stream().filter(source -> holdsAny(source, files)).toList();
            hosts.add(readRow(console, report, files, directories, moment, also));
        }
        return hosts;
    }

    private static boolean holdsAny(Path directory, List<Path> files) {
        return files.stream().anyMatch(file -> directory.equals(file.getParent()));
    }

    /** Reads one host from {@code sources}; a recorder may write to {@code directories}. */
    private static HostAt readRow(
            Console console,
            Report report,
            List<Path> sources,
            List<Path> directories,
            long moment,
            Consumer<RecordView> also)
            throws IOException {
        MomentReader host = new MomentReader(moment, also);
        Progress progress = new Progress(console);
        try (Reading reading = Reading.open(sources, MomentReader.query(moment), Map.of(), console.clock())) {
            while (true) {
                if (console.isStopped()) {
                    progress.clear();
                    reading.interrupt();
                }
                Reading.Step step = reading.next();
                progress.step(reading);
                host.step(step, reading);
                if (step instanceof Reading.Notice notice) {
                    progress.clear();
                    report.add(notice);
                } else if (step instanceof Reading.End end) {
                    progress.clear();
                    end.notices().forEach(report::add);
                    boolean hasCome = !Instant.ofEpochSecond(0, moment)
                            .isAfter(console.clock().instant());
                    return host.result(reading.received(), hasCome && isRecorded(directories));
                }
            }
        }
    }

    /** Whether a recorder writes to one of these directories now. */
    private static boolean isRecorded(List<Path> sources) {
        for (Path source : sources) {
            try {
                if (Files.isDirectory(source) && JournalLock.isHeld(source)) {
                    return true;
                }
            } catch (IOException e) {
                // Nobody knows: then what is not recorded is not known.
            }
        }
        return false;
    }
}
