package dev.shiplog.recorder.control;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.retention.Limits;
import dev.shiplog.recorder.source.EngineState;
import dev.shiplog.recorder.source.SocketsState;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.recorder.writer.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a recorder goes, at one moment.
 *
 * @param version of the program
 * @param directory where the journal is
 * @param now when this was asked
 * @param engine whether it can be reached
 * @param tally what this run recorded
 * @param waiting what waits for the writer
 * @param dropped how many records this run dropped, by kind and reason
 * @param containers that run and are followed; {@link #NO_CONTAINERS} if none are to be
 * @param disk its room
 * @param metrics where they are served
 * @param sockets how it goes with them
 */
public record Status(
        String version,
        long pid,
        String directory,
        Clock.Reading now,
        EngineState engine,
        Tally tally,
        RecordQueue.Waiting waiting,
        Map<Kind, Map<String, Long>> dropped,
        int containers,
        Disk disk,
        Metrics metrics,
        SocketsState sockets) {
    /** Of a recorder that knows nothing of containers. */
    public static final int NO_CONTAINERS = -1;

    private static final int RECORDS = 0;
    private static final int SOMETHING_IS_WRONG = 3;
    private static final long LATE_NANOS = Duration.ofSeconds(5).toNanos();

    /**
     * The journal's disk.
     *
     * @param freeBytes as of now; -1 if the file system does not say
     * @param minFree bytes that are left free
     * @param limits how much of the journal is kept
     */
    public record Disk(long freeBytes, long minFree, Limits limits) {
        /** For so many days the journal can grow by {@code daily} bytes if nothing is deleted; -1 if that is not known. */
        public double daysLeft(long daily) {
            return freeBytes < 0 || daily <= 0 ? -1 : Math.max(0, freeBytes - minFree) / (double) daily;
        }
    }

    /**
     * Where metrics are served.
     *
     * @param address empty if they are not
     * @param problem why nobody can get them there; empty if all can
     */
    public record Metrics(String address, String problem) {
        /** They are not to be served. */
        public static final Metrics NONE = new Metrics("", "");
    }

    /** 0 if all is well, 3 if something is wrong now. */
    int code() {
        return problems().isEmpty() ? RECORDS : SOMETHING_IS_WRONG;
    }

    /** What is wrong now, in a line each. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (!engine.up()) {
            problems.add("the engine does not answer: " + engine.reason());
        }
        if (tally.diskFull()) {
            problems.add("the disk is full: samples are dropped, everything else waits in memory");
        }
        long behind = Math.max(waitedNanos(), now.monotonic() - tally.turnedAt());
        if (behind > LATE_NANOS) {
            problems.add("the writer is " + behind / 1_000_000_000L + " s behind, " + waiting.records()
                    + " records wait: is the disk slow?");
        }
        return problems;
    }

    /** How long the oldest record has waited for the writer. */
    public long waitedNanos() {
        return waiting.oldest() == 0 ? 0 : Math.max(0, now.monotonic() - waiting.oldest());
    }

    /** How old the oldest record is that is written, but not forced to disk. */
    public long unforcedNanos() {
        long since = tally.unforcedSince();
        return since == 0 ? 0 : Math.max(0, now.monotonic() - since);
    }
}
