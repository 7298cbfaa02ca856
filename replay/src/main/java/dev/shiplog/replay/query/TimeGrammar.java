package dev.shiplog.replay.query;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the points in time that people type:
 *
 * <pre>
 * 2026-11-21T10:00:00Z   2026-11-21T10:00:00.5+02:00   RFC 3339; also with a space for the T
 * 2026-11-21   2026-11-21T10:00   10:00   10:00:30     in the grammar's time zone; a time alone is today's
 * 90s   15m   3h   2d   1w   1h30m                     so long ago
 * now   today   yesterday                              the days from their first moment
 * 1795251036   1795251036.929108427                    seconds since the epoch
 * </pre>
 */
public final class TimeGrammar {
    /** The forms in one clause, for messages and help. */
    public static final String FORMS =
            "2026-11-21T10:00:00Z, 2026-11-21, 2026-11-21T10:00, 10:00, 15m, 3h, 2d, now, today, yesterday,"
                    + " or seconds since the epoch";

    private static final Pattern EPOCH = Pattern.compile("-?\\d{1,10}(\\.\\d{1,9})?");
    private static final Pattern AGO = Pattern.compile("(\\d{1,9}[smhdw])+");
    private static final Pattern AGO_PART = Pattern.compile("(\\d+)([smhdw])");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
    private static final Pattern TIME = Pattern.compile("\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?");
    private static final Pattern ZONED = Pattern.compile(".*[T ].*(Z|[+-]\\d\\d:?\\d\\d)");

    private final InstantSource clock;
    private final ZoneId zone;

    /** @param zone for times that name none */
    public TimeGrammar(InstantSource clock, ZoneId zone) {
        this.clock = clock;
        this.zone = zone;
    }

    /**
     * The point in time that {@code text} stands for, in ns since the epoch.
     *
     * @throws IllegalArgumentException if it is none, saying which forms there are
     */
    public long parse(String text) {
        try {
            Instant instant = instant(text.strip());
            return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is not a time; write " + FORMS, e);
        }
    }

    private Instant instant(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        switch (lower) {
            case "now" -> {
                return clock.instant();
            }
            case "today" -> {
                return start(today());
            }
            case "yesterday" -> {
                return start(today().minusDays(1));
            }
            default -> {}
        }
        if (EPOCH.matcher(text).matches()) {
            BigDecimal nanos = new BigDecimal(text).movePointRight(9);
            return Instant.EPOCH.plusNanos(nanos.longValueExact());
        }
        if (AGO.matcher(lower).matches()) {
            return clock.instant().minus(duration(lower));
        }
        if (DATE.matcher(text).matches()) {
            return start(LocalDate.parse(text));
        }
        if (TIME.matcher(text).matches()) {
            return LocalTime.parse(text).atDate(today()).atZone(zone).toInstant();
        }
        String iso = text.replace(' ', 'T');
        return ZONED.matcher(text).matches()
                ? OffsetDateTime.parse(iso).toInstant()
                : LocalDateTime.parse(iso).atZone(zone).toInstant();
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), zone);
    }

    private Instant start(LocalDate day) {
        return day.atStartOfDay(zone).toInstant();
    }

    private static Duration duration(String text) {
        Duration sum = Duration.ZERO;
        Matcher part = AGO_PART.matcher(text);
        while (part.find()) {
            long count = Long.parseLong(part.group(1));
            sum = sum.plus(
                    switch (part.group(2)) {
                        case "s" -> Duration.ofSeconds(count);
                        case "m" -> Duration.ofMinutes(count);
                        case "h" -> Duration.ofHours(count);
                        case "d" -> Duration.ofDays(count);
                        default -> Duration.ofDays(7 * count);
                    });
        }
        return sum;
    }
}
