package dev.shiplog.replay.command;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.replay.query.Reached;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.Times;
import dev.shiplog.replay.ship.Shipment;
import dev.shiplog.replay.ship.Tallies;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Hands the records of a reading to a shipment, counts each, and saves up to where all has arrived. Not thread safe. */
final class Shipping {
    /** A journal that is followed grows by a few records at a time: they are sent together. */
    private static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Console console;
    private final Reading reading;
    private final Report report;
    private final Tallies tallies;
    private final Shipment shipment;
    private final Documents documents;
    private final Batch series;
    private final long begun = System.nanoTime();
    /** The journals of which the last record says that the recorder was stopped. */
    private final Set<String> stopped = new HashSet<>();

    private long counted;
    private long flushed = begun;

    Shipping(
            Console console,
            Reading reading,
            Report report,
            Tallies tallies,
            Shipment shipment,
            Documents documents,
            Batch series) {
        this.console = console;
        this.reading = reading;
        this.report = report;
        this.tallies = tallies;
        this.shipment = shipment;
        this.documents = documents;
        this.series = series;
    }

    /** Returns once all has arrived. */
    void run() throws IOException {
        Steps steps = new Steps(console, reading, this::take, this::where);
        while (steps.next()) {
            Map<String, Reached> arrived = arrived();
            if (arrived != null) {
                series.saveNowAndThen(arrived);
            }
        }
    }

    /** Saves up to where all has arrived; also to be called if {@link #run} fails. */
    void save() throws IOException {
        Map<String, Reached> arrived = arrived();
        if (arrived != null) {
            series.saveAll(arrived);
        }
    }

    /** Where the next shipment is to go on; null if it is to go on where this one did, or where it was last saved. */
    private @Nullable Map<String, Reached> arrived() {
        if (shipment.isHeldBack()) {
            series.holdBack();
        }
        return report.isRefused() ? null : shipment.arrived(); // what may not be read now may be next time
    }

    private void take(Reading.Step step) throws IOException {
        boolean isShipped = false;
        if (step instanceof Reading.Found found) {
            isShipped = documents.ship(found.record());
        } else if (step instanceof Reading.Notice notice) {
            report.add(notice);
        } else if (step instanceof Reading.Waiting waiting) {
            if (System.nanoTime() - flushed > FLUSH_NANOS) {
                shipment.flush();
                flushed = System.nanoTime();
            }
            report.flush();
            waiting.notices().forEach(report::add);
        } else if (step instanceof Reading.End end) {
            documents.end(stopped);
            shipment.flush();
            end.notices().forEach(report::add);
        }
        count(step, isShipped);
    }

    /** Counts a record that the step has read, unless it is handed out next. */
    private void count(Reading.Step step, boolean isShipped) throws IOException {
        Origin.Place place = reading.origin().place();
        RecordView record = reading.last();
        RecordView known = reading.known();
        if (step instanceof Reading.Unknown) {
            tallies.passOver(place.journal());
        } else if (known != null) {
            documents.learn(known);
        } else if (record != null && reading.read() > counted && !reading.isHeld()) {
            counted = reading.read();
            tallies.read(place.journal(), place.host(), record, isShipped);
            documents.pass(record);
            note(place.journal(), record);
        }
    }

    private void note(String journal, RecordView record) {
        if (isCleanStop(record)) {
            stopped.add(journal);
        } else {
            stopped.remove(journal);
        }
    }

    private static boolean isCleanStop(RecordView record) {
        return record.kind() == Kind.MARK
                && MarkType.of(record.payload().array(), record.payload().length()) == MarkType.CLEAN_STOP;
    }

    private String where() {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        long lag = console.clock().millis() - TimeUnit.NANOSECONDS.toMillis(reading.received());
        return reading.read() + " records read, " + tallies.arrived() + " documents arrived, "
                + tallies.arrived() * 1_000 / Math.max(1, millis) + " a second, at " + Times.format(reading.received())
                + ", " + TimeUnit.MILLISECONDS.toSeconds(lag) + " s ago; " + tallies.refused() + " refused";
    }
}
