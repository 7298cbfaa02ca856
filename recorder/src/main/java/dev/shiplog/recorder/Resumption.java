package dev.shiplog.recorder;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.recorder.source.ContainerTracker;
import dev.shiplog.recorder.source.EventSource;
import dev.shiplog.recorder.source.HostSource;
import dev.shiplog.recorder.source.InspectSource;
import dev.shiplog.recorder.writer.EventLedger;
import dev.shiplog.timeline.Coverage;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Rebuilds from the journal's newest segment what the run before knew. The journal's tail is the state; there is no
 * other file.
 */
final class Resumption implements Consumer<RecordView> {
    private final EventLedger ledger;
    private final ContainerTracker containers;
    private final InspectSource inspects;
    private final HostSource host;
    private final Coverage absence;
    private boolean clean;
    private long newestEvent;

    Resumption(
            EventLedger ledger,
            ContainerTracker containers,
            InspectSource inspects,
            HostSource host,
            Coverage absence) {
        this.ledger = ledger;
        this.containers = containers;
        this.inspects = inspects;
        this.host = host;
        this.absence = absence;
    }

    @Override
    public void accept(RecordView decoded) {
        switch (decoded.kind()) {
            case STATS -> {
                absence.passed(decoded.received());
                absence.sampled(decoded.received());
            }
            case LOG, ENGINE_METRICS, SOCKETS -> {
                absence.passed(decoded.received());
                absence.contact();
            }
            case EVENT, INSPECT, HOST, MARK -> accept(decoded.toRecord());
        }
    }

    /** As {@link #accept(RecordView)}, for a record whose payload counts. */
    void accept(Record record) {
        absence.passed(record.received());
        switch (record.kind()) {
            case EVENT -> event(record);
            case INSPECT -> {
                absence.contact();
                inspects.restore(record);
                containers.recoverInspect(record.payload());
            }
            case HOST -> {
                absence.contact();
                host.restore(record);
            }
            case MARK -> mark(record);
            case STATS -> absence.sampled(record.received());
            case LOG, ENGINE_METRICS, SOCKETS -> absence.contact();
        }
    }

    /** True if the run before, if there was one, ended as it was asked to. */
    boolean clean() {
        return clean;
    }

    /** The engine's time of the newest event, no later than its receipt, or 0. */
    long newestEvent() {
        return newestEvent;
    }

    private void event(Record record) {
        absence.event(record.received(), record.time());
        ledger.recover(EventLedger.key(record.payload()), record.time());
        containers.recoverEvent(record.payload());
        newestEvent = EventSource.newest(newestEvent, record);
    }

    private void oversized(Record record, Mark.Oversized message) {
        try {
            ledger.recover(Long.parseUnsignedLong(message.key(), 16), record.time());
            absence.event(record.received(), record.time());
        } catch (NumberFormatException e) {
            // A later version may have other keys.
        }
    }

    private void mark(Record record) {
        Mark mark;
        try {
            mark = Mark.fromJson(record.payload());
        } catch (IOException e) {
            return; // a mark of a later version
        }
        clean = mark instanceof Mark.CleanStop;
        if (mark instanceof Mark.SegmentStart head) {
            ledger.resume(head.events());
            ledger.recoverAnswer(); // a question that is open follows
            absence.segment(record);
        } else if (mark instanceof Mark.EngineUp) {
            absence.up(record);
        } else if (mark instanceof Mark.EngineDown) {
            absence.down(record);
        } else if (mark instanceof Mark.Unsettled question) {
            ledger.recover(question);
        } else if (mark instanceof Mark.Settled
                || mark instanceof Mark.Gap gap && gap.kind().equals(Kind.EVENT.label())) {
            ledger.recoverAnswer();
        } else if (mark instanceof Mark.Oversized message && message.kind().equals(Kind.EVENT.label())) {
            oversized(record, message);
        } else if (mark instanceof Mark.Synthetic change) {
            containers.recoverChange(change);
        }
    }
}
