package dev.shiplog.journal.retention;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What a journal grows by, and how long its limits and the disk keep that.
 *
 * @param dailyBytes what it grows by in a day
 */
public record Forecast(long dailyBytes) {
    /** Nothing suggests anything yet. */
    public static final Forecast UNKNOWN = new Forecast(0);

    private static final long DAY_NANOS = Duration.ofDays(1).toNanos();
    /** What is shorter says little of a day. */
    private static final long SHORTEST_NANOS = Duration.ofMinutes(10).toNanos();

    /** Less than a byte a day is not known, or not worth a word. */
    public boolean isKnown() {
        return dailyBytes > 0;
    }

    /**
     * As the segments of the last day suggest; not known if there are too few.
     *
     * @param segments oldest first
     */
    public static Forecast of(List<StoredSegment> segments) {
        if (segments.isEmpty()) {
            return UNKNOWN;
        }
        long until = segments.get(segments.size() - 1).until();
        List<StoredSegment> recent = segments.stream()
                .filter(segment -> until - segment.from() <= DAY_NANOS)
                .toList();
        return recent.isEmpty()
                ? UNKNOWN
                : of(
                        recent.stream().mapToLong(StoredSegment::bytes).sum(),
                        until - recent.get(0).from());
    }

    /** As so many bytes in so long suggest. */
    public static Forecast of(long bytes, long nanos) {
        return new Forecast(nanos < SHORTEST_NANOS ? 0 : (long) ((double) bytes * DAY_NANOS / nanos));
    }

    /**
     * The forecast in one line.
     *
     * @param roomBytes what the journal takes now, and what it may still take on the disk
     */
    public String text(Limits limits, long roomBytes) {
        double daysOnDisk = (double) roomBytes / dailyBytes;
        double days =
                limits.keepFor().isZero() ? Double.MAX_VALUE : limits.keepFor().toSeconds() / 86_400.0;
        if (limits.keepBytes() > 0) {
            days = Math.min(days, (double) limits.keepBytes() / dailyBytes);
        }
        String rate = "it grows by some " + size(dailyBytes) + " a day; ";
        if (days <= daysOnDisk) {
            return rate + "its limits keep about " + days(days) + ", " + size((long) (days * dailyBytes));
        }
        String room = "the disk has room for about " + days(daysOnDisk);
        return rate
                + room
                + (limits.isNone()
                        ? ", and nothing is ever deleted: --keep-for and --keep-bytes set limits"
                        : ", then the oldest segments are deleted");
    }

    private static String days(double days) {
        long minutes = Math.max(1, Math.round(days * 24 * 60));
        if (minutes < 120) {
            return minutes == 1 ? "a minute" : minutes + " minutes";
        }
        return days < 2 ? Math.round(days * 24) + " hours" : Math.round(days) + " days";
    }

    /** As in 96 MB. */
    public static String size(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (amount >= 999.5 && unit < 4) {
            amount /= 1000;
            unit++;
        }
        String digits = String.format(Locale.ROOT, amount < 9.95 && unit > 0 ? "%.1f" : "%.0f", amount);
        return digits + List.of(" bytes", " kB", " MB", " GB", " TB").get(unit);
    }
}
