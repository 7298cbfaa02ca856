package dev.shiplog.journal;

import dev.shiplog.journal.segment.Roll;
import java.io.Closeable;
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
 * Writes payloads to Chronicle Queue files; the only class that calls Chronicle. What is known of its files is in {@link
 * dev.shiplog.journal.segment.ChronicleFiles}.
 *
 * <p>Chronicle meets nothing that it cannot handle: the caller has taken the lock, cleared the directory, reserved the
 * room and checked the size. If Chronicle fails all the same, it is never called again: after an error in a memory-mapped
 * file it may write anywhere. All calls belong to one thread.
 */
final class ChronicleWriter implements Closeable {
    /** Chronicle takes at most a quarter of this as one excerpt. Files grow by it, sparsely. */
    private static final int BLOCK = 1 << 20;
    /** How long Chronicle waits for locks and half-made files: with our own lock and a cleared directory there are none. */
    private static final int TIMEOUT_MILLIS = 2_000;

    static {
        System.setProperty("chronicle.analytics.disable", "true"); // phones home
        System.setProperty("chronicle.announcer.disable", "true"); // prints a banner
        System.setProperty("chronicle.disk.monitor.disable", "true"); // a thread; the appender checks the disk itself
        System.setProperty("disable.perf.info", "true");
        System.setProperty("background.releaser", "false"); // a thread
        System.setProperty("chronicle.table.store.timeoutMS", String.valueOf(TIMEOUT_MILLIS));
    }

    private final Path directory;
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private long clockMillis;
    private @Nullable Throwable failure;

    /**
     * @param clock of the first write, ns since the epoch
     * @param newest the start of the newest segment, ns since the epoch: older ones are not opened
     */
    ChronicleWriter(Path directory, Roll roll, long clock, long newest) throws JournalFailedException {
        this.directory = directory;
        setClock(clock);
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
            // Otherwise it opens older segments, damaged ones too, to see whether they have EOF markers.
            long newestCycle = Math.floorDiv(newest, roll.length().toNanos());
            queue.tableStorePut("listing.lowestCycle", newestCycle);
            queue.tableStorePut("normalisedEOFsTo", newestCycle);
            appender = queue.createAppender();
        } catch (RuntimeException | Error e) {
            throw new JournalFailedException(directory + ": Chronicle Queue does not open it: " + e, e);
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

    /** Sets the time that decides to which segment the next write goes, ns since the epoch; it must not go back. */
    void setClock(long nanos) {
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
    @Override
    public void close() throws JournalFailedException {
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
