package dev.shiplog.recorder.source;

/**
 * How the reading of TCP states and shared memory goes, for whoever asks.
 *
 * @param directory where the host's {@code /proc} is; empty if it is not to be read
 * @param read containers that the last round read
 * @param missing containers that run, and whose processes were not found
 * @param late containers that there was no time for
 * @param refused containers whose shared memory may not be read
 * @param problem why nothing can be read; empty if it can
 */
public record SocketsState(String directory, int read, int missing, int late, int refused, String problem) {
    /** Nothing is to be read. */
    public static final SocketsState OFF = at("");

    static SocketsState at(String directory) {
        return new SocketsState(directory, 0, 0, 0, 0, "");
    }

    SocketsState failed(String why) {
        return new SocketsState(directory, 0, 0, 0, 0, why);
    }
}
