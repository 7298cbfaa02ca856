package dev.shiplog.recorder.writer;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.retention.Forecast;
import dev.shiplog.journal.retention.Limits;
import dev.shiplog.journal.retention.StoredSegment;
import dev.shiplog.journal.segment.SegmentName;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Logs what a journal grows by in a day, and what its limits make of that: at the start or, in a new journal, after some
 * minutes; then once a day. Belongs to the writer's thread.
 */
final class Outlook {
    private static final System.Logger LOG = System.getLogger(Outlook.class.getName());
    private static final long DAY_NANOS = TimeUnit.DAYS.toNanos(1);

    private final Appender appender;
    private final Limits limits;
    private final Clock clock;

    /** Where the journal was at the first look, by the monotonic clock; null before it. */
    private @Nullable Beginning beginning;

    private Forecast growth = Forecast.UNKNOWN;
    private long nextLine = Long.MIN_VALUE;
    private long deletedBytes;

    private record Beginning(String segment, long usedBytes, long monotonic) {}

    Outlook(Appender appender, Limits limits, Clock clock) {
        this.appender = appender;
        this.limits = limits;
        this.clock = clock;
    }

    /** @param segments all but the one that is written to, oldest first */
    void look(List<StoredSegment> segments) throws IOException {
        long now = clock.now().monotonic();
        Beginning first = beginning;
        if (first == null) {
            first = new Beginning(appender.written(), appender.usedBytes(), now);
            beginning = first;
        }
        Forecast stored = Forecast.of(segments);
        growth = stored.isKnown() ? stored : sinceBeginning(first, now);
        if (now >= nextLine && growth.isKnown()) {
            long journal = appender.writtenBytes()
                    + segments.stream().mapToLong(StoredSegment::bytes).sum();
            String deleted = deletedBytes == 0
                    ? ""
                    : "; " + Forecast.size(deletedBytes) + " were deleted since this was said last";
            LOG.log(
                    Level.INFO,
                    "journal: {0}{1}",
                    growth.text(limits, journal + Math.max(0, appender.spareBytes())),
                    deleted);
            nextLine = now + DAY_NANOS;
            deletedBytes = 0;
        }
    }

    /** As the segment that is written to suggests, which begins anew at each roll; not known if one has begun since. */
    private Forecast sinceBeginning(Beginning first, long now) {
        SegmentName name = SegmentName.parse(appender.written());
        if (name == null || !first.segment.equals(name.text())) {
            return Forecast.UNKNOWN;
        }
        Forecast growth = Forecast.of(appender.usedBytes() - first.usedBytes, now - first.monotonic);
        long daily = first.usedBytes * (DAY_NANOS / name.roll().length().toNanos());
        return growth.isKnown() ? new Forecast(growth.dailyBytes() + daily) : growth;
    }

    /** What the journal grows by in a day, as far as the last look could tell. */
    Forecast growth() {
        return growth;
    }

    /** So much was deleted. */
    void deleted(long bytes) {
        deletedBytes += bytes;
    }
}
