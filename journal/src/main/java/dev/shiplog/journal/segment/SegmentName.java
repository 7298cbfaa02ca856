package dev.shiplog.journal.segment;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a segment's file: the only place where such names are made and read.
 *
 * <pre>
 * 20261121-1130.cq4     one minute from 11:30 UTC
 * 20261121-1130X.cq4    ten minutes
 * 20261121-11F.cq4      one hour
 * 20261121F.cq4         one day
 * 20261121-11F.cq4.1    quarantined by the writer, content untouched; it went on in a new 20261121-11F.cq4
 * </pre>
 *
 * <p>Names sort in the order in which the segments were written: by start, then by the number of the quarantined ones,
 * then the one without a number.
 *
 * @param text the file name
 * @param roll what the form of the name says
 * @param start of the period that the segment covers, ns since the epoch
 * @param quarantine number of a quarantined segment, from 1; 0 for the one that is not
 */
public record SegmentName(String text, Roll roll, long start, int quarantine) implements Comparable<SegmentName> {
    private static final Pattern FORM =
            Pattern.compile("(\\d{4})(\\d{2})(\\d{2})(?:-(\\d{2})(\\d{2})?)?([FX]?)\\.cq4(?:\\.([1-9]\\d{0,8}))?");
    private static final Comparator<SegmentName> ORDER = Comparator.comparingLong(SegmentName::start)
            .thenComparingInt(name -> name.isQuarantined() ? name.quarantine : Integer.MAX_VALUE)
            .thenComparing(SegmentName::text);
    private static final long NANOS = 1_000_000_000L;

    /** The segment of a record received at {@code nanos} since the epoch. */
    public static SegmentName at(Roll roll, long nanos) {
        long start =
                Math.floorDiv(nanos, roll.length().toNanos()) * roll.length().toNanos();
        String text = formatter(roll).format(Instant.ofEpochSecond(0, start));
        return new SegmentName(text + ChronicleFiles.SUFFIX, roll, start, 0);
    }

    /** Reads a file name; null if it is not that of a segment. */
    public static @Nullable SegmentName parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            return null;
        }
        Roll roll = rollOf(m.group(4) != null, m.group(5) != null, m.group(6));
        if (roll == null) {
            return null;
        }
        try {
            LocalDateTime start = LocalDateTime.of(
                    number(m.group(1)),
                    number(m.group(2)),
                    number(m.group(3)),
                    number(m.group(4)),
                    number(m.group(5)),
                    0);
            return new SegmentName(text, roll, start.toEpochSecond(ZoneOffset.UTC) * NANOS, number(m.group(7)));
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Whether the writer has renamed it, so that Chronicle no longer sees it. Readers read it. */
    public boolean isQuarantined() {
        return quarantine > 0;
    }

    /** The name of the same segment once it is quarantined as number {@code n}. */
    public SegmentName quarantined(int n) {
        return new SegmentName(text + "." + n, roll, start, n);
    }

    @Override
    public int compareTo(SegmentName other) {
        return ORDER.compare(this, other);
    }

    private static @Nullable Roll rollOf(boolean hour, boolean minute, String letter) {
        if (minute) {
            return letter.isEmpty() ? Roll.MINUTELY : letter.equals("X") ? Roll.TEN_MINUTELY : null;
        }
        return !letter.equals("F") ? null : hour ? Roll.HOURLY : Roll.DAILY;
    }

    private static DateTimeFormatter formatter(Roll roll) {
        String pattern = switch (roll) {
            case MINUTELY -> "yyyyMMdd-HHmm";
            case TEN_MINUTELY -> "yyyyMMdd-HHmm'X'";
            case HOURLY -> "yyyyMMdd-HH'F'";
            case DAILY -> "yyyyMMdd'F'";
        };
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    private static int number(@Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }
}
