package dev.shiplog.replay.command;

import dev.shiplog.replay.export.Sink;
import dev.shiplog.replay.query.Reading;
import java.io.IOException;
import java.io.InterruptedIOException;

/**
 * Hands the records of a reading to a sink, and what is missing to a report. A signal ends it: the normal end of a reading
 * that follows, an error in any other.
 */
final class Transfer {
    private final Console console;
    private final Report report;

    Transfer(Console console, Report report) {
        this.console = console;
        this.report = report;
    }

    /** What a verb does about records that have arrived in its sink. */
    interface Acknowledgement {
        /** All records that were handed out so far have arrived, up to {@link Reading#reached}. */
        void arrived() throws IOException;
    }

    /**
     * Runs until the reading ends and all its records have arrived.
     *
     * @param acknowledgement called each time before this waits for more records
     * @throws InterruptedIOException if a signal ended a reading that does not follow
     */
    void run(Reading reading, Sink sink, Acknowledgement acknowledgement) throws IOException {
        Steps.each(console, reading, step -> {
            if (step instanceof Reading.Found found) {
                sink.write(found.record());
            } else if (step instanceof Reading.Notice notice) {
                report.add(notice);
            } else if (step instanceof Reading.Waiting waiting) {
                sink.flush();
                report.flush();
                waiting.notices().forEach(report::add);
                acknowledgement.arrived();
            } else if (step instanceof Reading.End end) {
                sink.flush();
                end.notices().forEach(report::add);
            }
        });
    }
}
