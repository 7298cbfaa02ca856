package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.replay.past.HostAt.Unknown;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.Gap;
import dev.shiplog.timeline.HostState;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Folds the records of one journal into the state of its host at a moment. It begins with the segment that holds the
 * moment, whose snapshot has all that existed then, and reads past it as far as something that happened before may be
 * recorded. What is found out {@link Afterwards} counts too. Not thread safe.
 */
public final class MomentReader {
    /** What the state of containers is told by, and what a gap in matters. */
    static final List<String> KINDS = List.of("event", "inspect", "mark");

    private final long moment;
    private final Consumer<RecordView> also;
    private final Departures departures;
    private HostState state;
    private final Breaks breaks = new Breaks();
    private @Nullable Afterwards afterwards;
    private @Nullable Unknown unknown;

    /** Receipt of the first record that was read; 0 before there is one. */
    private long first;

    private long newest;
    /** Whether anything from the engine came before the moment. */
    private boolean reached;
    /** The wall clock was set back after the moment: what comes now has a time before it, and happened after it. */
    private boolean isOver;

    /** A snapshot after the moment says nothing that was not recorded before. */
    private boolean snapshotIsLater;

    private String host = "";
    private String journal = "";

    /** Is told which containers leave the host on the way to the moment. */
    interface Departures {
        /** @param container as it was last */
        void gone(ContainerState container);

        /**
         * The state begins anew with a snapshot. What is not in that has gone.
         *
         * @param old the containers so far
         * @param since from when on it is not known what happened, ns since the epoch
         * @param now when it is known again
         */
        void renewed(HostState old, long since, long now);
    }

    /**
     * @param moment ns since the epoch
     * @param also takes each record up to the moment, too
     */
    public MomentReader(long moment, Consumer<RecordView> also) {
        this(moment, also, new Departures() {
            @Override
            public void gone(ContainerState container) {}

            @Override
            public void renewed(HostState old, long since, long now) {}
        });
    }

    MomentReader(long moment, Consumer<RecordView> also, Departures departures) {
        this.moment = moment;
        this.also = also;
        this.departures = departures;
        state = new HostState(departures::gone);
    }

    /** What a {@link Reading} must find for a moment. */
    public static Query query(long moment) {
        TimeRange range = new TimeRange(moment, moment + 1);
        return new Query(range, new RecordFilter(KINDS, List.of()), true, false, Long.MAX_VALUE, false);
    }

    /** Takes the step that {@code reading} has just made. */
    public void step(Reading.Step step, Reading reading) {
        RecordView record = reading.last();
        if (record != null) {
            Origin.Place place = reading.origin().place();
            if (!place.journal().equals(journal)) {
                boolean another = !journal.isEmpty() && !place.journal().isEmpty();
                journal = place.journal();
                if (another && afterwards == null) {
                    renew(newest, record.received());
                }
            }
            host = place.host();
            take(record);
        }
        if (step instanceof Reading.Missing missing) {
            missing(missing.gap());
        } else if (step instanceof Reading.Damaged damaged && damaged.loss().records() != 0) {
            lost(damaged.loss().received());
        } else if (step instanceof Reading.End end) {
            end.notices().forEach(notice -> step(notice, reading));
        }
    }

    private void take(RecordView record) {
        first = first == 0 ? record.received() : first;
        if (!record.restated()) {
            if (afterwards != null && Breaks.isSetBack(record, newest)) {
                setBack(afterwards);
            }
            newest = record.received();
        }
        snapshotIsLater |=
                record.restated() && record.received() > moment && Marks.type(record) == MarkType.SEGMENT_START;
        if (isOver || record.restated() && snapshotIsLater) {
            return;
        }
        if (record.time() > moment) {
            if (afterwards == null && record.received() > moment && !record.restated()) {
                afterwards = new Afterwards(moment, breaks);
            }
            later(record);
        } else if (!record.restated() || afterwards == null) {
            now(record);
        }
    }

    private void setBack(Afterwards after) {
        isOver = true;
        if (after.isBroken()) {
            since(breaks.last(), "the clock was set back before it was known what had happened");
        }
    }

    private void now(RecordView record) {
        if (record.restated() && unknown != null && Marks.type(record) == MarkType.SEGMENT_START) {
            renew(unknown.since(), record.received()); // whatever was lost before
            unknown = null;
        }
        reached |= record.received() <= moment
                && (record.isOfKnownKind() && record.kind() != Kind.MARK || Marks.type(record) == MarkType.ENGINE_UP);
        breaks.apply(record);
        state.apply(record);
        also.accept(record);
    }

    /** Begins anew: the snapshot that comes says how it is. */
    private void renew(long since, long now) {
        departures.renewed(state, since, now);
        state = new HostState(departures::gone);
    }

    private void later(RecordView record) {
        Afterwards after = afterwards;
        if (after == null || record.restated()) {
            return;
        }
        if (!after.apply(record, state)) {
            since(breaks.last(), "it was not known yet what had happened before");
        }
    }

    private void lost(Loss.Received around) {
        if (around.after() <= moment) {
            since(around.after(), "records are lost");
        }
    }

    private void missing(Gap gap) {
        boolean ofState = gap.kind().isEmpty() || gap.kind().equals(Kind.EVENT.label());
        boolean hides = gap.type() == Gap.Type.CERTAIN || gap.type() == Gap.Type.POSSIBLE;
        if (ofState && hides && gap.subject().isEmpty() && gap.from() <= moment && moment < gap.to()) {
            since(gap.from(), gap.reason());
        }
    }

    private void since(long time, String reason) {
        if (unknown == null || time < unknown.since()) {
            unknown = new Unknown(time, reason);
        }
    }

    /**
     * The host at the moment, once the reading has ended.
     *
     * @param newest receipt of the last record that was read, 0 if there is none
     * @param isRecorded whether a recorder writes to the journal, up to the moment at least, so that what is not in it did not happen
     */
    public HostAt result(long newest, boolean isRecorded) {
        if (first == 0) {
            unknown = new Unknown(0, "nothing is recorded");
        } else if (first > moment) {
            unknown = new Unknown(0, "the journal begins at " + Times.format(first));
        } else if (!reached && unknown == null) {
            unknown = new Unknown(0, "nothing came from the engine before");
        } else if (newest < moment && !isRecorded) {
            since(newest, "the journal ends");
        }
        return new HostAt(host, moment, state, unknown);
    }
}
