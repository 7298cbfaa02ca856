package dev.shiplog.replay.explain;

import java.util.Locale;

/** Why a life ended. */
public enum Cause {
    /** The main process ended by itself with 0. */
    COMPLETED,
    /** It ended by itself with another code. */
    FAILED,
    /** The engine could not start it. */
    NOT_STARTED,
    /** It died of a signal of its own doing. */
    CRASHED,
    /** The kernel killed the main process, because there was no memory left below the limit. */
    OUT_OF_MEMORY,
    /** The kernel killed a child for that reason, and the main process ended then or later. */
    CHILD_OUT_OF_MEMORY,
    /** A client had it stopped. */
    STOPPED,
    /** A client sent it a signal. */
    KILLED,
    /** A client had it restarted. */
    RESTARTED,
    /** A client removed it while it ran. */
    REMOVED,
    /** It died of a signal that no client sent through the engine. */
    SIGNALLED,
    /** The engine stopped it while it was shut down in order. */
    ENGINE_STOPPED,
    /** The engine died, and ended it when it came back. */
    ENGINE_KILLED,
    /** The host went down. */
    HOST_DOWN,
    /** The records do not say. */
    UNKNOWN;

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The word in answers, such as {@code out-of-memory}. */
    public String label() {
        return label;
    }

    /** Whether neither a client nor the engine nor the host brought it about: others may have ended because of it. */
    boolean isOwn() {
        return switch (this) {
            case COMPLETED, FAILED, NOT_STARTED, CRASHED, OUT_OF_MEMORY, CHILD_OUT_OF_MEMORY, SIGNALLED -> true;
            case STOPPED, KILLED, RESTARTED, REMOVED, ENGINE_STOPPED, ENGINE_KILLED, HOST_DOWN, UNKNOWN -> false;
        };
    }
}
