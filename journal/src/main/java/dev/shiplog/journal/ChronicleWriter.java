package dev.shiplog.journal;

import dev.shiplog.journal.segment.Roll;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.LegacyRollCycles;
import net.openhft.chronicle.wire.DocumentContext;
import net.openhft.chronicle.wire.Wire;
import org.jspecify.annotations.Nullable;

/**
 * Writes payloads to Chronicle Queue files; the only class that knows Chronicle. It gives Chronicle no chance to meet
 * what it cannot bear: the caller has taken the lock, cleared the directory, reserved the room and checked the size. If
 * Chronicle fails all the same, it is never called again: after an error in a memory-mapped file it may write anywhere.
 * All calls belong to one thread.
 */
final class ChronicleWriter {
    /** Chronicle takes at most a quarter of this as one excerpt. Files grow by it, sparsely. */
    private static final int BLOCK = 1 << 20;
    /** Chronicle waits this long for locks and half-made files; with our own lock and a cleared directory, for none. */
    private static final int TIMEOUT_MILLIS = 2_000;

    static {
        quiet("chronicle.analytics.disable", "true"); // phones home
        quiet("chronicle.announcer.disable", "true"); // prints a banner
        quiet("chronicle.disk.monitor.disable", "true"); // a thread; the appender looks itself
        quiet("disable.perf.info", "true");
        quiet("background.releaser", "false"); // a thread
        quiet("chronicle.table.store.timeoutMS", "2000");
    }

    private final Path directory;
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private long clockMillis;
    private @Nullable Throwable failure;

    /**
     * @param clock of the first write, ns since the epoch
     * @param newest the start of the newest segment there is, or 0: older ones are not opened
     */
    ChronicleWriter(Path directory, Roll roll, long clock, long newest) throws JournalFailedException {
        this.directory = directory;
        clock(clock);
        RollCycle cycle = rollCycle(roll);
        TimeProvider time = () -> clockMillis;
        try {
            queue = SingleChronicleQueueBuilder.binary(directory)
                    .rollCycle(cycle)
                    .blockSize(BLOCK)
                    .timeoutMS(TIMEOUT_MILLIS)
                    .timeProvider(time)
                    .syncMode(SyncMode.NONE)
                    .forceDirectoryListingRefreshIntervalMs(Integer.MAX_VALUE)
                    .build();
            // Otherwise it opens older segments to see whether they have end marks, damaged ones too.
            long newestCycle = Math.floorDiv(newest, roll.length().toNanos());
            queue.tableStorePut("listing.lowestCycle", newestCycle);
            queue.tableStorePut("normalisedEOFsTo", newestCycle);
            appender = queue.createAppender();
        } catch (RuntimeException | Error e) {
            throw new JournalFailedException(directory + ": Chronicle Queue does not open it: " + e, e);
        }
    }

    private static void quiet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static RollCycle rollCycle(Roll roll) {
        return switch (roll) {
            case MINUTELY -> LegacyRollCycles.MINUTELY;
            case TEN_MINUTELY -> RollCycles.TEN_MINUTELY;
            case HOURLY -> RollCycles.FAST_HOURLY;
            case DAILY -> RollCycles.FAST_DAILY;
        };
    }

    /** The time that says to which segment the next write goes; it must not go back. */
    void clock(long nanos) {
        clockMillis = Math.floorDiv(nanos, 1_000_000L);
    }

    /** Writes one payload; after a failure, never again. */
    void write(byte[] array, int from, int length) throws JournalFailedException {
        check();
        try (DocumentContext document = appender.writingDocument()) {
            try {
                Wire wire = document.wire();
                if (wire == null) {
                    throw new IllegalStateException("no wire");
                }
                wire.bytes().write(array, from, length);
            } catch (RuntimeException | Error e) {
                document.rollbackOnClose();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            failure = e;
            throw failed(e);
        }
    }

    /** Where the next excerpt begins in the file, unless a new segment begins. */
    long position() throws JournalFailedException {
        check();
        try {
            Wire wire = appender.wire();
            return wire == null ? 0 : wire.bytes().writePosition();
        } catch (RuntimeException | Error e) {
            failure = e;
            throw failed(e);
        }
    }

    private void check() throws JournalFailedException {
        Throwable before = failure;
        if (before != null) {
            throw failed(before);
        }
    }

    private JournalFailedException failed(Throwable cause) {
        return new JournalFailedException(
                directory + ": writing failed, and this process must not go on with it: " + cause, cause);
    }

    /** Idempotent; does nothing after a failure. */
    void close() throws JournalFailedException {
        if (failure != null || queue.isClosed()) {
            return;
        }
        try {
            appender.close();
            queue.close();
        } catch (RuntimeException | Error e) {
            failure = e;
            throw failed(e);
        }
    }
}
