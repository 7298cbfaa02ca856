package dev.shiplog.replay.explain;

/**
 * A life that is over, and what is known of its end alone.
 *
 * @param restarted as in {@link Explanation}
 */
record Judged(Life life, Verdict verdict, String restarted) {
    /** When its end began: a container that is stopped may take its time. */
    long began() {
        Happening asked = verdict.cause().isOwn() ? null : life.asked();
        return asked == null ? life.exactEnd() : Math.min(asked.time(), life.exactEnd());
    }

    String container() {
        return life.container().id();
    }

    /** Its project on its host; empty if it belongs to none. */
    String project() {
        String project = life.container().labels().getOrDefault(Explanation.PROJECT, "");
        return project.isEmpty() ? "" : life.host() + "/" + project;
    }

    boolean isOf(Judged other) {
        return container().equals(other.container());
    }

    /** Itself as the one that ended first, before {@code follower}. */
    Explanation.FirstMover asFirstOf(Judged follower) {
        return new Explanation.FirstMover(
                life.container().name(), verdict.cause(), life.exactEnd(), follower.life.exactEnd() - life.exactEnd());
    }

    /** How often the policy had started the container, by the newest description: after its end, that may count one to come. */
    int restarts() {
        Described known = life.after() != null ? life.after() : life.before();
        int counted = known == null ? 0 : known.state().restarts();
        return known != null && known.isRestarting() ? Math.max(0, counted - 1) : counted;
    }

    /** What ends by itself makes clients stop others, and others fail; what a client ends makes others fail. */
    boolean mayCause(Judged second) {
        boolean ofOwn = second.verdict.cause().isOwn() && !second.isOf(this);
        return switch (second.verdict.cause()) {
            case ENGINE_STOPPED, ENGINE_KILLED, HOST_DOWN, UNKNOWN -> false;
            default ->
                verdict.cause().isOwn() ? ofOwn || !second.verdict.cause().isOwn() : ofOwn && isByClient();
        };
    }

    /** Whether a client ended it. */
    boolean isByClient() {
        return switch (verdict.cause()) {
            case STOPPED, KILLED, REMOVED, RESTARTED -> true;
            default -> false;
        };
    }

    /** How it ended, as a clause, if it followed another. */
    String how() {
        return switch (verdict.cause()) {
            case STOPPED -> "a client had it stopped";
            case KILLED -> "a client killed it";
            case REMOVED -> "a client removed it";
            case RESTARTED -> "a client had it restarted";
            case COMPLETED -> "it ended by itself";
            case FAILED -> "it failed";
            default -> verdict.cause().label();
        };
    }
}
