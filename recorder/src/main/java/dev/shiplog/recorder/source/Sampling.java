package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.engine.Message;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.StatsView;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * One container that is being sampled, and what its two forms share: {@link StreamedSampling} reads the engine's
 * stream, {@link PolledSampling} asks for one sample at a time.
 *
 * <p>A sample is enqueued; a frame that is not a sample is dropped. Where samples are missing although the container runs, a
 * {@link Mark.Gap} says so when that is noticed, again every {@link #STATE_AGAIN_NANOS}, and where it ends: together
 * these cover the stretch. Thread safe.
 */
abstract class Sampling {
    /** After a kill the journal holds only what was stated while the gap lasted; a mark costs 60 bytes and a sync. */
    private static final long STATE_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(10);

    final String id;
    private final boolean certain;
    private final Clock clock;
    private final RecordQueue queue;
    private final long missingAfterNanos;
    private State state = State.FOLLOWED;

    /** Whether samples are due: the container runs, as far as we know. */
    private boolean due = true;
    /** Up to when there are samples, or a gap is stated; by both clocks. */
    private Clock.Reading coveredTo;
    /** Whether a gap is stated that has not ended. */
    private boolean gapOpen;

    private boolean resumed;
    private int samples;
    /** Why there are no samples, if there are none. */
    private volatile String reason = "no answer yet";

    /** {@code FOLLOWED}, then {@code LEFT} at its die, then {@code ENDED}; or back if it starts again in time. */
    private enum State {
        FOLLOWED,
        LEFT,
        ENDED
    }

    /** What changed since the last {@link #tick}. */
    enum News {
        NOTHING,
        /** Samples are missing. */
        MISSING,
        /** Samples come again. */
        RESUMED
    }

    /**
     * @param certain false if only the journal says that the container exists: then none is missing where it does not
     * @param missingAfterNanos after so long without a sample, samples are missing
     */
    Sampling(String id, boolean certain, Clock clock, RecordQueue queue, long missingAfterNanos) {
        this.id = id;
        this.certain = certain;
        this.clock = clock;
        this.queue = queue;
        this.missingAfterNanos = missingAfterNanos;
        coveredTo = clock.now();
    }

    abstract void begin();

    /** Samples every second for so long, if it samples less often. */
    void burst(long nanos) {}

    /** How much of its limit the newest sample's memory takes, in percent, once; -1 if that is not known. */
    int takeMemoryPercent() {
        return -1;
    }

    /** A sample came. */
    void sampled(byte[] payload) {}

    /** For how long the engine is asked for a sample; 0 if it sends them of itself. */
    long askingNanos() {
        return 0;
    }

    /** Whether it has occupied a thread for longer than an engine needs. */
    boolean hangs(long now) {
        return false;
    }

    /** Takes back a {@link #leave}; false if it is too late for that. */
    final synchronized boolean resume() {
        if (state == State.LEFT) {
            state = State.FOLLOWED;
            due = true;
            coveredTo = clock.now();
        }
        return state == State.FOLLOWED;
    }

    /** Ends the sampling once the frames that are on their way have come. */
    synchronized void leave() {
        if (state == State.FOLLOWED) {
            state = State.LEFT;
        }
    }

    /** Ends the sampling. */
    synchronized void end() {
        state = State.ENDED;
        notifyAll();
    }

    final synchronized boolean hasEnded() {
        return state == State.ENDED;
    }

    /** True if the container is still followed; one that was left has ended now. */
    final synchronized boolean endIfLeft() {
        if (state == State.LEFT) {
            end();
        }
        return state == State.FOLLOWED;
    }

    /** Why there are no samples, should there be none. */
    final String reason() {
        return reason;
    }

    /** How many samples came. */
    final synchronized int samples() {
        return samples;
    }

    /**
     * Takes a frame. One dated year 1 is empty: the engine sends those of stopped containers, and of failed readings.
     *
     * @return false if that was the last one
     */
    final boolean frame(Message message) {
        if (!message.whole()) {
            missing("a sample of " + message.length() + " bytes is too long to be recorded");
            return endIfLeft();
        }
        byte[] payload = message.bytes();
        long time = StatsView.time(payload);
        if (time == StatsView.EMPTY) {
            missing("the engine sends empty samples");
            return endIfLeft();
        }
        if (!StatsView.isSample(payload, time)) {
            missing("the engine answers with no sample");
            return endIfLeft();
        }
        sample(clock.stamp(Kind.STATS, id, time, payload));
        sampled(payload);
        return true;
    }

    private synchronized void sample(Record sample) {
        if (due && (gapOpen || isMissingAt(sample.monotonic()))) {
            mark(sample.received());
            resumed = gapOpen;
            gapOpen = false;
        }
        coveredTo = new Clock.Reading(sample.received(), sample.monotonic());
        reason = "the engine gave no samples";
        samples++;
        queue.put(sample);
    }

    /** There is no sample now. */
    final void missing(String why) {
        reason = why;
    }

    /** There is no sample now; if there is no such container, none is missing. */
    final synchronized void missing(IOException failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof EngineStatusException answer) {
            if (answer.status() == 404 && !certain) {
                due = false;
                end();
            }
            reason = "the engine answers " + message.substring(Math.max(0, message.indexOf("HTTP ")));
        } else {
            reason = message;
        }
    }

    /** To be called every second: notices whether samples are missing. */
    final synchronized News tick(Clock.Reading now) {
        boolean wasOpen = gapOpen;
        if (due && (gapOpen ? silentNanos(now.monotonic()) > STATE_AGAIN_NANOS : isMissingAt(now.monotonic()))) {
            mark(now.received());
            gapOpen = true;
            coveredTo = now;
        }
        boolean again = resumed;
        resumed = false;
        return gapOpen && !wasOpen ? News.MISSING : again ? News.RESUMED : News.NOTHING;
    }

    /** The container no longer runs, or the engine is gone: the gap ends here. */
    final synchronized void endGap() {
        Clock.Reading now = clock.now();
        if (due && (gapOpen || isMissingAt(now.monotonic()))) {
            mark(now.received());
        }
        due = false;
        gapOpen = false;
    }

    private boolean isMissingAt(long monotonic) {
        return silentNanos(monotonic) > missingAfterNanos;
    }

    private long silentNanos(long monotonic) {
        return monotonic - coveredTo.monotonic();
    }

    private void mark(long to) {
        queue.put(clock.mark(id, new Mark.Gap(Kind.STATS.label(), id, coveredTo.received(), to, reason)));
    }
}
