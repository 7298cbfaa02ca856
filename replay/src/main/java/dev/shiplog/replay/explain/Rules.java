package dev.shiplog.replay.explain;

import static dev.shiplog.replay.explain.Confidence.CERTAIN;
import static dev.shiplog.replay.explain.Confidence.LIKELY;

import dev.shiplog.replay.explain.Life.Coverage;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which an end is explained: the first that fits counts. Each rests on what the engine does, as seen on
 * engines 20.10 and read in the source of later ones; none takes the absence of a record for a fact, unless the records
 * are whole there.
 */
final class Rules {
    /** In their order: what has its own trace in the records comes before what is known by a trace that is missing. */
    static final List<Function<Life, @Nullable Finding>> ALL = List.of(
            Rules::notStarted,
            OutageRules::hostDown,
            OutageRules::engineKilled,
            OutageRules::engineStopped,
            ClientRules::restarted,
            ClientRules::stopped,
            ClientRules::removed,
            ClientRules::killed,
            Rules::outOfMemory,
            OutageRules::hidden,
            Rules::childOutOfMemory,
            Rules::crashed,
            Rules::signalled,
            Rules::byItself);

    /** An end follows the event {@code oom} within this, if it is its consequence at all. */
    private static final long PROMPT = 5 * Life.SECOND;

    /** A main process that lost a child for lack of memory may clean up for so long. */
    private static final long CLEANING = 60 * Life.SECOND;

    /** A process that is asked to end may take so long. */
    private static final long ASKING = 60 * Life.SECOND;

    /** With less of its limit in use than this, a container is not about to run out of memory. */
    private static final double NEAR = 0.8;

    /** The engine watches the memory of a container from some moment after its start on. */
    private static final long UNWATCHED = 3 * Life.SECOND;

    static final int KILLED = Signals.BASE + Signals.KILL;

    private Rules() {}

    /** Explains an end. */
    static Finding find(Life life) {
        for (Function<Life, @Nullable Finding> rule : ALL) {
            Finding finding = rule.apply(life);
            if (finding != null) {
                return finding;
            }
        }
        return Finding.unknown("It ended, and the records do not say how.");
    }

    /** What may be missing makes a certain verdict a likely one. */
    static Confidence unlessMissed(Life life, Confidence best) {
        return life.coverage() == Coverage.WHOLE || best != CERTAIN ? best : LIKELY;
    }

    /** A start that fails has no event; the container's description has the error since. */
    private static @Nullable Finding notStarted(Life life) {
        if (life.end() != Life.End.NOT_STARTED) {
            return null;
        }
        Described after = life.after();
        String error = after == null ? "" : after.state().error();
        return new Finding(
                Cause.NOT_STARTED,
                CERTAIN,
                "The engine could not start it" + (error.isEmpty() ? "" : ": " + error.strip()) + ".");
    }

    /**
     * The kernel kills the process that it blames with SIGKILL, and the engine reports {@code oom}. That the main process
     * has the code 137 does not tell whether it was killed or passed the code of a child on, so this is never certain.
     */
    private static @Nullable Finding outOfMemory(Life life) {
        long oom = life.outOfMemory();
        Integer code = life.exitCode();
        if (oom == 0 || code == null || code != KILLED) {
            return null;
        }
        if (oom > 0 && life.ended() - oom > PROMPT) {
            return Finding.unknown("Its main process was killed (exit code 137), " + Words.length(life.ended() - oom)
                    + " after the kernel had killed one of its processes for lack of memory; nothing tells whether that"
                    + " happened again.");
        }
        long limit = life.limit();
        return new Finding(
                Cause.OUT_OF_MEMORY,
                LIKELY,
                "The kernel killed its main process for lack of memory"
                        + (limit > 0 ? ", at its limit of " + Words.bytes(limit) : "") + ", "
                        + lived(life) + ".");
    }

    /** The event {@code oom} and the flag OOMKilled are also of a child; the main process lives on, or ends with its own code. */
    private static @Nullable Finding childOutOfMemory(Life life) {
        long oom = life.outOfMemory();
        if (oom == 0 || life.exitCode() == null || oom > 0 && life.ended() - oom > CLEANING) {
            return null;
        }
        String when = oom < 0 ? "later" : Words.length(Math.max(0, life.ended() - oom)) + " later";
        return new Finding(
                Cause.CHILD_OUT_OF_MEMORY,
                LIKELY,
                "The kernel killed one of its processes, not the main process, for lack of memory"
                        + (life.limit() > 0 ? " at its limit of " + Words.bytes(life.limit()) : "")
                        + "; the main process ended by itself " + when + ", " + Words.withCode(life.exitCode()) + ".");
    }

    /** Signals such as SIGSEGV are raised by a process's own error; a shell passes the code of its child on. */
    private static @Nullable Finding crashed(Life life) {
        Integer code = life.exitCode();
        int signal = code == null ? 0 : Signals.of(code);
        return Signals.isOfError(signal)
                ? new Finding(
                        Cause.CRASHED,
                        LIKELY,
                        "It crashed with " + Signals.name(signal) + " (exit code " + code + "), " + lived(life) + ".")
                : null;
    }

    /** Each signal that a client sends through the engine is reported as {@code kill}: one that is not came another way. */
    private static @Nullable Finding signalled(Life life) {
        Integer code = life.exitCode();
        int signal = code == null ? 0 : Signals.of(code);
        if (signal == 0) {
            return null;
        }
        String what = "It ended with exit code " + code + ": by " + Signals.name(signal)
                + ", which no client sent through the engine";
        Hole hole = life.missed(life.ended() - ASKING, life.ended() + Life.SECOND);
        if (hole != null) {
            return Finding.unknown("It ended with exit code " + code + ", as " + Signals.name(signal)
                    + " gives; whether a client sent it is not known, because " + hole.reason() + ".");
        }
        if (signal == Signals.KILL && mayBeOutOfMemory(life)) {
            return Finding.unknown(what + "; whether the kernel did for lack of memory is not recorded.");
        }
        return new Finding(
                Cause.SIGNALLED,
                LIKELY,
                what + ", but somebody within the container or on the host did; or by itself with that code, as a shell"
                        + " does whose child was killed; " + lived(life) + ".");
    }

    /**
     * On some kernels no event tells that memory ran out; then a description after the end does. Of a life that ended before
     * the engine watched its memory, that one does not, either.
     */
    private static boolean mayBeOutOfMemory(Life life) {
        boolean isWatched = life.duration() < 0 || life.duration() > UNWATCHED;
        List<Sample> samples = life.samples();
        Sample newest = samples.isEmpty() ? null : samples.get(samples.size() - 1);
        if (life.limit() == 0 || newest == null || newest.limit() <= 0) {
            return life.limit() != 0 && (life.after() == null || !isWatched);
        }
        long limit = life.limit() > 0 ? Math.min(life.limit(), newest.limit()) : newest.limit();
        return newest.memory() >= NEAR * (double) limit;
    }

    /** What is left: no signal, no client, no lack of memory. */
    private static @Nullable Finding byItself(Life life) {
        Integer code = life.exitCode();
        if (code == null) {
            return Finding.unknown("It ended; its exit code is not recorded.");
        }
        boolean clean = life.after() != null
                && life.outOfMemory() == 0
                && life.last("kill", Long.MAX_VALUE) == null
                && code != OutageRules.LOST;
        Confidence confidence = clean ? unlessMissed(life, CERTAIN) : LIKELY;
        return code == 0
                ? new Finding(Cause.COMPLETED, confidence, "It ended by itself with exit code 0, " + lived(life) + ".")
                : new Finding(
                        Cause.FAILED,
                        confidence,
                        "It ended by itself " + Words.withCode(code) + ", " + lived(life) + ".");
    }

    /** {@code 3 min 20 s after it was started}. */
    static String lived(Life life) {
        return life.duration() < 0
                ? "some time after it was started"
                : Words.length(life.duration()) + " after it was started";
    }
}
