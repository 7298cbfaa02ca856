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
import dev.shiplog.timeline.HostState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Folds the records of one journal into the state of its host at a moment. It begins with the segment that holds the
 * moment, whose snapshot has all that existed then, and reads past it as far as something that happened before may be
 * recorded. All that was received by the moment counts; of what comes {@link Afterwards}, events with an earlier time, and
 * what is found out. Where the clock was set back so that a moment comes twice, the last time counts. Not thread safe.
 */
public final class MomentReader {
    /** What the state of containers is told by, and what a gap in matters. */
    static final List<String> KINDS = List.of("event", "inspect", "image", "mark");

    /** A snapshot may lack what happened just before it: it is described this much later at the latest. */
    private static final long LATE_NANOS = 10_000_000_000L;

    private final long moment;
    private final Branch<?> also;

    /** By all that was read. */
    private HostState all;

    private final Departures departures;
    /** Left the host after the moment was passed. */
    private final List<ContainerState> leftSince = new ArrayList<>();

    private Breaks breaks = new Breaks();

    /** At the moment, once it was passed; and what comes after. */
    private @Nullable HostState then;

    private @Nullable Afterwards afterwards;

    /** Receipt of the first record that was read; 0 before there is one. */
    private long first;
    /** Up to when the snapshot that reading began with may lack something, ns since the epoch. */
    private long incompleteUntil;
    /** Records are lost, and no segment began since. */
    private boolean isLost;
    /** They were at the moment. */
    private boolean wasLost;

    private long lostAt;
    /** Whether anything from the engine came before the moment. */
    private boolean reached;
    /** The clock was set back: the moment came before. */
    private boolean cameBefore;
    /** It was set back so that the moment may have come again before the next record; null if it did not. */
    private @Nullable Unknown mayHaveComeAgain;

    private String host = "";
    private String journal = "";
    /** Receipt of the last record. */
    private long newest;

    private long sequence;
    /** The last step was that the record reports a gap, and the next may hand out the same record. */
    private boolean isReported;

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
    public MomentReader(long moment, Branch<?> also) {
        this(moment, also, new Departures() {
            @Override
            public void gone(ContainerState container) {}

            @Override
            public void renewed(HostState old, long since, long now) {}
        });
    }

    MomentReader(long moment, Branch<?> also, Departures departures) {
        this.moment = moment;
        this.also = also;
        this.departures = departures;
        all = new HostState(this::left);
    }

    private void left(ContainerState container) {
        if (afterwards == null) {
            departures.gone(container);
        } else {
            leftSince.add(container);
        }
    }

    /** What a {@link Reading} must find for a moment. */
    public static Query query(long moment) {
        TimeRange range = new TimeRange(moment, moment + 1);
        return new Query(range, new RecordFilter(KINDS, List.of()), true, false, Long.MAX_VALUE, false);
    }

    /** Takes the step that {@code reading} has just made. */
    public void step(Reading.Step step, Reading reading) {
        if (step instanceof Reading.Damaged damaged && damaged.loss().records() != 0) {
            lose(damaged.loss().received());
        }
        RecordView record = reading.last();
        boolean isSame = step instanceof Reading.Found && isReported;
        isReported = step instanceof Reading.Missing;
        if (record != null && !(isSame && record.sequence() == sequence)) {
            sequence = record.sequence();
            enter(reading.origin().place(), record);
            take(record);
        }
    }

    private void enter(Origin.Place place, RecordView record) {
        if (!place.journal().equals(journal)) {
            boolean another = !journal.isEmpty() && !place.journal().isEmpty();
            journal = place.journal();
            if (another && afterwards == null) {
                renew(newest, record.received());
            }
        }
        host = place.host();
        newest = record.restated() ? newest : record.received();
    }

    private void lose(Loss.Received around) {
        if (afterwards != null) {
            afterwards.lose();
        }
        lostAt = isLost ? lostAt : around.after();
        isLost = true;
    }

    private void take(RecordView record) {
        MarkType type = Marks.type(record);
        boolean isNew = !record.restated() || type == MarkType.SEGMENT_START || type == MarkType.UNSETTLED;
        if (afterwards == null && isNew && record.received() > moment) {
            then = all.copy(departures::gone);
            wasLost = isLost;
            afterwards = new Afterwards(moment, then, breaks);
        }
        if (type == MarkType.SEGMENT_START) {
            begin(record);
        }
        first = first == 0 ? record.received() : first;
        boolean isSetBack = breaks.apply(record);
        all.apply(record);
        if (isSetBack && afterwards != null) {
            setBack(afterwards, record.received());
        }
        if (afterwards == null) {
            reached |= record.received() <= moment
                    && (record.isOfKnownKind() && record.kind() != Kind.MARK || type == MarkType.ENGINE_UP);
            also.apply(record);
        } else if (isNew && afterwards.apply(record, breaks)) {
            also.apply(record);
        } else if (isNew) {
            also.applyLater(record);
        }
    }

    /** The clock was set back to {@code now} after the moment, so that this may come again. */
    private void setBack(Afterwards after, long now) {
        if (now <= moment) {
            cameBefore = true;
            mayHaveComeAgain = null;
            afterwards = null;
            also.again();
            leftSince.forEach(departures::gone);
            leftSince.clear();
            return;
        }
        after.setBack(breaks);
        if (breaks.setBackFrom() <= moment) {
            mayHaveComeAgain = new Unknown(breaks.setBackFrom(), "the clock was set back about then");
        }
    }

    /** Begins anew: the snapshot that comes says how it is. */
    private void renew(long since, long now) {
        departures.renewed(all, since, now);
        all = new HostState(this::left);
    }

    /** A snapshot says how it is, whatever was lost before. */
    private void begin(RecordView start) {
        boolean isFirst = first == 0 && start.sequence() > 1;
        if (isLost && afterwards == null) {
            renew(lostAt, start.received());
            breaks = new Breaks();
            isLost = false;
            isFirst = true;
        }
        if (isFirst) {
            incompleteUntil = start.received() + LATE_NANOS;
        }
    }

    /**
     * The host at the moment, once the reading has ended.
     *
     * @param last receipt of the last record that was read, 0 if there is none
     * @param isRecorded whether a recorder writes to the journal, up to the moment at least, so that what is not in it did not happen
     */
    public HostAt result(long last, boolean isRecorded) {
        also.end();
        HostState state = then != null && afterwards != null ? then : all;
        return new HostAt(host, moment, state, unknown(last, isRecorded), cameBefore);
    }

    private @Nullable Unknown unknown(long last, boolean isRecorded) {
        if (first == 0) {
            return new Unknown(0, "nothing is recorded");
        } else if (first > moment && !cameBefore) {
            return new Unknown(0, "the journal begins at " + Times.format(first));
        } else if (afterwards == null ? isLost : wasLost) {
            return new Unknown(lostAt, "records are lost");
        } else if (moment < incompleteUntil) {
            return new Unknown(lostAt, "what was recorded just before is lost");
        } else if (!reached) {
            return new Unknown(0, "nothing came from the engine before");
        } else if (afterwards == null && last < moment && !isRecorded) {
            return new Unknown(last, "the journal ends");
        }
        if (afterwards != null) {
            return mayHaveComeAgain != null ? mayHaveComeAgain : afterwards.unknown(0);
        }
        long asked = moment == Long.MAX_VALUE - 1 ? last : moment; // a range without an end ends with the journal
        return new Afterwards(asked, all, breaks).unknown(asked - last);
    }
}
