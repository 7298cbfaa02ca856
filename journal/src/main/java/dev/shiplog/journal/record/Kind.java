package dev.shiplog.journal.record;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a record is about, and how records of that kind are treated. The {@linkplain #code() code} is written to disk and
 * never changes its meaning; a new kind takes the next free code.
 */
public enum Kind {
    /** One message of the engine's event stream. */
    EVENT(1, Shedding.LAST),
    /** One sample of one container's resource use. */
    STATS(2, Shedding.FIRST),
    /** One log message of one container. */
    LOG(3, Shedding.SECOND, Texts.OWN),
    /** The engine's full description of one container. */
    INSPECT(4, Shedding.SECOND),
    /** Facts about the engine and its host: info, version. */
    HOST(5, Shedding.LAST),
    /** The engine's own Prometheus page. */
    ENGINE_METRICS(6, Shedding.FIRST),
    /** Socket states and shared memory of one container. */
    SOCKETS(7, Shedding.FIRST),
    /** What the recorder says about itself; the payload is a {@link Mark} as JSON. */
    MARK(8, Shedding.LAST),
    /** The engine's full description of one image. */
    IMAGE(9, Shedding.SECOND),
    /** What takes the engine's disk: its own account of it, or the size of one container's log file. */
    DISK(10, Shedding.SECOND);

    /** When records are dropped that the writer cannot write as fast as they arrive, or at all on a full disk. */
    public enum Shedding {
        /** First: the next sample makes up for the one that was dropped. */
        FIRST,
        /** Next: large or many, so they may take only a part of the memory that others need. */
        SECOND,
        /** Last: nothing makes up for them. */
        LAST
    }

    /** What happens to short texts among the values of a payload. */
    public enum Texts {
        /** They enter the dictionary of their group, and are written as a number when they come again. */
        SHARED,
        /** They stay out of it: they seldom come again, and would fill it before other kinds get in. */
        OWN
    }

    /** The highest code that a kind may ever have. */
    public static final int MAX_CODE = 127;

    private static final @Nullable Kind[] BY_CODE = byCode();

    private final int code;
    private final Shedding shedding;
    private final Texts texts;
    private final String label;

    Kind(int code, Shedding shedding) {
        this(code, shedding, Texts.SHARED);
    }

    Kind(int code, Shedding shedding, Texts texts) {
        this.code = code;
        this.shedding = shedding;
        this.texts = texts;
        this.label = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The number of this kind on disk, 1 to 127. */
    public int code() {
        return code;
    }

    /** When its records are dropped, should some have to be. */
    public Shedding shedding() {
        return shedding;
    }

    /** How the texts of its payloads are written. */
    public Texts texts() {
        return texts;
    }

    /** The name that people type and read: lower case, words joined by a hyphen, as in {@code engine-metrics}. */
    public String label() {
        return label;
    }

    /** The kind with this code on disk, or null if this version knows none. */
    public static @Nullable Kind ofCode(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /** The label of the kind with this code on disk; {@code kind-42} if this version knows none. */
    public static String label(int code) {
        Kind kind = ofCode(code);
        return kind == null ? "kind-" + code : kind.label;
    }

    /** The kind with this label, or null if there is none. */
    public static @Nullable Kind ofLabel(String label) {
        for (Kind kind : values()) {
            if (kind.label.equals(label)) {
                return kind;
            }
        }
        return null;
    }

    private static @Nullable Kind[] byCode() {
        int highest = Arrays.stream(values()).mapToInt(Kind::code).max().orElse(0);
        @Nullable Kind[] table = new @Nullable Kind[highest + 1];
        for (Kind kind : values()) {
            table[kind.code] = kind;
        }
        return table;
    }
}
