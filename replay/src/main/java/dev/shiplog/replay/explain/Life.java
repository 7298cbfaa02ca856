package dev.shiplog.replay.explain;

import dev.shiplog.timeline.payload.Container;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of a container, from a start to its end, as far as it is known. Times are ns since the epoch.
 *
 * @param host its name; empty if it is not known
 * @param started 0 if that is not known
 * @param ended 0 if it still runs; of an end that was found, the best that is known
 * @param exitCode null if it is not known
 * @param end how the end is known
 * @param happenings the last events of it, in order of time, up to its next start
 * @param before its newest description that was given while it ran; null if there is none
 * @param after one that was given after its end and before the next; null if there is none
 * @param samples the newest of its memory, in order of time
 * @param printed the last lines that it logged, in order of time
 * @param holes the newest stretches in which events of it may be missing
 * @param silences the newest stretches of it in which nobody listened
 * @param context what surrounds it
 */
public record Life(
        String host,
        Container container,
        long started,
        long ended,
        @Nullable Integer exitCode,
        End end,
        List<Happening> happenings,
        @Nullable Described before,
        @Nullable Described after,
        List<Sample> samples,
        List<Printed> printed,
        List<Hole> holes,
        List<Silence> silences,
        Context context) {
    /** How an end is known. */
    public enum End {
        /** It still runs. */
        NONE,
        /** The engine reported it. */
        EVENT,
        /** A list or a description showed it, or that it was started again. */
        FOUND,
        /** It never began: the engine could not start it. */
        NOT_STARTED
    }

    static final long SECOND = 1_000_000_000L;

    /** The engine reports a die some time after the process has ended, and a kill after it has sent the signal. */
    private static final long LATE = 2 * SECOND;

    /** A program that was asked to end may take so long. */
    private static final long LINGERING = 600 * SECOND;

    /** How much of the end was recorded. */
    enum Coverage {
        /** All that happened from well before the end to the time after. */
        WHOLE,
        /** The end itself; what happened before it, or just after it, may be missing. */
        PARTLY,
        /** The end itself was not reported, or what happened just then may be missing. */
        HIDDEN
    }

    Coverage coverage() {
        if (end == End.FOUND || missed(ended, ended) != null) {
            return Coverage.HIDDEN;
        }
        boolean known = started != 0 && !context.startToldLater() && context.knownUntil() >= ended + LATE;
        return known && missed(Math.max(started, ended - LINGERING), ended + LATE) == null
                ? Coverage.WHOLE
                : Coverage.PARTLY;
    }

    /**
     * When the process ended, as exactly as it is known: the event comes later, by more or less, so that its time does not
     * tell which of two containers ended first.
     */
    long exactEnd() {
        long described = after == null ? 0 : after.state().finished();
        if (described > 0 && described <= ended && described > ended - SECOND * 30) {
            return described;
        }
        Happening oom = last("oom", ended);
        return oom != null && ended - oom.time() < SECOND ? oom.time() : ended;
    }

    /** Whether nothing is missing of what led to the end. */
    boolean isWholeBefore() {
        return end == End.EVENT
                && started != 0
                && !context.startToldLater()
                && missed(Math.max(started, ended - LINGERING), ended) == null;
    }

    /** The newest stretch between two times in which events may be missing; null if there is none. */
    @Nullable
    Hole missed(long since, long until) {
        Hole found = null;
        for (Hole hole : holes) {
            found = hole.touches(since, until) ? hole : found;
        }
        return found;
    }

    /** The container as it was at its end, and the same under each name that it had in this life before. */
    public List<Container> underEachName() {
        List<Container> all = new ArrayList<>(List.of(container));
        for (Happening happening : happenings) {
            boolean inLife = ended == 0 || happening.time() <= ended;
            if (happening.is("rename") && inLife && !happening.detail().isEmpty()) {
                all.add(container.named(happening.detail()));
            }
        }
        return all;
    }

    /** Whether it is known when it ended: an event or a description told; of one that was found, {@link #ended} is the latest. */
    public boolean isEndKnown() {
        return end != End.FOUND || after != null && after.state().finished() == ended;
    }

    /** When it still ran, of an end of which the time is not known, in ns since the epoch; 0 if that is not known, either. */
    public long endedAfter() {
        Hole hole = missed(started, ended);
        long alive = Math.max(started, hole == null || hole.from() > ended ? 0 : hole.from());
        alive = Math.max(alive, before == null ? 0 : before.time());
        alive = Math.max(
                alive, samples.isEmpty() ? 0 : samples.get(samples.size() - 1).time());
        for (Happening happening : happenings) {
            alive = happening.time() <= ended ? Math.max(alive, happening.time()) : alive;
        }
        return Math.min(alive, ended);
    }

    /** When the life of the container before this one ended, in ns since the epoch; 0 if there was none, or that is not known. */
    public long previousEnd() {
        long described = before == null ? 0 : before.state().finished();
        return described != 0 && described < started ? described : context.previousEnd();
    }

    /** How long it ran, in ns; -1 if that is not known. */
    public long duration() {
        return started == 0 || ended == 0 || !isEndKnown() ? -1 : Math.max(0, ended - started);
    }

    /** The newest event of this name up to a moment; null if there is none. */
    @Nullable
    Happening last(String action, long until) {
        Happening found = null;
        for (Happening happening : happenings) {
            found = happening.is(action) && happening.time() <= until ? happening : found;
        }
        return found;
    }

    /** The first event of this name from a moment on; null if there is none. */
    @Nullable
    Happening first(String action, long since) {
        for (Happening happening : happenings) {
            if (happening.is(action) && happening.time() >= since) {
                return happening;
            }
        }
        return null;
    }

    /** The newest signal that a client or the engine sent before it ended; the event may come just after the end. */
    @Nullable
    Happening signal() {
        return last("kill", ended + LATE);
    }

    /**
     * The signal with which its end began: the last one that asks it to end, or the one before SIGKILL; null if there is
     * none.
     */
    @Nullable
    Happening asked() {
        Happening before = null;
        Happening asked = null;
        for (Happening kill : happenings) {
            boolean asks = Signals.isEnding(kill.number()) || kill.number() == stopSignal() || kill.number() < 0;
            if (kill.is("kill") && asks && kill.time() >= ended - LINGERING) {
                before = asked;
                asked = kill;
            }
        }
        boolean forced = asked != null && asked.number() == Signals.KILL && before != null;
        return forced ? before : asked;
    }

    /** The number of the signal that asks it to end. */
    int stopSignal() {
        Described known = before != null ? before : after;
        return known == null ? Signals.TERM : known.stopSignal();
    }

    /**
     * When the kernel last killed one of its processes for lack of memory; 0 if that did not happen, -1 if it did at an
     * unknown time. What was described while it ran had happened before that.
     */
    long outOfMemory() {
        Happening event = last("oom", ended + LATE);
        if (event != null) {
            return event.time();
        }
        return before != null && before.state().oomKilled()
                ? before.time()
                : after != null && after.state().oomKilled() ? -1 : 0;
    }

    /** Its restart policy; empty if it is not known. */
    String policy() {
        return after != null ? after.policy() : before != null ? before.policy() : "";
    }

    /** Its limit of memory in bytes; 0 if it has none, -1 if that is not known. */
    long limit() {
        return after != null ? after.limit() : before != null ? before.limit() : -1;
    }

    /** Whether the engine removes it by itself when it ends. */
    boolean isAutoRemoved() {
        return after != null && after.autoRemove() || before != null && before.autoRemove();
    }

    /** {@code healthy}, {@code unhealthy} or {@code starting} when it ended; empty without a check. */
    String health() {
        Happening event = last("health_status", ended == 0 ? Long.MAX_VALUE : ended);
        return event != null ? event.detail() : before != null ? before.state().health() : "";
    }

    /** The last stretch in which the engine was away, that began in this life and within which it ended; null if there is none. */
    @Nullable
    Silence endedWithoutEngine() {
        Silence found = null;
        for (Silence silence : silences) {
            boolean began = started != 0 && started < silence.from();
            found = silence.ofEngine() && began && silence.holds(ended) ? silence : found;
        }
        return found;
    }

    /** Whether the host was started anew while nobody listened, at the end of this life. */
    @Nullable
    Silence reboot() {
        for (Silence silence : silences) {
            if (silence.rebooted() && silence.to() >= ended) {
                return silence;
            }
        }
        return null;
    }

    /** This life as it was at a moment before its end, as far as that matters for one that runs. */
    public Life upTo(long moment) {
        if (context.knownUntil() <= moment) {
            return this;
        }
        return new Life(
                host,
                container,
                started,
                0,
                null,
                End.NONE,
                happenings.stream().filter(one -> one.time() <= moment).toList(),
                before,
                null,
                samples.stream().filter(one -> one.time() <= moment).toList(),
                printed.stream().filter(one -> one.time() <= moment).toList(),
                holes.stream().filter(one -> one.from() <= moment).toList(),
                silences.stream().filter(one -> one.from() <= moment).toList(),
                context.upTo(moment));
    }
}
