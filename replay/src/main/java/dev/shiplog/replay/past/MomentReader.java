package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.past.HostAt.Unknown;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.Gap;
import dev.shiplog.timeline.HostState;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Folds the records of one journal into the state of its host at a moment. It begins with the segment that holds the
 * moment, whose snapshot has all that existed then, and reads past it as far as something that happened before may be
 * recorded. Not thread safe.
 */
public final class MomentReader {
    /** What the state of containers is told by, and what a gap in matters. */
    private static final List<String> KINDS = List.of("event", "inspect", "mark");

    private final long moment;
    private final Consumer<RecordView> also;
    private final HostState state = new HostState();
    private @Nullable Unknown unknown;
    private boolean any;
    private long firstAfter;
    private String host = "";

    /**
     * @param moment ns since the epoch
     * @param also takes each record up to the moment, too
     */
    public MomentReader(long moment, Consumer<RecordView> also) {
        this.moment = moment;
        this.also = also;
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
            take(record);
            host = reading.origin().place().host();
        }
        if (step instanceof Reading.Missing missing) {
            missing(missing.gap());
        } else if (step instanceof Reading.Damaged damaged && damaged.loss().records() != 0) {
            long after = damaged.loss().received().after();
            if (after <= moment) {
                since(after, "records are lost");
            }
        } else if (step instanceof Reading.End end) {
            end.notices().forEach(notice -> step(notice, reading));
        }
    }

    private void take(RecordView record) {
        if (record.time() > moment) {
            firstAfter = firstAfter == 0 ? record.received() : firstAfter;
            return;
        }
        any = true;
        if (record.restated() && isSegmentStart(record)) {
            unknown = null; // the snapshot says how it is, whatever was lost before
        }
        state.apply(record);
        also.accept(record);
    }

    private static boolean isSegmentStart(RecordView record) {
        byte[] payload = record.payload().array();
        return record.isOfKnownKind()
                && record.kind() == Kind.MARK
                && MarkType.of(payload, record.payload().length()) == MarkType.SEGMENT_START;
    }

    private void missing(Gap gap) {
        boolean ofState = gap.kind().isEmpty() || gap.kind().equals("event");
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
        if (!any) {
            String begins =
                    firstAfter == 0 ? "nothing is recorded" : "the journal begins at " + Times.format(firstAfter);
            unknown = new Unknown(0, begins);
        } else if (newest < moment && !isRecorded) {
            since(newest, "the journal ends");
        }
        return new HostAt(host, moment, state, unknown);
    }
}
