package dev.shiplog.recorder.writer;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.timeline.Coverage;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Restores all state that outlives a run from the journal's newest segment, and gathers what each new segment starts
 * with. The journal is the only place that holds this state, so no second file can disagree. Belongs to the writer's
 * thread.
 */
public final class Checkpoints implements Consumer<RecordView> {
    private static final System.Logger LOG = System.getLogger(Checkpoints.class.getName());
    private static final byte[] NO_PAYLOAD = {};

    private final Clock clock;
    private final Coverage coverage = new Coverage();
    private final EventLedger ledger;
    private final Tally tally;
    private final ExecTally execs = new ExecTally();
    private final List<Checkpoint> all = new ArrayList<>();
    private boolean stoppedCleanly;

    /** @param sources in the order of their records at the start of a segment */
    public Checkpoints(Clock clock, List<? extends Checkpoint> sources) {
        this.clock = clock;
        ledger = new EventLedger(clock::mark);
        tally = new Tally(clock.now());
        all.add(new CoverageCheckpoint(coverage, clock));
        all.add(ledger);
        all.add(new RetentionCheckpoint(clock));
        all.addAll(sources);
    }

    Coverage coverage() {
        return coverage;
    }

    EventLedger ledger() {
        return ledger;
    }

    /** What this run has recorded so far. */
    public Tally tally() {
        return tally;
    }

    ExecTally execs() {
        return execs;
    }

    /** Restores from the next record of the newest segment. */
    @Override
    public void accept(RecordView view) {
        switch (view.kind()) {
            case EVENT, INSPECT, HOST, MARK, IMAGE, DISK -> restore(view.toRecord());
            // These come in large numbers: to render all payloads would make each start slower.
            case STATS, LOG, ENGINE_METRICS, SOCKETS ->
                restore(new Record(
                        view.sequence(),
                        view.kind(),
                        view.subject(),
                        view.time(),
                        view.received(),
                        view.monotonic(),
                        NO_PAYLOAD));
        }
    }

    void restore(Record record) {
        Mark mark = record.kind() == Kind.MARK ? mark(record) : null;
        if (mark != null) {
            stoppedCleanly = mark instanceof Mark.CleanStop;
        }
        all.forEach(checkpoint -> checkpoint.restore(record, mark));
    }

    private static @Nullable Mark mark(Record record) {
        try {
            return Mark.fromJson(record.payload());
        } catch (IOException e) {
            return null; // a mark of a later version
        }
    }

    /**
     * Ends the restoring.
     *
     * @return what this run has to say about the one before: damage, and an end that nobody asked for
     */
    public List<Mark> restored(Appender.Recovery recovery) {
        coverage.runEnded();
        List<Mark> marks = new ArrayList<>();
        for (Loss loss : recovery.damage()) {
            LOG.log(Level.WARNING, "journal: damage in {0}: {1}; it was set aside", loss.segment(), loss.reason());
            marks.add(new Mark.Damage(loss.segment(), loss.place().from(), loss.reason()));
        }
        if (!recovery.created() && !stoppedCleanly) {
            LOG.log(Level.WARNING, "journal: the run before ended without a clean stop");
            marks.add(new Mark.UncleanStop(coverage.newest(), recovery.lastSequence()));
        }
        return marks;
    }

    /** The journal now holds this record. */
    void appended(Record record) {
        tally.appended(record);
        for (Checkpoint checkpoint : all) {
            checkpoint.appended(record);
        }
    }

    /** What is to be stated again, within a segment. */
    List<Record> restated() {
        List<Record> records = new ArrayList<>();
        all.forEach(checkpoint -> records.addAll(checkpoint.restated()));
        return records;
    }

    /** What a segment starts with. */
    public List<Record> snapshot() {
        Clock.Reading now = clock.now();
        List<Record> records = new ArrayList<>();
        all.forEach(checkpoint -> records.addAll(checkpoint.snapshot()));
        int containers = (int)
                records.stream().filter(record -> record.kind() == Kind.INSPECT).count();
        Mark start = new Mark.SegmentStart(ledger.keys(execs.keys()), containers);
        records.add(0, clock.mark(now, coverage.completeAt(now.received()), start));
        return records;
    }
}
