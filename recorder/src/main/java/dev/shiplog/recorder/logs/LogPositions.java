package dev.shiplog.recorder.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.source.DestroyedContainers;
import dev.shiplog.recorder.writer.Checkpoint;
import dev.shiplog.recorder.writer.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Knows up to where the journal holds each log, and hands that on to the next segment and the next run. Thread safe.
 */
public final class LogPositions implements Checkpoint {
    private final Clock clock;
    private final DestroyedContainers destroyed;
    private final Map<String, LogPosition> written = new HashMap<>();
    /** From when on logs are recorded, ns since the epoch; 0 if they never were. */
    private long since;
    /** The time of the newest event in the journal. */
    private long newestEvent;

    public LogPositions(Clock clock, DestroyedContainers destroyed) {
        this.clock = clock;
        this.destroyed = destroyed;
    }

    @Override
    public synchronized void restore(Record record, @Nullable Mark mark) {
        if (record.kind() == Kind.EVENT) {
            newestEvent = Math.max(newestEvent, record.time());
        } else if (record.kind() == Kind.LOG) {
            read(record.subject(), record.time());
        } else if (mark instanceof Mark.LogPosition position) {
            if (position.subject().isEmpty()) {
                since = position.newest();
            } else {
                written.put(position.subject(), LogPosition.of(position));
            }
        } else if (mark instanceof Mark.Oversized message) {
            read(message);
        } else if (mark instanceof Mark.Start start
                && start.configuration().getOrDefault("logs", "off").equals("off")) {
            since = 0;
            written.clear();
        }
    }

    /** Ends restoring. Returns what is to be said of it, if logs were not recorded before. */
    public synchronized List<Mark> begin() {
        if (since != 0) {
            return List.of();
        }
        LogPosition beginning = LogPosition.fromSecondOf(clock.now().received());
        since = beginning.newest();
        return List.of(beginning.toMark(""));
    }

    @Override
    public void appended(Record record) {
        if (record.kind() == Kind.LOG) { // before the lock: the writer calls this for each sample
            synchronized (this) {
                read(record.subject(), record.time());
            }
        } else if (record.kind() == Kind.MARK
                && MarkType.of(record.payload(), record.payload().length) == MarkType.OVERSIZED) {
            oversized(record.payload());
        }
    }

    private synchronized void oversized(byte[] payload) {
        try {
            if (Mark.fromJson(payload) instanceof Mark.Oversized message) {
                read(message);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e); // this process wrote it
        }
    }

    @Override
    public synchronized List<Record> snapshot() {
        List<Record> marks = new ArrayList<>();
        marks.add(clock.mark(LogPosition.from(since).toMark("")));
        written.forEach((id, position) -> {
            if (!destroyed.contains(id)) {
                marks.add(clock.mark(id, position.toMark(id)));
            }
        });
        return marks;
    }

    /** Up to where the journal holds the log of a container. */
    synchronized LogPosition of(String id) {
        LogPosition position = written.get(id);
        return position == null ? LogPosition.from(since) : position;
    }

    /** The same of a container that was made at that time, ns since the epoch; null if that is not known. */
    LogPosition of(String id, @Nullable Long made) {
        return made != null && isNew(id, made) ? LogPosition.fromSecondOf(made) : of(id);
    }

    /** Whether it was made after the recording of logs began, and nothing of its log was read: all its lines are to come. */
    boolean isNew(String id, @Nullable Long made) {
        LogPosition position = of(id);
        return made != null && position.count() == 0 && made >= position.newest();
    }

    /**
     * Whether an event of that time, ns since the epoch, is news: no earlier run recorded it, and it is not older than the
     * recording of logs. The engine repeats past events at each connect.
     */
    synchronized boolean isNews(long time) {
        return time > Math.max(newestEvent, since);
    }

    synchronized void forget(String id) {
        written.remove(id);
    }

    /** A message that is too long to be recorded was read all the same. */
    private void read(Mark.Oversized message) {
        byte[] head = message.head().getBytes(UTF_8);
        if (message.kind().equals(Kind.LOG.label()) && LogPosition.time(head) != LogPosition.NO_TIME) {
            read(message.subject(), LogPosition.time(head));
        }
    }

    private void read(String id, long time) {
        if (!destroyed.contains(id)) {
            written.put(id, of(id).next(time));
        }
    }
}
