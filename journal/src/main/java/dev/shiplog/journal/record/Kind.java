package dev.shiplog.journal.record;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a record is about. The {@linkplain #code() code} is written to disk and never changes its meaning; a new kind
 * takes the next free code.
 */
public enum Kind {
    /** One message of the engine's event stream. */
    EVENT(1),
    /** One sample of one container's resource use. */
    STATS(2),
    /** One log message of one container. */
    LOG(3),
    /** The engine's full description of one container. */
    INSPECT(4),
    /** Facts about the engine and its host: info, version. */
    HOST(5),
    /** The engine's own Prometheus page. */
    ENGINE_METRICS(6),
    /** Socket states and shared memory of one container. */
    SOCKETS(7),
    /** The recorder's own voice; the payload is a {@link Mark} as JSON. */
    MARK(8);

    private static final Kind[] BY_CODE = byCode();

    private final int code;
    private final String label;

    Kind(int code) {
        this.code = code;
        this.label = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The number that stands for this kind on disk, 1 to 127. */
    public int code() {
        return code;
    }

    /** The name that people type and read: lower case, words joined by a hyphen, as in {@code engine-metrics}. */
    public String label() {
        return label;
    }

    /** The kind with this code on disk, or null if this version knows none. */
    public static @Nullable Kind ofCode(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
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

    private static Kind[] byCode() {
        Kind[] table = new Kind[9];
        for (Kind kind : values()) {
            table[kind.code] = kind;
        }
        return table;
    }
}
