package dev.shiplog.replay.command;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.past.UsageBook;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads a range into a {@link UsageBook}, for the verbs that tell what containers used. */
final class UsageReading {
    private final Console console;
    private final Report report;
    private final TimeRange range;
    private final RecordFilter filter;
    private final ContainerChoice.Missing missing;
    private String journal = "";

    UsageReading(Console console, Report report, TimeRange range, ContainerChoice containers) {
        this.console = console;
        this.report = report;
        this.range = range;
        filter = containers.ofRange();
        missing = containers.missing();
    }

    /** Reads all; gives the exit code. */
    int read(List<Path> sources, UsageBook book) throws IOException {
        Query query = new Query(range, filter, false, false, Long.MAX_VALUE, true);
        try (Reading reading = Reading.open(sources, query, Map.of(), console.clock())) {
            Steps.notices(console, reading, step -> take(step, reading, book), report::add);
            book.turnAll();
            int code = report.summarise();
            return missing.report(code, console, reading.containers().names());
        }
    }

    private void take(Reading.Step step, Reading reading, UsageBook book) throws IOException {
        if (step instanceof Reading.Damaged damaged && damaged.loss().records() != 0) {
            book.lose();
        }
        RecordView record = reading.last();
        if (record == null) {
            return;
        }
        if (!journal.equals(reading.origin().place().journal())) {
            journal = reading.origin().place().journal();
            if (book.hasSteps()) {
                book.turnAll();
            }
        }
        String id = record.subject();
        Container container = Objects.requireNonNullElseGet(reading.containers().get(id), () -> Container.unknown(id));
        boolean wanted = !id.isEmpty() && filter.wantsSubject(id, reading.containers());
        if (wanted && range.contains(record.time())) {
            missing.meet(container);
        }
        book.take(record, reading.origin().place().host(), container, wanted);
    }
}
