package dev.shiplog.replay.export;

import dev.shiplog.replay.query.Origin;
import dev.shiplog.timeline.ContainerIndex;

/** The formats that records can be written in, under the names that users type. */
public enum OutputFormat {
    /** One level of fields. */
    flat,
    /** The engine's bytes. */
    raw,
    /** The engine's JSON with sequence, kind, subject and times around it. */
    envelope,
    /** One level of fields, after a line that says where they go in an index: see {@link BulkFormat}. */
    bulk,
    /** Some of these fields as a table: see {@link CsvFormat}. */
    csv,
    /** The metrics of containers: see {@link OpenMetricsFormat}. */
    openmetrics;

    /** Whether its lines have fields. */
    public boolean hasFields() {
        return this == flat || this == bulk || this == csv;
    }

    /** Whether its lines name containers, so that the index of them is needed. */
    public boolean namesContainers() {
        return hasFields() || this == openmetrics;
    }

    /**
     * A new writer of lines; if they have fields, of what has these.
     *
     * @param containers kept up to date by the caller, if the format {@linkplain #namesContainers() names containers}
     * @param origin kept up to date by the caller
     * @param form if the format {@linkplain #hasFields() has fields}
     */
    public LineFormat lines(ContainerIndex containers, Origin origin, Form form) {
        return switch (this) {
            case flat, bulk, csv -> new FlatFormat(containers, origin, form);
            case raw -> LineFormat.raw();
            case envelope -> new EnvelopeFormat(origin);
            case openmetrics -> new OpenMetricsFormat(containers, origin);
        };
    }
}
