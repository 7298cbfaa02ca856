package dev.shiplog.replay.explain;

import static dev.shiplog.replay.explain.Confidence.CERTAIN;
import static dev.shiplog.replay.explain.Confidence.LIKELY;

import dev.shiplog.replay.explain.Life.Coverage;
import org.jspecify.annotations.Nullable;

/** The rules of ends with which the engine or the host went, and of ends that nobody reported. */
final class OutageRules {
    /** The engine gives this code to a process of which it does not know how it ended. */
    static final int LOST = 255;

    /** What ends together with the recorder ends within this. */
    private static final long SHORTLY = 30 * Life.SECOND;

    private OutageRules() {}

    /** The boot id has changed since: either the engine stopped everything, or the power went, and the engine gave 255. */
    static @Nullable Finding hostDown(Life life) {
        Silence reboot = life.reboot();
        if (reboot == null) {
            return null;
        }
        Shutdown shutdown = life.context().shutdown();
        if (shutdown != null && shutdown.complete() && life.end() == Life.End.EVENT) {
            return byShutdown(
                    life,
                    shutdown,
                    Cause.HOST_DOWN,
                    "The host was shut down, and the engine stopped it in an orderly shutdown, " + Rules.lived(life)
                            + ".");
        }
        if (life.end() != Life.End.FOUND) {
            return null;
        }
        Integer code = life.exitCode();
        boolean lost = code == null || code == LOST;
        return lost
                ? new Finding(
                        Cause.HOST_DOWN,
                        LIKELY,
                        "The host went down and was started anew while it ran; no event tells of its end.")
                : Finding.unknown("It ended " + Words.withCode(code)
                        + " while nobody listened; the host was started anew in that time, too.");
    }

    /**
     * An engine that is shut down in order asks all containers to end at once, reports that, and goes when the last of them
     * has ended.
     */
    static @Nullable Finding engineStopped(Life life) {
        Shutdown shutdown = life.context().shutdown();
        if (shutdown == null || !shutdown.complete() || life.end() != Life.End.EVENT) {
            return null;
        }
        boolean forgot = life.missed(shutdown.time(), shutdown.time() + SHORTLY) != null;
        if (!shutdown.ofEngine() && (shutdown.together() < 2 || !forgot)) {
            return null;
        }
        return byShutdown(
                life,
                shutdown,
                Cause.ENGINE_STOPPED,
                "The engine stopped it in an orderly shutdown, " + Rules.lived(life) + ", "
                        + Words.withCode(life.exitCode()) + ".");
    }

    /**
     * A client that has all containers stopped, and the engine after that, leaves the same events. Under the policy
     * unless-stopped, an engine that comes back starts what itself had stopped, and nothing that a client had.
     */
    private static @Nullable Finding byShutdown(Life life, Shutdown shutdown, Cause cause, String summary) {
        if (life.policy().equals("unless-stopped")) {
            String by = Restart.by(life, cause);
            if (by.equals("engine")) {
                return new Finding(cause, shutdown.ofEngine() && life.isWholeBefore() ? CERTAIN : LIKELY, summary);
            }
            Silence away = life.silences().isEmpty()
                    ? null
                    : life.silences().get(life.silences().size() - 1);
            long back = away == null || away.from() < life.ended() ? Long.MAX_VALUE : away.to();
            boolean known = back != Long.MAX_VALUE
                    && life.context().knownUntil() > back + Restart.STARTING
                    && life.missed(back, back + Restart.STARTING) == null;
            if (known && life.context().nextStart() == 0 && life.context().destroyed() == 0) {
                return null;
            }
        }
        return shutdown.ofEngine() && shutdown.together() > 1
                ? new Finding(cause, LIKELY, summary)
                : Finding.unknown("It was stopped, " + Rules.lived(life) + ", just before the "
                        + (shutdown.ofEngine() ? "engine" : "recorder")
                        + " ended: by a client, or by an engine that was shut down; which of the two is not recorded.");
    }

    /** Without live-restore, an engine that comes back ends the containers that it finds, and reports that as a stop. */
    static @Nullable Finding engineKilled(Life life) {
        Silence away = life.endedWithoutEngine();
        Happening asked = life.asked();
        if (away == null
                || asked == null
                || life.end() != Life.End.EVENT
                || life.context().liveRestore()) {
            return null;
        }
        boolean forgot = life.missed(away.from(), away.to()) != null;
        return forgot && away.holds(asked.time())
                ? new Finding(
                        Cause.ENGINE_KILLED,
                        LIKELY,
                        "The engine died, and ended it when it came back "
                                + Words.length(asked.time() - away.from()) + " later, since it is not set to"
                                + " live-restore.")
                : null;
    }

    /** Where the end was not reported, a description says how, but not why: signals may have been missed with it. */
    static @Nullable Finding hidden(Life life) {
        if (life.coverage() != Coverage.HIDDEN) {
            return null;
        }
        Silence away = life.endedWithoutEngine();
        Integer code = life.exitCode();
        boolean told = away != null && life.end() == Life.End.FOUND && life.asked() == null && code != null;
        if (told && code != null && code != LOST && (Signals.of(code) == 0 || Signals.isOfError(Signals.of(code)))) {
            return new Finding(
                    code == 0 ? Cause.COMPLETED : Signals.of(code) > 0 ? Cause.CRASHED : Cause.FAILED,
                    LIKELY,
                    "It ended by itself " + Words.withCode(code)
                            + " while the engine was away, so that no client can have" + " ended it.");
        }
        Hole hole = life.missed(Math.max(life.started(), life.ended() - SHORTLY), life.ended());
        return Finding.unknown("It ended " + Words.withCode(code) + ", and nothing tells why"
                + (hole == null ? "." : ": events were missed, because " + hole.reason() + "."));
    }
}
