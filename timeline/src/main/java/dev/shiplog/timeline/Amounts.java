package dev.shiplog.timeline;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads lengths of time and numbers of bytes as people type them, the same in the recorder and in replay:
 *
 * <pre>
 * 500ms   5s   15m   6h   30d   2w   1h30m    a length of time
 * 0   4096   512KiB   64MiB   10GiB   10g     a number of bytes; k, m, g and t, or K, M, G and T, are powers of 1024, as in docker
 * </pre>
 */
public final class Amounts {
    private static final Pattern DURATION = Pattern.compile("(?:\\d{1,9}(?:ms|[smhdw]))+");
    private static final Pattern PART = Pattern.compile("(\\d+)(ms|[smhdw])");
    private static final Pattern BYTES = Pattern.compile("(\\d{1,18})(?:([KMGT])iB|([kmgtKMGT]))?");

    private Amounts() {}

    /** @throws IllegalArgumentException if it is no length of time, with the forms that there are */
    public static Duration duration(String text) {
        if (!DURATION.matcher(text).matches()) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is not a duration; write it in ms, s, m, h, d or w, as in 500ms, 90s, 1h30m or 365d");
        }
        Duration sum = Duration.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            long count = Long.parseLong(part.group(1));
            sum = sum.plus(
                    switch (part.group(2)) {
                        case "ms" -> Duration.ofMillis(count);
                        case "s" -> Duration.ofSeconds(count);
                        case "m" -> Duration.ofMinutes(count);
                        case "h" -> Duration.ofHours(count);
                        case "d" -> Duration.ofDays(count);
                        default -> Duration.ofDays(7 * count);
                    });
        }
        return sum;
    }

    /** @throws IllegalArgumentException if it is no number of bytes, with the forms that there are */
    public static long bytes(String text) {
        Matcher matcher = BYTES.matcher(text);
        long amount = matcher.matches() ? Long.parseLong(matcher.group(1)) : Long.MAX_VALUE;
        String unit = !matcher.matches() ? null : matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
        int shift = unit == null ? 0 : 10 * (1 + "kmgt".indexOf(unit.toLowerCase(Locale.ROOT)));
        if (amount >= Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException(
                    "\"" + text
                            + "\" is not a size; write it in bytes, or in k, m, g, t or KiB, MiB, GiB, TiB, as in 64MiB or 10g");
        }
        return amount << shift;
    }
}
