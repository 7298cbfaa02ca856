package dev.shiplog.journal.record;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link Mark} says: the list of all marks. The {@linkplain #label() label} is written to disk and never changes
 * its meaning. Whoever acts on marks switches over their types with no {@code default}, so that a new row here does not
 * compile until each of them handles it.
 */
public enum MarkType {
    START("start", Mark.Start.class),
    CLEAN_STOP("clean-stop", Mark.CleanStop.class),
    UNCLEAN_STOP("unclean-stop", Mark.UncleanStop.class),
    SEGMENT_START("segment-start", Mark.SegmentStart.class),
    ENGINE_UP("engine-up", Mark.EngineUp.class),
    ENGINE_DOWN("engine-down", Mark.EngineDown.class),
    GAP("gap", Mark.Gap.class),
    UNSETTLED("unsettled", Mark.Unsettled.class),
    SETTLED("settled", Mark.Settled.class),
    OVERSIZED("oversized", Mark.Oversized.class),
    SYNTHETIC("synthetic", Mark.Synthetic.class),
    DROPPED("dropped", Mark.Dropped.class),
    CLOCK_STEP("clock-step", Mark.ClockStep.class),
    DAMAGE("damage", Mark.Damage.class),
    REDACTION("redaction", Mark.Redaction.class),
    RETENTION("retention", Mark.Retention.class),
    NOTE("note", Mark.Note.class),
    LOG_POSITION("log-position", Mark.LogPosition.class),
    EVENT_COUNT("event-count", Mark.EventCount.class),
    BURST("burst", Mark.Burst.class),
    EXECS("execs", Mark.Execs.class),
    COUNTS("counts", Mark.Counts.class);

    private final String label;
    private final Class<? extends Mark> content;
    private final String start;

    MarkType(String label, Class<? extends Mark> content) {
        this.label = label;
        this.content = content;
        this.start = "{\"mark\":\"" + label + '"';
    }

    /** The name in the journal: the member {@code mark}. */
    public String label() {
        return label;
    }

    /** The record that holds the mark's other members. */
    Class<? extends Mark> content() {
        return content;
    }

    /**
     * The type of the mark whose JSON is the first {@code length} bytes of {@code payload}, or null if this version does
     * not know it. Reads no more than the name, which comes first.
     */
    public static @Nullable MarkType of(byte[] payload, int length) {
        for (MarkType type : values()) {
            if (type.begins(payload, length)) {
                return type;
            }
        }
        return null;
    }

    private boolean begins(byte[] payload, int length) {
        for (int i = 0; i < start.length(); i++) {
            if (i == length || payload[i] != start.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    static MarkType of(Class<? extends Mark> content) {
        for (MarkType type : values()) {
            if (type.content == content) {
                return type;
            }
        }
        throw new IllegalArgumentException(content + " is not in the list of marks");
    }
}
