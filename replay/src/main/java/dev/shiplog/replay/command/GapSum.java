package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.replay.past.GapReport;
import dev.shiplog.replay.past.MissingStretch;
import dev.shiplog.timeline.json.JsonLine;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What the stretches of a host come to. */
final class GapSum {
    private GapSum() {}

    /** For people, in one line without an end. */
    static String text(GapReport of, boolean namesHost) {
        MissingStretch.Count missing = of.samplesMissing();
        return (namesHost ? of.host() + ": " : "")
                + "Events were recorded for " + (of.isMostOfEvents() ? "at most " : "")
                + part(of.eventsRecorded(), of.length())
                + (of.length() == 0 ? "" : " (" + percent(of.eventsRecorded(), of.length(), RoundingMode.DOWN) + ")")
                + "; " + Report.count(of.samples(), "sample", "samples") + " recorded, "
                + (missing.records() < 0
                        ? "an unknown number missing"
                        : missing.records() == 0
                                ? "none missing"
                                : (missing.isEstimate() ? "some " : "") + missing.records() + " missing ("
                                        + percent(missing.records(), of.samples() + missing.records(), RoundingMode.UP)
                                        + ")")
                + ".";
    }

    /** For programs: an object in one line without an end. */
    static String json(GapReport of) {
        Bytes out = new Bytes(512);
        JsonLine line = new JsonLine(out).put("host", of.host()).put("what", "sum");
        line.putTime("from", of.range().since()).putTime("to", of.range().until());
        line.name("seconds");
        out.putAscii(seconds(of.length()));
        line.name("seconds_recorded");
        out.putAscii(seconds(of.eventsRecorded()));
        line.name("at_most");
        out.putAscii(String.valueOf(of.isMostOfEvents()));
        line.put("samples", of.samples());
        line.name("samples_missing");
        out.putAscii(
                of.samplesMissing().records() < 0
                        ? "null"
                        : String.valueOf(of.samplesMissing().records()));
        line.end();
        return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
    }

    private static String seconds(long nanos) {
        return BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString();
    }

    /** {@code 23.5 of 24.0 hours}. */
    private static String part(long part, long whole) {
        long minutes = TimeUnit.NANOSECONDS.toMinutes(whole);
        String unit = minutes < 2 ? "seconds" : minutes < 120 ? "minutes" : "hours";
        double nanos = 1e9 * (minutes < 2 ? 1 : minutes < 120 ? 60 : 3600);
        return String.format(Locale.ROOT, "%.1f of %.1f %s", part / nanos, whole / nanos, unit);
    }

    /** What was recorded is rounded down, what is missing up: if anything is missing, these are not 100% and 0%. */
    private static String percent(long part, long whole, RoundingMode rounding) {
        return BigDecimal.valueOf(part)
                        .multiply(BigDecimal.valueOf(100))
                        .divide(BigDecimal.valueOf(whole), 2, rounding)
                        .stripTrailingZeros()
                        .toPlainString()
                + "%";
    }

    /** A length of time in the words of options: {@code 350ms}, {@code 12s}, {@code 4m5s}, {@code 2h3m}, {@code 3d4h}. */
    static String duration(long nanos) {
        Duration length = Duration.ofNanos(nanos);
        if (length.toSeconds() < 1) {
            return length.toMillis() + "ms";
        } else if (length.toMinutes() < 1) {
            return length.toSeconds() + "s";
        } else if (length.toHours() < 1) {
            return two(length.toMinutes(), "m", length.toSecondsPart(), "s");
        } else if (length.toDays() < 1) {
            return two(length.toHours(), "h", length.toMinutesPart(), "m");
        }
        return two(length.toDays(), "d", length.toHoursPart(), "h");
    }

    private static String two(long high, String highUnit, long low, String lowUnit) {
        return high + highUnit + (low == 0 ? "" : low + lowUnit);
    }
}
