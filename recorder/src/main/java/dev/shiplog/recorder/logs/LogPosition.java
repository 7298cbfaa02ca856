package dev.shiplog.recorder.logs;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.shiplog.journal.bytes.CanonicalTime;
import dev.shiplog.journal.record.Mark;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;

/**
 * Up to where a log was read. The engine gives the messages of a log in one order, always the same, with times that hardly
 * ever go back (two streams are stamped before they meet), and that several messages may share (the parts of a long line
 * do). So the newest time, how many have it, and how many came after those are a place in that order. A pure value.
 *
 * @param newest time of a message, ns since the epoch
 * @param count how many messages with that time were read; 0 if all from that time on is new
 * @param after how many messages were read after these, with earlier times
 */
record LogPosition(long newest, long count, long after) {
    /** Returned for a message without a time. */
    static final long NO_TIME = CanonicalTime.NONE;

    /** All from that time on is new. */
    static LogPosition from(long time) {
        return new LogPosition(time, 0, 0);
    }

    /** All from the second of that time on is new: Podman cuts the times of messages to seconds. */
    static LogPosition fromSecondOf(long time) {
        return from(time - Math.floorMod(time, 1_000_000_000L));
    }

    static LogPosition of(Mark.LogPosition mark) {
        return new LogPosition(mark.newest(), mark.count(), mark.after());
    }

    Mark.LogPosition toMark(String id) {
        return new Mark.LogPosition(id, newest, count, after);
    }

    /** The position after one more message. */
    LogPosition next(long time) {
        if (time > newest) {
            return new LogPosition(time, 1, 0);
        }
        return time == newest ? new LogPosition(newest, count + 1, 0) : new LogPosition(newest, count, after + 1);
    }

    /** The time of a message, which follows the byte of its stream; ns since the epoch, or {@link #NO_TIME}. */
    static long time(byte[] message) {
        int end = 1 + CanonicalTime.MAX_LENGTH;
        if (message.length > end && message[end] == ' ') {
            long time = CanonicalTime.readNanos(message, 1);
            if (time != CanonicalTime.NONE) {
                return time;
            }
        }
        return otherTime(message);
    }

    /** Podman writes no zeros at the end of a second's decimals, and its own zone. */
    private static long otherTime(byte[] message) {
        int end = 1;
        while (end < message.length && end < 40 && message[end] != ' ') {
            end++;
        }
        try {
            String text = new String(message, 1, end - 1, US_ASCII);
            return ChronoUnit.NANOS.between(Instant.EPOCH, OffsetDateTime.parse(text));
        } catch (DateTimeException | ArithmeticException e) {
            return NO_TIME;
        }
    }
}
