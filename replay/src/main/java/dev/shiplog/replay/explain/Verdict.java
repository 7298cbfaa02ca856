package dev.shiplog.replay.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Why a life ended.
 *
 * @param summary a sentence
 * @param evidence what was recorded, in order of time
 * @param missing what would be needed and was not recorded, a sentence each
 */
public record Verdict(
        Cause cause, Confidence confidence, String summary, List<Evidence> evidence, List<String> missing) {
    private static final int MAX_SIGNALS = 8;

    /** What comes within this after an end may have to do with it. */
    private static final long AFTERMATH = 5 * Life.SECOND;

    /** Judges a life that is over. */
    public static Verdict of(Life life) {
        Finding finding = Rules.find(life);
        return new Verdict(
                finding.cause(), finding.confidence(), finding.summary(), evidence(life), missing(life, finding));
    }

    private static List<Evidence> evidence(Life life) {
        List<Evidence> all = new ArrayList<>();
        if (life.started() != 0) {
            all.add(new Evidence(life.started(), "it was started"));
        }
        addMemory(life, all);
        int from = Math.max(0, life.happenings().size() - MAX_SIGNALS);
        for (Happening happening :
                life.happenings().subList(from, life.happenings().size())) {
            all.add(new Evidence(happening.time(), words(happening)));
        }
        for (Silence silence : life.silences()) {
            if (!isNear(life, silence)) {
                continue;
            }
            all.add(new Evidence(
                    silence.from(),
                    (silence.ofEngine() ? "the engine did not answer for " : "the recorder did not run for ")
                            + Words.length(silence.to() - silence.from())
                            + (silence.rebooted() ? "; the host was started anew" : "")));
        }
        for (Printed line : life.printed()) {
            all.add(new Evidence(line.time(), "it printed on " + line.stream() + ": " + line.text()));
        }
        addDescription(life, all);
        Context context = life.context();
        if (context.nextStart() != 0) {
            all.add(new Evidence(context.nextStart(), "it was started again"));
        }
        if (context.destroyed() != 0) {
            all.add(new Evidence(context.destroyed(), "it was removed"));
        }
        all.sort(Comparator.comparingLong(Evidence::time));
        return List.copyOf(all);
    }

    /** Whether a silence may have to do with the end; one that began later hides only what came after it. */
    private static boolean isNear(Life life, Silence silence) {
        Shutdown shutdown = life.context().shutdown();
        long end = life.ended() == 0 ? Long.MAX_VALUE - AFTERMATH : life.ended();
        return silence.from() <= (shutdown == null ? end : Math.max(end, shutdown.time())) + AFTERMATH;
    }

    private static String words(Happening happening) {
        return switch (happening.action()) {
            case "kill" ->
                "the engine sent it " + (happening.number() < 0 ? "a signal" : Signals.name(happening.number()))
                        + ", asked by a client or by itself";
            case "die" ->
                "the engine reported its end"
                        + (happening.detail().isEmpty() ? "" : ", with exit code " + happening.detail());
            case "stop" -> "the engine reported that a stop was done";
            case "restart" -> "the engine reported that a restart was done";
            case "oom" -> "the kernel killed one of its processes for lack of memory";
            case "update" -> "a client changed its limits or its policy";
            case "health_status" -> "its health check said " + happening.detail();
            case "rename" -> "it was renamed" + (happening.detail().isEmpty() ? "" : " from " + happening.detail());
            default -> "the engine reported " + happening.action();
        };
    }

    private static void addMemory(Life life, List<Evidence> all) {
        if (!life.samples().isEmpty()) {
            Sample newest = life.samples().get(life.samples().size() - 1);
            long limit = life.limit();
            all.add(new Evidence(
                    newest.time(),
                    "it used " + Words.bytes(newest.memory()) + " of memory"
                            + (limit > 0 ? ", with a limit of " + Words.bytes(limit) : "")));
        }
    }

    private static void addDescription(Life life, List<Evidence> all) {
        Described after = life.after();
        if (after == null) {
            return;
        }
        all.add(new Evidence(
                after.time(),
                "its description said: " + after.state().status() + ", exit code "
                        + after.state().exitCode() + (after.state().oomKilled() ? ", killed for lack of memory" : "")
                        + (after.state().error().isEmpty()
                                ? ""
                                : ", error: " + after.state().error())));
        if (life.health().equals("unhealthy")) {
            for (Described.Probe probe : after.probes()) {
                all.add(new Evidence(
                        life.ended(),
                        "its health check had ended with " + probe.exitCode() + " at " + probe.end()
                                + (probe.output().isEmpty() ? "" : ": " + probe.output())));
            }
        }
    }

    private static List<String> missing(Life life, Finding finding) {
        List<String> missing = new ArrayList<>();
        if (life.started() == 0 && life.end() != Life.End.NOT_STARTED) {
            missing.add("When it was started was not recorded.");
        }
        Hole hole = life.missed(life.started(), life.ended());
        if (hole != null) {
            missing.add("Events in its life may be missing: " + hole.reason() + ".");
        }
        if (life.end() == Life.End.FOUND) {
            missing.add("No event tells of its end: it was found afterwards.");
        }
        if (life.after() == null && life.end() != Life.End.NOT_STARTED) {
            missing.add("No description of it after its end was recorded, which would say whether memory ran out.");
        }
        switch (finding.cause()) {
            case SIGNALLED -> missing.add("Who sent the signal: the engine knows of none that do not pass through it.");
            case STOPPED, KILLED, RESTARTED, REMOVED -> missing.add("Which client it was: the engine does not say.");
            case FAILED, CRASHED, CHILD_OUT_OF_MEMORY -> {
                if (life.printed().isEmpty()) {
                    missing.add("What it printed: no line of its log was recorded.");
                }
            }
            case UNKNOWN -> missing.add("What would tell one cause from another: no record does.");
            case COMPLETED, NOT_STARTED, OUT_OF_MEMORY, ENGINE_STOPPED, ENGINE_KILLED, HOST_DOWN -> {}
        }
        return List.copyOf(missing);
    }
}
