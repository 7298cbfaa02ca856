package dev.shiplog.replay.explain;

/** Who started a container again after an end. */
final class Restart {
    /** An engine that comes back starts its containers within this. */
    static final long STARTING = 15 * Life.SECOND;

    /** A policy waits 100 ms, then twice as long each time, up to a minute. */
    private static final long LONGEST_WAIT = 65 * Life.SECOND;

    private Restart() {}

    /** {@code policy}, {@code client}, {@code engine}, {@code recreated}; empty if nobody did, or that is not known. */
    static String by(Life life, Cause cause) {
        Context context = life.context();
        long start = context.nextStart();
        if (start == 0) {
            return context.recreated() ? "recreated" : "";
        }
        if (life.first("restart", start) != null) {
            return "client";
        }
        Described during = life.after() != null ? life.after() : life.before();
        Described known = during != null ? during : context.earlier(); // a policy seldom changes
        for (Silence silence : life.silences()) {
            boolean comesBack = silence.ofEngine() && start >= silence.from() && start <= silence.to() + STARTING;
            if (comesBack && known != null && known.restartsAfter(life.exitCode())) {
                return "engine";
            }
        }
        if (known == null) {
            return "";
        }
        boolean byClient = switch (cause) {
            case STOPPED, KILLED, RESTARTED, REMOVED, NOT_STARTED -> true;
            default -> false;
        };
        boolean counted = context.restartsAfter() != 0; // a start by a client sets it to 0
        boolean soon = start - life.ended() < LONGEST_WAIT;
        return !byClient && counted && soon && known.restartsAfter(life.exitCode()) ? "policy" : "client";
    }
}
