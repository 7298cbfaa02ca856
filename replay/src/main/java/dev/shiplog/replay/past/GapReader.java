package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.replay.past.MissingStretch.Count;
import dev.shiplog.replay.past.MissingStretch.What;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.Gap;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lists what is missing of one host in a range of time, in one pass over its records, of which it reads no sample. Not
 * thread safe.
 */
public final class GapReader {
    private final TimeRange range;
    private final Rates rates = new Rates();
    private final MissingSamples missingSamples = new MissingSamples(rates);
    private final List<MissingStretch> stretches = new ArrayList<>();
    /** The index of the newest stretch of those that are alike. */
    private final Map<List<Object>, Integer> newest = new HashMap<>();

    private final List<Gap> open = new ArrayList<>();
    private final Map<String, Container> containers = new HashMap<>();
    private Mark.@Nullable Retention retention;
    private String host = "";
    private long first;
    private long last;
    private long samples;

    public GapReader(TimeRange range) {
        this.range = range;
    }

    /** What a {@link Reading} must find for it. */
    public static Query query(TimeRange range) {
        return new Query(range, new RecordFilter(List.of(), List.of()), false, false, Long.MAX_VALUE, true);
    }

    /** Takes the step that {@code reading} has just made. */
    public void step(Reading.Step step, Reading reading) {
        if (step instanceof Reading.Missing missing) {
            gap(missing.gap(), reading);
            return; // if its record is asked for, that is the next step
        }
        if (step instanceof Reading.Damaged damaged) {
            add(missing(damaged.loss()));
        } else if (step instanceof Reading.End end) {
            end.notices().forEach(notice -> step(notice, reading));
        }
        RecordView record = reading.last();
        if (record != null) {
            record(record);
            missingSamples.ready(record.received()).forEach(this::add);
            host = reading.origin().place().host();
        }
    }

    private void record(RecordView record) {
        boolean begins = record.kind() == Kind.MARK && mark(record);
        if (record.restated() && !begins) {
            return;
        }
        missingSamples.apply(record);
        first = first == 0 ? record.received() : first;
        last = Math.max(last, record.received());
        if (record.kind() == Kind.STATS) {
            rates.sample(record.subject(), record.received());
            samples += range.contains(record.time()) ? 1 : 0;
        } else if (record.kind() == Kind.EVENT) {
            rates.event(record.received());
        }
    }

    /** Returns whether the mark begins a segment: from then on the journal is there. */
    private boolean mark(RecordView record) {
        MarkType type = MarkType.of(record.payload().array(), record.payload().length());
        if (type == MarkType.RETENTION || type == MarkType.UNCLEAN_STOP && !record.restated()) {
            try {
                mark(Mark.fromJson(record.payload().toArray()), record.time());
            } catch (IOException e) {
                // Of a later version.
            }
        }
        return type == MarkType.SEGMENT_START;
    }

    private void mark(Mark mark, long time) {
        Mark.Retention before = retention;
        if (mark instanceof Mark.Retention deleted) {
            retention = before == null || deleted.from() < before.from() ? deleted : before;
        } else if (mark instanceof Mark.UncleanStop stop && range.overlaps(stop.last(), time)) {
            long from = stop.last() == 0 ? time : stop.last();
            String reason = "the recorder was killed: what was on its way to the disk may be missing";
            add(new MissingStretch(What.UNCLEAN_STOP, "", "", from, time, Count.UNKNOWN, "", reason));
        }
    }

    private void gap(Gap gap, Reading reading) {
        if (gap.isOpen()) {
            open.add(gap);
            return;
        }
        Container container = reading.containers().get(gap.subject());
        if (container != null) {
            containers.put(gap.subject(), container);
        }
        add(gap, gap.to(), reading.received());
    }

    private void add(Gap gap, long end, long known) {
        long from = Math.max(gap.from(), range.since());
        long to = Math.max(from, Math.min(end, range.until()));
        boolean isCounted = gap.count() > 0 || gap.type() == Gap.Type.MESSAGE;
        if (gap.to() < gap.from()) {
            add(missing(gap, -1)); // the clock was set back meanwhile
        } else if (gap.kind().equals(Kind.STATS.label()) && !isCounted) {
            missingSamples.ask(gap, from, to, known);
        } else {
            add(missing(gap, gap.kind().equals(Kind.EVENT.label()) ? rates.events(from, to) : -1));
        }
    }

    private void add(MissingSamples.Guess guess) {
        add(missing(guess.gap(), guess.samples()));
    }

    /** @param guess how many records are missing, if nobody counted them; -1 if that cannot be guessed */
    private static MissingStretch missing(Gap gap, double guess) {
        What what = switch (gap.type()) {
            case CERTAIN -> gap.count() > 0 ? What.DROPPED : What.GAP;
            case POSSIBLE, UNKNOWN -> What.POSSIBLE_GAP;
            case MESSAGE -> What.OVERSIZED;
        };
        Count missing = gap.count() > 0
                ? Count.exactly(gap.count())
                : gap.type() == Gap.Type.MESSAGE ? Count.exactly(1) : Count.some(guess);
        return new MissingStretch(what, gap.kind(), gap.subject(), gap.from(), gap.to(), missing, "", gap.reason());
    }

    private static MissingStretch missing(Loss loss) {
        What what = loss.cause() == Loss.Cause.DELETED ? What.RETENTION : What.LOSS;
        long to = loss.received().before() == 0
                ? loss.received().after()
                : loss.received().before();
        Count missing = Count.exactly(loss.records());
        return new MissingStretch(what, "", "", loss.received().after(), to, missing, loss.segment(), loss.reason());
    }

    /** A long gap is stated piece by piece, and stands here as one. */
    private void add(MissingStretch next) {
        List<Object> alike = List.of(next.what(), next.kind(), next.subject(), next.segment());
        Integer before = newest.get(alike);
        if (before != null && stretches.get(before).goesOnIn(next)) {
            stretches.set(before, stretches.get(before).and(next));
        } else {
            newest.put(alike, stretches.size());
            stretches.add(next);
        }
    }

    /**
     * What is missing, once the reading has ended.
     *
     * @param now ns since the epoch
     * @param isRecorded whether a recorder writes to the journal now, so that what is not in it did not happen
     */
    public GapReport result(long now, boolean isRecorded) {
        long end = range.until() == Long.MAX_VALUE
                ? isRecorded ? Math.max(now, last) : last
                : Math.min(range.until(), now);
        for (Gap gap : open) {
            addOpen(gap, end);
        }
        missingSamples.rest().forEach(this::add);
        long begin = range.since() == Long.MIN_VALUE ? first : range.since();
        if (first == 0 && begin < end) {
            add(outside(begin, end, "nothing is recorded"));
        } else if (first != 0) {
            addBefore(begin, end);
            if (last < end && !isRecorded) {
                add(outside(Math.max(last, begin), end, "the journal ends"));
            }
        }
        stretches.sort(Comparator.comparingLong(MissingStretch::from));
        return new GapReport(host, new TimeRange(begin, Math.max(begin, end)), stretches, samples, containers);
    }

    /** Nobody records anything as long as the engine does not answer: a gap of each kind. */
    private void addOpen(Gap gap, long end) {
        List<String> kinds =
                gap.kind().isEmpty() ? List.of(Kind.EVENT.label(), Kind.STATS.label()) : List.of(gap.kind());
        for (String kind : kinds) {
            Gap of = new Gap(gap.type(), kind, gap.subject(), 0, gap.from(), gap.to(), gap.reason());
            add(of, end, last);
        }
    }

    /** Adds what is missing before the first record: what retention took, and what never was there. */
    private void addBefore(long begin, long end) {
        if (begin >= first) {
            return;
        }
        long kept = first;
        Mark.Retention deleted = retention;
        if (deleted != null && deleted.from() != 0 && deleted.from() < first) {
            kept = deleted.from();
            add(new MissingStretch(What.RETENTION, "", "", kept, first, Count.UNKNOWN, "", deleted.reason()));
        }
        if (begin < kept) {
            String reason =
                    deleted == null ? "the journal begins then" : "the journal begins then, or was deleted before";
            add(outside(begin, Math.min(kept, end), reason));
        }
    }

    private static MissingStretch outside(long from, long to, String reason) {
        return new MissingStretch(What.GAP, "", "", from, to, Count.UNKNOWN, "", reason);
    }
}
