package dev.shiplog.replay.query;

import dev.shiplog.timeline.Amounts;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the points in time that people type:
 *
 * <pre>
 * 2026-11-21T10:00:00Z   2026-11-21T10:00:00.5+02:00   RFC 3339; also with a space for the T
 * 2026-11-21   2026-11-21T10:00   10:00   9:05:30      in the grammar's time zone; a time alone is today's
 * 10:00Z   9:05:30+02:00                               of today in that zone
 * now   today   yesterday   yesterday 03:12            the days from their first moment, or at this time
 * 90s   15m   3h   2d   1w   1h30m   -15m              so long ago
 * 15 minutes ago   2 hours   -15 m   1 hour 30 min ago  the same; an, a and one are 1
 * 1795251036   1795251036.929108427                    seconds since the epoch
 * 1795251036929                                        ms since the epoch: 13 digits
 * </pre>
 */
public final class TimeGrammar {
    /** The forms in one clause, for messages and help. */
    public static final String FORMS =
            "2026-11-21T10:00:00Z, 2026-11-21, 2026-11-21T10:00, 9:05, 9:05Z, 15m, 3h, 2d, -15m, 15 minutes ago, now, today,"
                    + " yesterday, yesterday 03:12, or seconds or ms since the epoch";

    private static final Instant FIRST = Instant.ofEpochSecond(0, Long.MIN_VALUE);
    private static final Instant LAST = Instant.ofEpochSecond(0, Long.MAX_VALUE);

    private static final Pattern EPOCH = Pattern.compile("-?\\d{1,10}(\\.\\d{1,9})?");
    private static final Pattern EPOCH_MILLIS = Pattern.compile("\\d{13}");
    private static final Pattern WORDS_AGO = Pattern.compile("-?\\s*([^-\\s].*?)(?:\\s+ago)?");
    private static final Pattern WORD_AGO =
            Pattern.compile("(\\d{1,9}|an?|one)\\s*(s|m|h|d|w|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|weeks?)"
                    + "(?=\\s|\\d|$)(?:\\s+and\\b)?\\s*");
    private static final Pattern DAY_AND_TIME = Pattern.compile("(today|yesterday)[ t]+(?:at +)?(\\S+)");
    private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
    private static final Pattern TIME = Pattern.compile("\\d?\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?");
    private static final Pattern ZONED_TIME =
            Pattern.compile("(" + TIME.pattern() + ")\\s*(z|[+-]\\d\\d:?\\d\\d)", Pattern.CASE_INSENSITIVE);
    private static final Pattern ZONED = Pattern.compile(".*[T ].*(Z|[+-]\\d\\d:?\\d\\d)");

    private final InstantSource clock;
    private final ZoneId zone;

    /** @param zone for times that name none */
    public TimeGrammar(InstantSource clock, ZoneId zone) {
        this.clock = clock;
        this.zone = zone;
    }

    /**
     * The point in time that {@code text} means, in ns since the epoch; never the least or the largest number, which stand for
     * no beginning and no end.
     *
     * @throws IllegalArgumentException if it is none, with the forms that there are, or out of range
     */
    public long parse(String text) {
        try {
            Instant instant = instant(text.strip());
            if (!instant.isAfter(FIRST) || !instant.isBefore(LAST)) {
                throw new IllegalArgumentException(
                        "'" + text + "' is out of range: times are from 1677-09-22 to 2262-04-11");
            }
            return Instant.EPOCH.until(instant, ChronoUnit.NANOS);
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
        if (EPOCH_MILLIS.matcher(text).matches()) {
            return Instant.ofEpochMilli(Long.parseLong(text));
        }
        Matcher words = WORDS_AGO.matcher(lower);
        String ago = words.matches() ? withoutWords(words.group(1)) : "";
        if (!ago.isEmpty()) {
            return clock.instant().minus(Amounts.duration(ago));
        }
        if (DATE.matcher(text).matches()) {
            return start(LocalDate.parse(text));
        }
        if (TIME.matcher(text).matches()) {
            return at(today(), text);
        }
        Matcher zoned = ZONED_TIME.matcher(text);
        if (zoned.matches()) {
            ZoneOffset offset = ZoneOffset.of(zoned.group(zoned.groupCount()).toUpperCase(Locale.ROOT));
            return new TimeGrammar(clock, offset).instant(zoned.group(1));
        }
        Matcher day = DAY_AND_TIME.matcher(lower);
        if (day.matches() && TIME.matcher(day.group(2)).matches()) {
            return at(day.group(1).equals("today") ? today() : today().minusDays(1), day.group(2));
        }
        String iso = text.replace(' ', 'T');
        return ZONED.matcher(text).matches()
                ? OffsetDateTime.parse(iso).toInstant()
                : LocalDateTime.parse(iso).atZone(zone).toInstant();
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), zone);
    }

    private Instant at(LocalDate day, String time) {
        return LocalTime.parse(time.indexOf(':') == 1 ? "0" + time : time)
                .atDate(day)
                .atZone(zone)
                .toInstant();
    }

    /** {@code 1 hour 30 minutes} as {@code 1h30m}; empty if it is nothing of the kind. */
    private static String withoutWords(String text) {
        StringBuilder parts = new StringBuilder();
        Matcher part = WORD_AGO.matcher(text);
        while (part.lookingAt()) {
            String count = part.group(1);
            parts.append(Character.isDigit(count.charAt(0)) ? count : "1")
                    .append(part.group(2).charAt(0));
            if (part.end() == text.length()) {
                return parts.toString();
            }
            part.region(part.end(), text.length());
        }
        return "";
    }

    private Instant start(LocalDate day) {
        return day.atStartOfDay(zone).toInstant();
    }
}
