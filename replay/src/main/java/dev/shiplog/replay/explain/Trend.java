package dev.shiplog.replay.explain;

/** What a container that runs does, in words. */
public final class Trend {
    private Trend() {}

    /** A sentence: how long it runs, how healthy it is, what memory it uses, and how long the rest lasts. */
    public static String summary(Life life) {
        long now = life.context().knownUntil();
        StringBuilder text = new StringBuilder(life.started() == 0 ? "It runs" : "It has been running");
        text.append(life.started() == 0 ? "" : " for " + Words.length(now - life.started()));
        text.append(life.health().isEmpty() ? "" : ", " + life.health());
        if (!life.samples().isEmpty()) {
            Sample newest = life.samples().get(life.samples().size() - 1);
            text.append(", with ").append(Words.bytes(newest.memory())).append(" of memory");
            text.append(life.limit() > 0 ? " of " + Words.bytes(life.limit()) : "");
            double seconds = Factors.secondsToLimit(life);
            text.append(
                    Double.isInfinite(seconds)
                            ? ""
                            : ", which at this rate lasts for " + Words.length((long) (seconds * Life.SECOND)));
        }
        Happening oom = life.last("oom", now);
        text.append(
                oom == null
                        ? ""
                        : "; " + Words.length(now - oom.time())
                                + " before, the kernel had killed one of its processes for lack of memory, and it runs on");
        Hole hole = life.missed(now - Life.SECOND, Long.MAX_VALUE);
        return text + (hole == null ? "." : "; whether it still does is not known: " + hole.reason() + ".");
    }

    /** {@code 83 ms}, {@code 4.2 s}, {@code 3 min 20 s}. */
    public static String length(long nanos) {
        return Words.length(nanos);
    }
}
