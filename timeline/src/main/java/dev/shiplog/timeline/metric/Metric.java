package dev.shiplog.timeline.metric;

/**
 * One metric of a container, or of the host.
 *
 * @param name as docker-stats-exporter has it, where it has it
 * @param help one line
 * @param label what tells its series of one container apart: {@code interface}, {@code device}, several with a space
 *     between; empty if there is one series
 */
public record Metric(String name, Type type, Unit unit, String help, String label) {
    /** What its values do. A counter grows until the container is started again; a gauge goes up and down. */
    public enum Type {
        GAUGE,
        COUNTER
    }

    /** What its values are. */
    public enum Unit {
        NONE,
        BYTES,
        /** Held in ns, written in s. */
        SECONDS,
        PERCENT,
        BYTES_PER_SECOND
    }

    private static final String OF_COUNTERS = "_total";

    /** The name of its family in OpenMetrics, where the name of a counter's series has an end of its own. */
    public String family() {
        return name.endsWith(OF_COUNTERS) ? name.substring(0, name.length() - OF_COUNTERS.length()) : name;
    }
}
