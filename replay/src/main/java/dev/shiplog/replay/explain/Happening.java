package dev.shiplog.replay.explain;

/**
 * An event of a container.
 *
 * @param time ns since the epoch
 * @param action the engine's word, such as {@code kill}
 * @param detail of a {@code kill} the number of the signal, of a {@code die} the exit code, of a {@code health_status} the
 *     status, of a {@code rename} the name before; empty if the event has none
 */
record Happening(long time, String action, String detail) {
    boolean is(String wanted) {
        return action.equals(wanted);
    }

    /** The detail as a number; -1 if it is none. */
    int number() {
        try {
            return Integer.parseInt(detail);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
