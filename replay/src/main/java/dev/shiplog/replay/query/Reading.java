package dev.shiplog.replay.query;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.Extent;
import dev.shiplog.journal.RetentionMarks;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.journal.segment.Stretch;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.ConsumptionMeter;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.Coverage;
import dev.shiplog.timeline.Gap;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a {@link Query} asks for, from journals that are over or still being written; every verb reads through it. It
 * hands out each record once, in the order of the journal, with what is missing where that is noticed. On the way it
 * learns which containers there are and where the records come from. Not thread safe.
 */
public final class Reading implements Closeable {
    /** What {@link #next} came upon. */
    public sealed interface Step {}

    /** The next record that is asked for; valid until the next step. */
    public record Found(RecordView record) implements Step {}

    /** Something that is not asked for was read: nothing to do, but a chance to stop or to show progress. */
    public record Passed() implements Step {}

    /** Something is missing, or was left out. */
    public sealed interface Notice extends Step {}

    /** Something that is asked for was not recorded, or may not have been. */
    public record Missing(Gap gap) implements Notice {}

    /** Records that were recorded, and not handed out by an earlier reading, are gone: a line about them. */
    public record Gone(String line) implements Notice {}

    /** A part of the journal cannot be read. */
    public record Damaged(Loss loss) implements Notice {}

    /** A record was left out because this version does not know its kind: a newer recorder wrote it. */
    public record Unknown(int kindCode) implements Notice {}

    /** A segment is a copy of another, which is read instead. */
    public record Copied(Segment copy) implements Notice {}

    /**
     * Nothing more for now. The next step may bring more if the caller waits a little.
     *
     * @param notices what is now known to be missing
     */
    public record Waiting(List<Notice> notices) implements Step {}

    /**
     * The end; there is no step after it.
     *
     * @param notices what is now known to be missing
     */
    public record End(List<Notice> notices) implements Step {}

    private static final Passed PASSED = new Passed();

    /** While all is well, a record is in the journal no later than this after its time. */
    private static final long LATE_MILLIS = 2000;

    /** An engine whose clock is ahead of the recorder's dates records into the future, by no more than this. */
    private static final long CLOCK_DIFFERENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

    /**
     * What a container used up to a sample follows from the sample before it, if that is no older than this: a reading that
     * goes on from an earlier one then finds the same as one that reads all.
     */
    private static final long METERED_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Cursor cursor;
    private final Query query;
    private final InstantSource clock;
    private final boolean mayEndEarly;
    private final boolean goesOn;
    private final boolean learnsContainers;
    /** For how long before what is asked for, records are read to learn from them. */
    private final long lookBack;

    private final ContainerIndex containers = new ContainerIndex();
    private final ConsumptionMeter meter = new ConsumptionMeter();
    private @Nullable Consumption consumption;
    private final Origin origin = new Origin();
    private final Once once;
    private final GapFilter gaps;
    private final Completion completion;

    /** A record that reports a gap, which was handed out first. */
    private @Nullable Found pending;

    private @Nullable RecordView last;
    private @Nullable RecordView known;

    private long read;
    private long found;
    private long received;
    /** The sources were read to their end. */
    private boolean atEnd;
    /** Nothing of the range can come any more. */
    private boolean isComplete;

    private boolean stopped;

    private Reading(List<Path> sources, Query query, Map<String, Reached> before, InstantSource clock)
            throws IOException {
        cursor = Cursor.open(sources);
        this.query = query;
        this.clock = clock;
        // In one row of several, what is after the range says nothing of the next.
        mayEndEarly = query.range().until() != Long.MAX_VALUE && cursor.rows() <= 1;
        goesOn = !before.isEmpty();
        learnsContainers = query.namesContainers() || query.filter().asksForContainers();
        lookBack = query.metersConsumption() ? METERED_NANOS : 0;
        once = new Once(before, RetentionMarks.lastSequence(sources));
        gaps = new GapFilter(query.range(), query.filter());
        completion = new Completion(query.range());
    }

    /**
     * Opens directories of segments and archives, and such files.
     *
     * @param before up to where each journal was read earlier: this reading goes on from there
     * @param clock to find whether a range that is followed is over
     * @throws IOException naming the path that is not there, not readable, or holds no segment
     */
    public static Reading open(List<Path> sources, Query query, Map<String, Reached> before, InstantSource clock)
            throws IOException {
        Reading reading = openWhole(sources, query, before, clock);
        if (!reading.goesOn) { // else every record counts, as one that comes after what was read earlier
            reading.cursor.passOver(reading::isUnwanted);
        }
        return reading;
    }

    /**
     * As {@link #open}, but passes over no record on the way to the range, from the beginning of the segment that holds it
     * on: for those who fold all of them into a state.
     */
    public static Reading openWhole(List<Path> sources, Query query, Map<String, Reached> before, InstantSource clock)
            throws IOException {
        Reading reading = new Reading(sources, query, before, clock);
        reading.seek();
        return reading;
    }

    /** Goes to where the first record that is asked for may be. */
    private void seek() throws IOException {
        long since = query.range().since();
        if (goesOn || since != Long.MIN_VALUE) {
            long difference = CLOCK_DIFFERENCE_NANOS + lookBack;
            long early = Math.max(since, Long.MIN_VALUE + difference) - difference;
            cursor.seek((journal, group) -> group.clock() < early || once.isEarly(journal, group, lookBack));
        }
    }

    /** Whether none of these records is in the range, nor shows that it is over. */
    private boolean isUnwanted(Stretch records) {
        TimeRange range = query.range();
        long since = Math.max(range.since(), Long.MIN_VALUE + lookBack) - lookBack;
        boolean before = records.maxTime() < since && records.received() < since;
        boolean after = records.minTime() >= range.until() && range.until() != Long.MAX_VALUE;
        return before || after && !mayEndEarly;
    }

    /** Goes one step on; not to be called after {@link End}. */
    public Step next() throws IOException {
        Found held = pending;
        if (held != null) {
            pending = null;
            return handOut(held);
        }
        last = null;
        known = null;
        if (stopped || isComplete || found >= query.limit()) {
            return end();
        }
        return switch (cursor.next()) {
            case RECORD, UNKNOWN -> take(cursor.record());
            case LOSS -> lose(cursor.loss());
            case COPY -> new Copied(cursor.segment());
            case END -> pause();
        };
    }

    private Step lose(Loss loss) {
        if (loss.records() != 0) {
            meter.lose();
        }
        return once.take(cursor.journal(), loss) ? new Damaged(loss) : PASSED;
    }

    private Step take(RecordView record) throws IOException {
        Once.Seen seen = once.take(cursor.journal(), record);
        if (seen == Once.Seen.FORKED) {
            seek();
        }
        if (seen == Once.Seen.FORKED || seen == Once.Seen.REPEATED) {
            return PASSED;
        }
        received = record.received();
        if (!record.isOfKnownKind()) {
            return seen == Once.Seen.KNOWN || !isInRange(record) ? PASSED : new Unknown(record.kindCode());
        }
        origin.observe(cursor);
        if (learnsContainers) {
            containers.apply(record);
        }
        consumption = query.metersConsumption() ? meter.apply(record) : null;
        Gap gap = gaps.apply(record, containers);
        isComplete = mayEndEarly && completion.isReached(record, gaps.coverage());
        if (seen == Once.Seen.KNOWN) {
            known = record;
            return PASSED;
        }
        read++;
        last = record;
        Found next = isWanted(record) ? new Found(record) : null;
        if (gap != null) {
            pending = next;
            return new Missing(gap);
        }
        return next == null ? PASSED : handOut(next);
    }

    private Found handOut(Found next) {
        found++;
        return next;
    }

    private boolean isWanted(RecordView record) {
        return isInRange(record) && query.filter().wants(record, containers);
    }

    private boolean isInRange(RecordView record) {
        return query.range().contains(record.time()) && (query.restated() || !record.restated());
    }

    private Step pause() throws IOException {
        if (once.findForks()) {
            seek();
            return PASSED;
        }
        atEnd = true;
        return query.follow() && !cursor.isOver() && !isPast() ? new Waiting(gone()) : end();
    }

    /** Whether no record of the range is still on its way into the journal. */
    private boolean isPast() {
        return clock.millis() - LATE_MILLIS
                >= TimeUnit.NANOSECONDS.toMillis(query.range().until());
    }

    private End end() {
        List<Notice> notices = gone();
        if (!stopped && found < query.limit()) {
            gaps.open().forEach(gap -> notices.add(new Missing(gap)));
        }
        return new End(notices);
    }

    private List<Notice> gone() {
        List<Notice> notices = new ArrayList<>();
        once.gaps(atEnd).forEach(line -> notices.add(new Gone(line)));
        return notices;
    }

    /**
     * Ends the reading here, as the user wishes.
     *
     * @throws InterruptedIOException if it does not follow, so that what was handed out is only a part of the answer
     */
    public void interrupt() throws InterruptedIOException {
        if (!query.follow()) {
            throw new InterruptedIOException("interrupted after " + found + " records");
        }
        stopped = true;
    }

    /** What is asked for. */
    public Query query() {
        return query;
    }

    /** What is known of the containers, as of the current step. */
    public ContainerIndex containers() {
        return containers;
    }

    /**
     * What its container used up to the current record, if that is a sample: as if none were before it if the one before is
     * too old.
     */
    public @Nullable Consumption consumption() {
        return consumption == null || consumption.nanos() <= METERED_NANOS ? consumption : consumption.alone();
    }

    /** What the records so far say about whether anybody listened. */
    public Coverage coverage() {
        return gaps.coverage();
    }

    /** Where the current record comes from. */
    public Origin origin() {
        return origin;
    }

    /** The record that the last step read, be it asked for or not; null if it read none that no earlier reading had. */
    public @Nullable RecordView last() {
        return last;
    }

    /** The record that the last step read, if an earlier reading had it; it comes again for what is learnt from it. */
    public @Nullable RecordView known() {
        return known;
    }

    /** Whether the last record is asked for, and handed out next: the last step told of the gap that it reports. */
    public boolean isHeld() {
        return pending != null;
    }

    /** The bytes that hold the last record. */
    public Extent extent() {
        return cursor.extent();
    }

    /** The header in force at the last record; null if it is damaged. */
    public @Nullable SegmentHeader header() {
        return cursor.header();
    }

    /** How many records were read that no earlier reading had. */
    public long read() {
        return read;
    }

    /** How many of these were asked for, and handed out. */
    public long found() {
        return found;
    }

    /** Receipt of the last record that was read, ns since the epoch; 0 if there is none. */
    public long received() {
        return received;
    }

    /**
     * Up to where each journal was read. Once all records that were handed out have arrived where they go, the next reading
     * can go on from here.
     */
    public Map<String, Reached> reached() {
        return once.reached();
    }

    @Override
    public void close() throws IOException {
        cursor.close();
    }
}
