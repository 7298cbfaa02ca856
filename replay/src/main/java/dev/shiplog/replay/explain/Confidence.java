package dev.shiplog.replay.explain;

import java.util.Locale;

/** How much a verdict is worth. */
public enum Confidence {
    /** The recorded facts allow no other cause. */
    CERTAIN,
    /** Other causes are possible, and explain less. */
    LIKELY,
    /** Several causes fit, or none is recorded. */
    UNKNOWN;

    /** The word in answers. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
