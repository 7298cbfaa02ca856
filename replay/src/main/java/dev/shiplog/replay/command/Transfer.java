package dev.shiplog.replay.command;

import dev.shiplog.replay.export.Sink;
import dev.shiplog.replay.query.Reading;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/**
 * Hands the records of a reading to a sink, and what is missing to a report. A signal ends it: the normal end of a reading
 * that follows, an error in any other.
 */
final class Transfer {
    private static final long POLL_MILLIS = 200;

    private final Console console;
    private final Report report;
    private final Progress progress;

    Transfer(Console console, Report report) {
        this.console = console;
        this.report = report;
        this.progress = new Progress(console);
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
        while (true) {
            if (console.isStopped()) {
                progress.clear();
                reading.interrupt();
            }
            Reading.Step step = reading.next();
            progress.step(reading);
            if (step instanceof Reading.Found found) {
                sink.write(found.record());
            } else if (step instanceof Reading.Notice notice) {
                progress.clear();
                report.add(notice);
            } else if (step instanceof Reading.Waiting waiting) {
                progress.clear();
                sink.flush();
                report.flush();
                waiting.notices().forEach(report::add);
                acknowledgement.arrived();
                awaitMore();
            } else if (step instanceof Reading.End end) {
                progress.clear();
                sink.flush();
                end.notices().forEach(report::add);
                return;
            }
        }
    }

    /** Waits a little for the journal to grow. */
    private void awaitMore() throws InterruptedIOException {
        try {
            console.stop().await(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
