package dev.shiplog.replay.command;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.ecs.WindowFormat;
import dev.shiplog.replay.export.DocumentId;
import dev.shiplog.replay.export.LineFormat;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.ship.Shipment;
import dev.shiplog.replay.window.Windows;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the documents of a shipment: one of each record, or of the samples in a window of time. Not thread safe. */
final class Documents {
    private final Reading reading;
    private final Shipment shipment;
    private final String prefix;
    private final LineFormat format;
    private final TimeRange range;
    private final @Nullable Every every;

    /**
     * Of samples, a document for each container and window.
     *
     * @param name of the length of a window, as it is given: a part of the names of indices
     */
    record Every(String name, long length, Windows windows) {}

    /**
     * @param prefix of the names of indices
     * @param range in which records are wanted; of windows, their beginning
     * @param every null to make one document of each sample
     */
    Documents(
            Reading reading,
            Shipment shipment,
            String prefix,
            LineFormat format,
            TimeRange range,
            @Nullable Every every) {
        this.reading = reading;
        this.shipment = shipment;
        this.prefix = prefix;
        this.format = format;
        this.range = range;
        this.every = every;
    }

    /** Ships a record that was handed out; false if it is not wanted. */
    boolean ship(RecordView record) throws IOException {
        String journal = reading.origin().place().journal();
        if (every != null && record.kind() == Kind.STATS) {
            long from = Math.floorDiv(record.time(), every.length) * every.length;
            if (!range.contains(from)) {
                return false;
            }
            Container container = Objects.requireNonNullElseGet(
                    reading.containers().get(record.subject()), () -> Container.unknown(record.subject()));
            Consumption consumption = Objects.requireNonNull(reading.consumption(), "a sample has no consumption");
            every.windows.add(journal, reading.origin().place().host(), record, container, consumption);
            return true;
        }
        if (!range.contains(record.time())) {
            return false;
        }
        shipment.add(
                DocumentId.of(prefix, journal, record)::writeAction,
                out -> format.write(record, out),
                journal,
                record.kind(),
                record.sequence(),
                1);
        return true;
    }

    /** Takes a record that an earlier shipment had. */
    void learn(RecordView record) {
        if (every != null && record.kind() == Kind.STATS) {
            every.windows.learn(reading.origin().place().journal(), record);
        }
    }

    /** To be called after each record that no earlier shipment had. */
    void pass(RecordView record) throws IOException {
        if (every != null) {
            every.windows.pass(reading.origin().place().journal(), record);
        }
    }

    /** Ships the windows that are over, now that nothing more is read. */
    void end(Set<String> stopped) throws IOException {
        if (every != null) {
            for (String journal : stopped) {
                every.windows.turnAll(journal);
            }
            every.windows.turnBefore(range.until());
        }
    }

    /** Sends the windows that are over. */
    static Windows.Page pages(Shipment shipment, String prefix, String every) {
        WindowFormat format = new WindowFormat();
        return window -> {
            String container = window.usage().container().id();
            shipment.add(
                    DocumentId.ofWindow(prefix, window.journal(), container, every, window.from())::writeAction,
                    out -> format.write(window, out),
                    window.journal(),
                    Kind.STATS,
                    window.sequence(),
                    window.records());
        };
    }
}
