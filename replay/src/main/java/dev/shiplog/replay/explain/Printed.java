package dev.shiplog.replay.explain;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.payload.LogMessage;

/**
 * A line that a container logged.
 *
 * @param time when the engine took it, ns since the epoch
 * @param stream as in {@code stderr}
 * @param text its beginning
 */
record Printed(long time, String stream, String text) {
    private static final int LONGEST = 300;

    static Printed of(RecordView record) {
        Bytes payload = record.payload();
        LogMessage message = LogMessage.of(payload.array(), payload.length());
        int length = Math.min(message.to() - message.from(), LONGEST);
        String text = new String(payload.array(), message.from(), length, UTF_8);
        return new Printed(
                record.time(), message.streamName(), length < message.to() - message.from() ? text + "…" : text);
    }
}
