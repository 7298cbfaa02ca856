package dev.shiplog.timeline.payload;

/**
 * Where the parts of a container's log message are in the payload of its record: a byte for the stream, the time as the
 * engine wrote it, a space, the line, and its line feed, if it has one. A payload without a time is a line from its second
 * byte on.
 *
 * @param stream the number of the stream, as in the engine's frames; -1 of an empty payload
 * @param from where the line begins
 * @param to where it ends, its line end left out: LF, or CR LF as terminals write it
 * @param end where the payload ends
 */
public record LogMessage(int stream, int from, int to, int end) {
    /** The longest time that an engine writes has nine decimals and a zone, as in {@code …00.123456789+01:00}. */
    private static final int LONGEST_TIME = 35;

    private static final String[] STREAMS = {"tty", "stdout", "stderr", "engine"};

    /** The parts of the first {@code length} bytes. */
    public static LogMessage of(byte[] payload, int length) {
        if (length == 0) {
            return new LogMessage(-1, 0, 0, 0);
        }
        return of(payload[0] & 0xff, payload, afterTime(payload, length), length);
    }

    /** The parts of a message of which the line, its line end included, goes from {@code from} to {@code length}. */
    public static LogMessage of(int stream, byte[] payload, int from, int length) {
        int to = length;
        if (to > from && payload[to - 1] == '\n') {
            to--;
            if (to > from && payload[to - 1] == '\r') {
                to--;
            }
        }
        return new LogMessage(stream, from, to, length);
    }

    private static int afterTime(byte[] payload, int length) {
        boolean begins = length > 20
                && payload[5] == '-'
                && payload[8] == '-'
                && payload[11] == 'T'
                && payload[14] == ':'
                && payload[17] == ':';
        if (begins) {
            for (int i = 20; i < Math.min(length, LONGEST_TIME + 2); i++) {
                if (payload[i] == ' ') {
                    return i + 1;
                }
            }
        }
        return 1;
    }

    /**
     * What people call the stream: {@code tty}, {@code stdout}, {@code stderr}, or {@code engine} for its own words; of another
     * its number, as in {@code stream-7}.
     */
    public String streamName() {
        return stream < 0 ? "none" : stream < STREAMS.length ? STREAMS[stream] : "stream-" + stream;
    }

    /** Whether the line goes on in the next message of its stream: the engine cuts long ones. */
    public boolean isPartial() {
        return to == end;
    }
}
