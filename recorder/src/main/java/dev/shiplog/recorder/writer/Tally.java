package dev.shiplog.recorder.writer;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.retention.Forecast;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * What this run has recorded so far, in numbers, and how far the writer has come. The writer's thread counts; any thread
 * reads, whenever somebody asks how it goes. Times are readings of the {@link Clock}.
 */
public final class Tally {
    private static final long SECOND = 1_000_000_000L;
    /** The rate of samples is that of so many seconds. */
    private static final int RATE_SECONDS = 60;

    private final Clock.Reading started;
    private final AtomicLongArray records = new AtomicLongArray(Kind.values().length);
    private final AtomicLongArray payloadBytes = new AtomicLongArray(Kind.values().length);
    private volatile long newestReceived;
    private volatile Gaps gaps = new Gaps(Map.of(), null);
    private volatile boolean diskFull;
    /** When the first record was appended that is not forced to disk yet, monotonic; 0 if there is none. */
    private volatile long unforcedSince;
    /** When the writer ended its last turn, monotonic. */
    private volatile long turnedAt;

    private volatile Events events = new Events(0, 0, 0);
    private volatile Journal journal = new Journal("", 0, 0, Forecast.UNKNOWN);
    private volatile double sampleRate;

    // Below: the writer's alone. How many samples there were at the end of each of the last seconds, and when that was.
    private final long[] counts = new long[RATE_SECONDS + 1];
    private final long[] times = new long[RATE_SECONDS + 1];
    private int seconds;

    /**
     * The gaps that this run stated.
     *
     * @param byKind how many of each kind, by its label; only kinds of which there are some
     * @param last null if there is none
     */
    public record Gaps(Map<String, Long> byKind, Mark.@Nullable Gap last) {
        /** How many of all kinds. */
        public long count() {
            return byKind.values().stream().mapToLong(Long::longValue).sum();
        }

        private Gaps and(Mark.Gap gap) {
            Map<String, Long> more = new TreeMap<>(byKind);
            more.merge(gap.kind(), 1L, Long::sum);
            return new Gaps(more, gap);
        }
    }

    /**
     * The events that the engine sent, and the writer has seen to.
     *
     * @param distinct those that were news, also where the filters keep them out of the journal
     * @param repeated those that were not
     * @param latest when one was seen to last, repeated or not, monotonic; 0 if never
     */
    public record Events(long distinct, long repeated, long latest) {}

    /**
     * The journal, as of a second ago at most.
     *
     * @param segment that is written to
     * @param sequence of its newest record
     * @param bytes that this run appended to it
     * @param growth of a day
     */
    public record Journal(String segment, long sequence, long bytes, Forecast growth) {}

    Tally(Clock.Reading started) {
        this.started = started;
        turnedAt = started.monotonic();
        times[0] = started.monotonic();
    }

    /** When this run began. */
    public Clock.Reading started() {
        return started;
    }

    /** How many records of each kind were appended; only kinds of which there are some. */
    public Map<Kind, Long> records() {
        Map<Kind, Long> counted = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            long count = records.get(kind.ordinal());
            if (count > 0) {
                counted.put(kind, count);
            }
        }
        return counted;
    }

    /** How many bytes the payloads of these records have, as the engine sent them. */
    public long payloadBytes(Kind kind) {
        return payloadBytes.getAcquire(kind.ordinal());
    }

    /** When the newest record was received, ns since the epoch; 0 if there is none. */
    public long newestReceived() {
        return newestReceived;
    }

    /** How many samples a second were appended, over the last minute or since the start. */
    public double sampleRate() {
        return sampleRate;
    }

    public Gaps gaps() {
        return gaps;
    }

    public Events events() {
        return events;
    }

    public Journal journal() {
        return journal;
    }

    /** Whether the last attempt to write met a full disk. */
    public boolean diskFull() {
        return diskFull;
    }

    /** When the oldest record was appended that a power cut would cost, monotonic; 0 if all are forced to disk. */
    public long unforcedSince() {
        return unforcedSince;
    }

    /** When the writer ended its last turn, monotonic: it takes several in a second, unless the disk hangs. */
    public long turnedAt() {
        return turnedAt;
    }

    /** The journal now holds this record. */
    void appended(Record record) {
        int kind = record.kind().ordinal();
        records.setRelease(kind, records.getPlain(kind) + 1);
        payloadBytes.setRelease(kind, payloadBytes.getPlain(kind) + record.payload().length);
        newestReceived = record.received();
        if (record.kind() == Kind.MARK && MarkType.of(record.payload(), record.payload().length) == MarkType.GAP) {
            gaps = gaps.and(gap(record));
        }
    }

    private static Mark.Gap gap(Record record) {
        try {
            return (Mark.Gap) Mark.fromJson(record.payload());
        } catch (IOException e) {
            throw new IllegalArgumentException("not a mark of ours", e);
        }
    }

    /** What was appended at this time is not forced to disk yet. */
    void unforced(long monotonic) {
        if (unforcedSince == 0) {
            unforcedSince = monotonic;
        }
    }

    /** All that was appended is forced to disk. */
    void forced() {
        unforcedSince = 0;
    }

    void diskFull(boolean full) {
        diskFull = full;
    }

    /** An event was seen to. */
    void event(boolean isNews, long monotonic) {
        events = new Events(events.distinct + (isNews ? 1 : 0), events.repeated + (isNews ? 0 : 1), monotonic);
    }

    void journal(Journal now) {
        journal = now;
    }

    /** The writer ended a turn. */
    void turned(long monotonic) {
        turnedAt = monotonic;
        if (monotonic - times[seconds % times.length] < SECOND) {
            return;
        }
        long samples = records.getPlain(Kind.STATS.ordinal());
        seconds++;
        int newest = seconds % times.length;
        times[newest] = monotonic;
        counts[newest] = samples;
        int oldest = seconds < times.length ? 0 : (seconds + 1) % times.length;
        sampleRate = (double) (samples - counts[oldest]) * SECOND / (monotonic - times[oldest]);
    }
}
