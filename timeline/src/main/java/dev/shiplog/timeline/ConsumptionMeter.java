package dev.shiplog.timeline;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.payload.CounterReader;
import dev.shiplog.timeline.payload.Counters;
import dev.shiplog.timeline.payload.EventView;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows the samples of containers, and says what each used between two of them. Nothing is said over a start, over a
 * stretch of which samples are missing, and where a counter went back; where the wall clock was set, the time between two
 * samples is that of the monotonic clock. Not thread safe.
 */
public final class ConsumptionMeter {
    private static final long SECOND = 1_000_000_000L;

    private final CounterReader reader;
    private final Map<String, Meter> meters = new HashMap<>();
    private int clockSteps;
    private long lastSequence;
    /** Samples are missing up to here: what a life that began before then used by its first sample is not known. */
    private long missingUntil = Long.MIN_VALUE;

    /** Of all that samples count. */
    public ConsumptionMeter() {
        this(new CounterReader());
    }

    private ConsumptionMeter(CounterReader reader) {
        this.reader = reader;
    }

    /** Of what {@code docker stats} tells, in a part of the time. */
    public static ConsumptionMeter ofUsage() {
        return new ConsumptionMeter(CounterReader.ofUsage());
    }

    /** What is known of one container. */
    private static final class Meter {
        /** Up to its newest sample in this life; null if there is none. */
        @Nullable
        Consumption last;

        long monotonic;
        /** How often the clock had been set when that was, or when this life began. */
        int clockSteps;

        /** Nothing is missing since the last sample. */
        boolean whole;
        /** When this life began, as long as nothing is missing since; 0 if that is not known. */
        long born;

        Meter copy() {
            Meter copy = new Meter();
            copy.last = last;
            copy.monotonic = monotonic;
            copy.clockSteps = clockSteps;
            copy.whole = whole;
            copy.born = born;
            return copy;
        }
    }

    /** The same, which goes its own way from here on. */
    public ConsumptionMeter copy() {
        ConsumptionMeter copy = new ConsumptionMeter(reader);
        meters.forEach((id, meter) -> copy.meters.put(id, meter.copy()));
        copy.clockSteps = clockSteps;
        copy.lastSequence = lastSequence;
        copy.missingUntil = missingUntil;
        return copy;
    }

    /** Takes the next record; gives what the container used up to it if it is a sample, or null. */
    public @Nullable Consumption apply(RecordView record) {
        if (record.sequence() < lastSequence) {
            lose(); // another journal begins
            missingUntil = Long.MIN_VALUE;
        }
        lastSequence = record.sequence();
        if (!record.restated()) {
            switch (record.kind()) {
                case STATS -> {
                    return sample(record);
                }
                case EVENT -> happen(record);
                case MARK -> mark(record);
                case LOG, INSPECT, HOST, ENGINE_METRICS, SOCKETS, IMAGE, DISK -> {}
            }
        }
        return null;
    }

    /** Records are missing between the last one and the next. */
    public void lose() {
        meters.values().forEach(ConsumptionMeter::lose);
    }

    private static void lose(Meter meter) {
        meter.whole = false;
        meter.born = 0;
    }

    /** What the container used up to its newest sample; null if this life of it has none. */
    public @Nullable Consumption last(String container) {
        Meter meter = meters.get(container);
        return meter == null ? null : meter.last;
    }

    private @Nullable Consumption sample(RecordView record) {
        Meter meter = meter(record.subject());
        Counters now = reader.read(record);
        Consumption before = meter.last;
        long notBefore = before == null ? meter.born : before.time();
        if (meter.clockSteps == clockSteps && record.time() <= notBefore) {
            return Consumption.first(record.subject(), record.time(), false, now); // late, perhaps of the life before
        }
        long nanos = before == null || !meter.whole ? 0 : nanos(record, before, meter);
        Consumption last = before != null && nanos > 0
                ? Consumption.between(record.subject(), record.time(), nanos, before.now(), now)
                : Consumption.first(record.subject(), record.time(), before == null && meter.born != 0, now);
        meter.last = last;
        meter.monotonic = record.monotonic();
        boolean isOfReignBefore = record.time() > record.received() + SECOND; // it was on its way
        meter.clockSteps = isOfReignBefore ? clockSteps - 1 : clockSteps;
        meter.whole = true;
        return last;
    }

    private long nanos(RecordView record, Consumption before, Meter meter) {
        return meter.clockSteps == clockSteps ? record.time() - before.time() : record.monotonic() - meter.monotonic;
    }

    private void happen(RecordView record) {
        EventView event = EventView.scan(record.payload().toArray());
        Meter known = meters.get(record.subject());
        Consumption last = known == null || known.clockSteps != clockSteps ? null : known.last;
        boolean late = last != null && last.time() >= record.time();
        if (!event.ofContainer() || late) {
            return; // the engine repeats its last events to a recorder that comes back: that life has samples
        }
        switch (event.action()) {
            case "start" -> {
                meters.remove(record.subject());
                Meter meter = meter(record.subject());
                meter.born = record.time() >= missingUntil ? record.time() : 0;
                meter.clockSteps = clockSteps;
            }
            case "die", "destroy", "remove" -> meters.remove(record.subject());
            default -> {}
        }
    }

    private void mark(RecordView record) {
        byte[] payload = record.payload().toArray();
        MarkType type = MarkType.of(payload, payload.length);
        if (type == null) {
            return; // of a later version
        }
        switch (type) {
            case START -> {
                lose();
                clockSteps++; // it may have been set meanwhile
                missingUntil = record.time();
            }
            case CLEAN_STOP, UNCLEAN_STOP, ENGINE_DOWN -> lose();
            case CLOCK_STEP -> {
                clockSteps++;
                missingUntil = Long.MIN_VALUE;
            }
            case GAP, DROPPED, OVERSIZED, SYNTHETIC -> mark(record.time(), payload);
            case SEGMENT_START,
                    ENGINE_UP,
                    UNSETTLED,
                    SETTLED,
                    DAMAGE,
                    REDACTION,
                    RETENTION,
                    NOTE,
                    LOG_POSITION,
                    EVENT_COUNT,
                    BURST,
                    EXECS,
                    COUNTS -> {}
        }
    }

    /** The marks that say more than their type. */
    private void mark(long time, byte[] payload) {
        Mark mark;
        try {
            mark = Mark.fromJson(payload);
        } catch (IOException e) {
            lose();
            return;
        }
        if (mark instanceof Mark.Synthetic change) {
            meters.remove(change.subject());
        } else if (mark instanceof Mark.Gap gap) {
            miss(gap.kind(), gap.subject(), gap.to());
        } else if (mark instanceof Mark.Dropped dropped) {
            miss(dropped.kind(), "", dropped.to());
        } else if (mark instanceof Mark.Oversized message) {
            miss(message.kind(), message.subject(), time);
        }
    }

    /** Samples of {@code subject}, of all if it is empty, are missing up to {@code to}: a gap may be told late. */
    private void miss(String kind, String subject, long to) {
        if (!kind.isEmpty() && !kind.equals(Kind.STATS.label())) {
            return;
        }
        missingUntil = subject.isEmpty() ? Math.max(missingUntil, to) : missingUntil;
        meters.forEach((id, meter) -> {
            if ((subject.isEmpty() || id.equals(subject)) && (meter.last == null || meter.last.time() < to)) {
                lose(meter);
            }
        });
    }

    private Meter meter(String container) {
        return meters.computeIfAbsent(container, id -> new Meter());
    }
}
