package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.codec.RecordSplitter;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.payload.LogMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Joins records of logs that belong together, by container and stream: the parts of a line that the engine cut and, as a
 * {@link Continuation} says, lines that go on from the one before. A joined record is the first one with the lines of the
 * others behind its own; records are handed out in the order of their first parts. A line waits for its next part no longer
 * than {@link #PATIENCE_NANOS}, both by the engine's time and by that of receipt, and all that wait hold at most
 * {@link #MOST_BYTES}. Not thread safe.
 */
public final class LogJoin {
    /** Parts and lines that belong together come within moments; whoever follows a log sees its last line after so long. */
    static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Written as JSON, a line is several times in memory, which a small machine must have. */
    static final int MOST_BYTES = 16 << 20;

    /** Which lines go on from the one before of their stream. */
    @FunctionalInterface
    public interface Continuation {
        /** None: only parts of a line that the engine cut are joined. */
        Continuation NEVER = line -> false;

        /** Those that begin with white space, as the frames of a stack trace do. */
        Continuation INDENTED = line -> line.length > 0 && (line[0] == ' ' || line[0] == '\t');

        /** @param line without its line end; of one that the engine cut, the first part */
        boolean isContinued(byte[] line);
    }

    /** Takes what is complete. */
    @FunctionalInterface
    public interface Taker {
        /** @param record valid during this call */
        void take(RecordView record, Origin.Place place);
    }

    private record Stream(String container, int number) {}

    private final Continuation continuation;
    private final RecordSplitter splitter = new RecordSplitter();
    private final int mostBytes;
    /** Whatever was not handed out yet, in the order in which it began. */
    private final Deque<Held> queue = new ArrayDeque<>();
    /** Of these, the one of each stream that may go on. */
    private final Map<Stream, Held> open = new HashMap<>();

    private long bytes;

    public LogJoin(Continuation continuation) {
        this(continuation, MOST_BYTES);
    }

    LogJoin(Continuation continuation, int mostBytes) {
        this.continuation = continuation;
        this.mostBytes = mostBytes;
    }

    /** A record that may go on, or waits for one before it that may. */
    private static final class Held {
        final Record first;
        final boolean restated;
        final Origin.Place place;
        final Stream stream;
        final Bytes payload;
        long time;
        long received;
        boolean isCut;
        boolean isComplete;

        Held(RecordView record, Origin.Place place, Stream stream) {
            first = record.toRecord();
            restated = record.restated();
            this.place = place;
            this.stream = stream;
            payload = new Bytes(first.payload().length + 16);
            payload.put(first.payload());
        }

        boolean isLate(long nowTime, long nowReceived) {
            return Times.between(time, nowTime) > PATIENCE_NANOS
                    || Times.between(received, nowReceived) > PATIENCE_NANOS;
        }
    }

    /** Takes the next record of kind log, which comes from {@code place}. */
    public void take(RecordView record, Origin.Place place, Taker taker) {
        expire(record.received(), taker);
        LogLine line = LogLine.of(record);
        LogMessage message = line.message();
        Stream stream = new Stream(record.subject(), message.stream());
        Held held = open.get(stream);
        if (held != null && !continues(held, record, line, place)) {
            complete(held);
            held = null;
        }
        boolean ends = !message.isPartial() && isLastOfItsKind();
        if (held != null) {
            add(held, record, line);
            if (ends) {
                complete(held);
            }
        } else if (ends && queue.isEmpty()) {
            taker.take(record, place);
        } else {
            hold(new Held(record, place, stream), record, message, ends);
        }
        handOut(taker);
    }

    /** Whether a line that ends can have no more: nothing but parts is joined. */
    private boolean isLastOfItsKind() {
        return continuation == Continuation.NEVER;
    }

    private boolean continues(Held held, RecordView record, LogLine line, Origin.Place place) {
        LogMessage message = line.message();
        return !held.isLate(record.time(), record.received())
                && held.place.equals(place)
                && bytes + message.end() - message.from() <= mostBytes
                && (held.isCut || continuation.isContinued(line.copy()));
    }

    private void hold(Held held, RecordView record, LogMessage message, boolean isComplete) {
        held.time = record.time();
        held.received = record.received();
        held.isCut = message.isPartial();
        held.isComplete = isComplete;
        bytes += held.payload.length();
        queue.add(held);
        if (!isComplete) {
            open.put(held.stream, held);
        }
    }

    private void add(Held held, RecordView record, LogLine line) {
        int before = held.payload.length();
        line.putRaw(held.payload);
        bytes += held.payload.length() - before;
        held.time = record.time();
        held.received = record.received();
        held.isCut = line.message().isPartial();
    }

    private void complete(Held held) {
        held.isComplete = true;
        open.remove(held.stream, held);
    }

    /** Completes what waited too long, now that it is {@code now} by the recorder's clock. */
    private void expire(long now, Taker taker) {
        for (Held held = queue.peek(); held != null && held.isLate(held.time, now); held = queue.peek()) {
            complete(held);
            handOut(taker);
        }
    }

    /** Hands out what is complete, up to the first that is not; more, if all that waits is too much. */
    private void handOut(Taker taker) {
        for (Held held = queue.peek(); held != null && (held.isComplete || bytes > mostBytes); held = queue.peek()) {
            complete(held);
            queue.remove();
            bytes -= held.payload.length();
            Record joined = held.first.withPayload(held.payload.toArray());
            taker.take(splitter.split(joined, joined.kind().code(), held.restated), held.place);
        }
    }

    /** Hands out what waited too long at {@code now}, ns since the epoch by the recorder's clock. */
    void idle(long now, Taker taker) {
        expire(now, taker);
    }

    /** Hands out all that waits: nothing more comes. */
    void end(Taker taker) {
        queue.forEach(held -> held.isComplete = true);
        open.clear();
        handOut(taker);
    }
}
