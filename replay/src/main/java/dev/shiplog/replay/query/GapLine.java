package dev.shiplog.replay.query;

import dev.shiplog.timeline.Gap;

/** A gap as a line for people. */
public final class GapLine {
    private GapLine() {}

    /** The line. */
    public static String of(Gap gap) {
        return "gap: " + clause(gap);
    }

    /** The same without the first word. */
    public static String clause(Gap gap) {
        return (gap.type() == Gap.Type.UNKNOWN ? "" : what(gap) + when(gap)) + gap.reason();
    }

    private static String what(Gap gap) {
        String kind = gap.kind().isEmpty() ? "everything" : gap.kind();
        return (gap.count() == 0 ? kind : gap.count() + " " + gap.kind())
                + (gap.subject().isEmpty() ? "" : " of " + gap.subject());
    }

    private static String when(Gap gap) {
        String from = Times.format(gap.from());
        String stretch = gap.isOpen()
                ? " from " + from + " on"
                : gap.type() == Gap.Type.MESSAGE ? " at " + from : " from " + from + " to " + Times.format(gap.to());
        return stretch + (gap.type() == Gap.Type.POSSIBLE ? " may be missing: " : " not recorded: ");
    }
}
