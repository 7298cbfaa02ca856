package dev.shiplog.recorder.logs;

/** What is recorded of the logs of containers. */
public enum LogMode {
    /** Nothing. */
    OFF,
    /** The last lines when a container ends, runs out of memory or turns unhealthy. */
    ENDS,
    /** All lines. */
    ALL
}
