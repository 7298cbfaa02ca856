package dev.shiplog.timeline.metric;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.timeline.metric.Metric.Unit;
import dev.shiplog.timeline.payload.Container;
import java.util.Locale;

/** The parts of OpenMetrics text, version 1.0. */
public final class OpenMetrics {
    private static final long SECOND = 1_000_000_000L;
    /** Docker's length of an id that is made short. */
    private static final int SHORT_ID = 12;

    private OpenMetrics() {}

    /** Appends what is said of a metric before its first value: type, unit and help, a line each. */
    public static void putHead(Metric metric, Bytes out) {
        String family = metric.family();
        String unit = metric.unit().name().toLowerCase(Locale.ROOT);
        out.putAscii("# TYPE " + family + ' ' + metric.type().name().toLowerCase(Locale.ROOT) + '\n');
        if (family.endsWith('_' + unit)) { // else the format allows none
            out.putAscii("# UNIT " + family + ' ' + unit + '\n');
        }
        out.putAscii("# HELP " + family + ' ' + metric.help() + '\n');
    }

    /**
     * Appends the labels that every metric of a container has, without braces; what is not known is left out.
     *
     * @param host the name of the Docker host
     */
    public static void putLabels(Container container, String host, Bytes out) {
        String id = container.id();
        int start = out.length();
        putLabel("container_name", container.name(), out);
        putLabel("compose_service", container.labels().getOrDefault("com.docker.compose.service", ""), out);
        putLabel("compose_project", container.labels().getOrDefault("com.docker.compose.project", ""), out);
        putLabel("image", container.image(), out);
        putLabel("container_id", id.substring(0, Math.min(SHORT_ID, id.length())), out);
        putLabel("host", host, out);
        if (out.length() > start) {
            out.length(out.length() - 1);
        }
    }

    /** Appends a label with a comma after it; nothing if the value is empty, which means the same. */
    private static void putLabel(String name, String value, Bytes out) {
        if (!value.isEmpty()) {
            out.putAscii(name + "=\"");
            putEscaped(value, out);
            out.putAscii("\",");
        }
    }

    /** Appends what may stand between the quotes of a label. */
    public static void putEscaped(String value, Bytes out) {
        out.putUtf8(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
    }

    /** Appends a value: ns as seconds, everything else as it is. */
    public static void putValue(Unit unit, long value, Bytes out) {
        if (unit == Unit.SECONDS) {
            putSeconds(value, out);
        } else {
            out.putDecimal(value);
        }
    }

    /** Appends ns as seconds, all digits and no more. */
    public static void putSeconds(long nanos, Bytes out) {
        out.putDecimal(nanos / SECOND);
        long rest = nanos % SECOND;
        if (rest > 0) {
            out.put('.');
            for (long digit = SECOND / 10; rest > 0; digit /= 10) {
                out.put('0' + (int) (rest / digit));
                rest %= digit;
            }
        }
    }
}
