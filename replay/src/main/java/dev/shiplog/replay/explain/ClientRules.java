package dev.shiplog.replay.explain;

import static dev.shiplog.replay.explain.Confidence.CERTAIN;
import static dev.shiplog.replay.explain.Confidence.LIKELY;

import dev.shiplog.replay.explain.Life.Coverage;
import org.jspecify.annotations.Nullable;

/** The rules of ends that a client asked for. The engine does not say which client it was. */
final class ClientRules {
    /** A program that heeds a signal at once ends within this. */
    private static final long PROMPT = Life.SECOND;

    /** A stop is reported within this after the end, and a restart goes on within this after the stop. */
    private static final long STOPPING = 5 * Life.SECOND;

    /** After that time, a signal is hardly the reason that a process ends, and nobody knows before. */
    private static final long LATEST = 60 * Life.SECOND;

    /** A signal that asks no process to end may still be the reason, if it ends just then. */
    private static final long AT_ONCE = Life.SECOND / 2;

    /** {@code rm -f} removes a container right after its end. */
    private static final long REMOVING = 3 * Life.SECOND;

    private ClientRules() {}

    /** A restart is reported as {@code kill}, {@code die}, {@code stop}, {@code start} and then {@code restart}. */
    static @Nullable Finding restarted(Life life) {
        Happening restart = life.first("restart", life.ended());
        Happening asked = life.asked();
        if (restart == null || isToRestart(life)) {
            return null;
        }
        Happening stop = life.first("stop", life.ended());
        if (asked != null && stop != null && stop.time() <= restart.time() && isStopOf(life, stop)) {
            return new Finding(
                    Cause.RESTARTED,
                    Rules.unlessMissed(life, CERTAIN),
                    "A client had it restarted, " + Rules.lived(life) + "; " + howItEnded(life, asked));
        }
        boolean missed = life.missed(life.ended() - LATEST, restart.time()) != null || life.end() == Life.End.FOUND;
        return missed && restart.time() - life.ended() < LATEST
                ? Finding.unknown("A client had it restarted, " + Words.length(restart.time() - life.ended())
                        + " after its end or while it still ran; which of the two is not recorded.")
                : null;
    }

    /** The engine reports a stop once the container has ended; of one that had ended before, only if it was to be started again. */
    private static boolean isStopOf(Life life, Happening stop) {
        return stop.time() - life.ended() <= STOPPING;
    }

    /** Whether the engine meant to start it again after its end, as it does of none that a client had stopped. */
    private static boolean isToRestart(Life life) {
        return life.after() != null && life.after().state().status().equals("restarting");
    }

    /** Whether it may have ended by itself, and been stopped while it waited for its policy. */
    private static boolean mayBeToRestart(Life life) {
        Described before = life.before();
        boolean hasPolicy = before == null || before.restartsAfter(life.exitCode());
        return life.after() == null && hasPolicy && !(isForced(life) && isCode(life, Rules.KILLED));
    }

    /**
     * A stop is reported as {@code kill} with the stop signal, a second one with SIGKILL if the grace period runs out,
     * {@code die}, and then {@code stop}. A stop of a container that waits for its policy has no {@code kill}, and its end
     * came before.
     */
    static @Nullable Finding stopped(Life life) {
        Happening stop = life.first("stop", life.ended());
        Happening asked = life.asked();
        boolean whole = life.coverage() == Coverage.WHOLE;
        if (stop == null
                || !isStopOf(life, stop)
                || isToRestart(life)
                || asked == null && (whole || stop.time() - life.ended() > PROMPT)) {
            return null;
        }
        if (isOutOfMemory(life)) {
            return null;
        }
        long next = life.context().nextStart();
        if (!isAftermathKnown(life) && next != 0 && next - stop.time() < PROMPT) {
            return Finding.unknown("A client had it stopped or restarted, " + Rules.lived(life)
                    + "; which of the two is not recorded.");
        }
        // SIGKILL that nobody sent through the engine: the kernel's, or the host's
        boolean foreign = isCode(life, Rules.KILLED) && !isForced(life);
        boolean goesOn = next == 0
                && life.context().destroyed() == 0
                && (life.context().knownUntil() < stop.time() + STOPPING
                        || life.missed(life.ended(), stop.time() + STOPPING) != null);
        boolean before = asked != null
                && !goesOn
                && !mayBeToRestart(life)
                && asked.time() <= life.ended()
                && !foreign
                && life.context().shutdown() == null;
        return new Finding(
                Cause.STOPPED,
                before ? Rules.unlessMissed(life, CERTAIN) : LIKELY,
                "A client had it stopped, " + Rules.lived(life) + "; " + howItEnded(life, asked));
    }

    /** {@code rm -f} of a container that runs is reported as {@code kill} with SIGKILL, {@code die} and {@code destroy}. */
    static @Nullable Finding removed(Life life) {
        Happening signal = life.signal();
        long destroyed = life.context().destroyed();
        boolean soon = destroyed != 0 && destroyed - life.ended() < REMOVING;
        boolean killed = signal != null && signal.number() == Signals.KILL && isCode(life, Rules.KILLED);
        boolean told = life.end() == Life.End.EVENT && life.missed(life.ended(), destroyed) == null;
        if (!soon || !killed || life.isAutoRemoved() || !told) {
            return null;
        }
        if (life.before() == null && life.after() == null) {
            return Finding.unknown("A client removed it while it ran (rm -f), or killed it and the engine removed it by"
                    + " itself (--rm); which of the two is not recorded.");
        }
        return new Finding(
                Cause.REMOVED, LIKELY, "A client removed it while it ran (rm -f), " + Rules.lived(life) + ".");
    }

    /** A signal that a client sends is reported as {@code kill}, and nothing follows but what the process makes of it. */
    static @Nullable Finding killed(Life life) {
        Happening signal = life.signal();
        if (signal == null || isOutOfMemory(life)) {
            return null;
        }
        Happening fitting = fitting(life);
        Happening counts = fitting == null ? signal : fitting;
        long waited = life.ended() - counts.time();
        if (fitting == null && !mayHaveEnded(life, counts, waited) || waited > LATEST) {
            return null;
        }
        String sent = "A client sent it " + Signals.name(counts.number());
        if (!isAftermathKnown(life)) {
            return Finding.unknown(sent + " and it ended " + Words.withCode(life.exitCode())
                    + "; whether that was part of a stop, a restart or a removal is not recorded.");
        }
        boolean heeded = fitting != null || waited >= 0 && waited <= PROMPT && Signals.isEnding(counts.number());
        String when = "it ended " + Words.after(waited) + " that, " + Words.withCode(life.exitCode());
        if (!heeded) {
            return Finding.unknown(sent + ", and " + when + ": because of that, or by itself.");
        }
        boolean forced = fitting != null && fitting.number() == Signals.KILL && waited >= 0;
        return new Finding(
                Cause.KILLED,
                forced ? Rules.unlessMissed(life, CERTAIN) : LIKELY,
                sent + ", " + Rules.lived(life) + "; " + when + ".");
    }

    /** The newest signal that the exit code tells of; null if it tells of none that was sent. */
    private static @Nullable Happening fitting(Life life) {
        Happening found = null;
        for (Happening happening : life.happenings()) {
            boolean sent = happening.is("kill") && happening.number() > 0;
            found = sent && isCode(life, Signals.BASE + happening.number()) ? happening : found;
        }
        return found;
    }

    /** Whether a process may end because of the signal, with a code that does not tell of it. */
    private static boolean mayHaveEnded(Life life, Happening signal, long waited) {
        int number = signal.number();
        if (number == Signals.KILL) {
            return false; // a process that SIGKILL ends has the code 137: this one had ended before
        }
        boolean asks = number < 0 || Signals.isEnding(number) || number == life.stopSignal();
        return Math.abs(waited) <= AT_ONCE || asks && waited >= 0 && waited <= LATEST;
    }

    private static boolean isCode(Life life, int code) {
        Integer known = life.exitCode();
        return known != null && known == code;
    }

    /** Whether the kernel rather than the client killed it: it was asked to end, but not by SIGKILL, and memory ran out. */
    private static boolean isOutOfMemory(Life life) {
        return isCode(life, Rules.KILLED) && !isForced(life) && life.outOfMemory() != 0;
    }

    private static boolean isForced(Life life) {
        return life.happenings().stream()
                .anyMatch(happening -> happening.is("kill") && happening.number() == Signals.KILL);
    }

    /** Whether what followed the end just after it is known. */
    private static boolean isAftermathKnown(Life life) {
        long settled = life.ended() + Life.SECOND;
        return life.end() == Life.End.EVENT
                && life.context().knownUntil() >= settled
                && life.missed(life.ended(), settled) == null;
    }

    private static String howItEnded(Life life, @Nullable Happening asked) {
        Happening forced = life.signal();
        if (asked == null) {
            return "it ended " + Words.withCode(life.exitCode()) + ".";
        }
        String first = Signals.name(asked.number() < 0 ? life.stopSignal() : asked.number());
        if (forced != null && !forced.equals(asked) && forced.number() == Signals.KILL && isCode(life, Rules.KILLED)) {
            return "it did not end within " + Words.length(forced.time() - asked.time()) + " of " + first
                    + ", and was killed.";
        }
        return "it ended " + Words.after(life.ended() - asked.time()) + " " + first + ", "
                + Words.withCode(life.exitCode()) + ".";
    }
}
