package dev.shiplog.replay.command;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.replay.explain.Explainer;
import dev.shiplog.replay.explain.Explanation;
import dev.shiplog.replay.explain.Life;
import dev.shiplog.replay.explain.LifeReader;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Folds the records of one host into explained lives, one journal after the other. Not thread safe. */
final class LifeFold {
    /** Gets the lives of the containers of a host. */
    interface Taker {
        /** Of a life that is over; in the order of the ends. */
        void take(Explanation explanation);

        /** Of one that is not over where the reading ends. */
        void takeRunning(Life life);

        /**
         * Of a container without a life.
         *
         * @param neverStarted whether its description says so
         * @param ended when it last ended, as its description says, ns since the epoch; 0 if it does not
         */
        void takeIdle(Container container, boolean neverStarted, long ended);

        /** Something was read: a chance to let out what is finished. */
        default void pause() throws IOException {}
    }

    private final Reading reading;
    private final Taker taker;
    private final Report report;
    private final Explainer explainer;
    private LifeReader lives;
    private String journal = "";

    private LifeFold(Reading reading, Taker taker, Report report) {
        this.reading = reading;
        this.taker = taker;
        this.report = report;
        explainer = new Explainer(taker::take);
        lives = new LifeReader(explainer::take);
    }

    /** Hands the lives of a host in a range to {@code taker}, and what is damaged to {@code report}. */
    static void read(Console console, Sources.Host host, TimeRange range, Taker taker, Report report)
            throws IOException {
        Query query = new Query(range, new RecordFilter(List.of(), List.of()), true, false, Long.MAX_VALUE, false);
        try (Reading reading = Reading.openWhole(host.files(), query, Map.of(), console.clock())) {
            LifeFold fold = new LifeFold(reading, taker, report);
            Steps.each(console, reading, fold::step);
            fold.end();
        }
    }

    private void step(Reading.Step step) throws IOException {
        if (step instanceof Reading.End end) {
            end.notices().forEach(this::notice);
        } else if (step instanceof Reading.Notice notice) {
            notice(notice);
        }
        RecordView record = reading.last();
        if (record == null || step instanceof Reading.Missing) {
            return; // if its record is asked for, that is the next step
        }
        String origin = reading.origin().place().journal();
        if (!origin.equals(journal) && !journal.isEmpty()) {
            end();
            lives = new LifeReader(explainer::take);
        }
        journal = origin;
        SegmentHeader header = reading.header();
        lives.take(record, reading.origin().place().host(), header == null ? "" : header.boot());
        taker.pause();
    }

    /** Gaps are told by the marks themselves, and matter only where something ended. */
    private void notice(Reading.Notice notice) {
        if (notice instanceof Reading.Damaged damaged && damaged.loss().records() != 0) {
            Loss.Received received = damaged.loss().received();
            lives.lose(received.after(), received.before(), "records are lost");
        }
        if (!(notice instanceof Reading.Missing) && !(notice instanceof Reading.Gone)) {
            report.add(notice);
        }
    }

    private void end() {
        lives.idle().forEach(idle -> taker.takeIdle(idle.container(), idle.neverStarted(), idle.ended()));
        List<Life> running = lives.end();
        explainer.end();
        running.forEach(taker::takeRunning);
    }
}
