package dev.shiplog.replay.explain;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them. */
final class Words {
    private static final long MILLI = 1_000_000L;

    private Words() {}

    /** {@code 83 ms}, {@code 4.2 s}, {@code 3 min 20 s}, {@code 2 h 5 min}, {@code 3 d 4 h}. */
    static String length(long nanos) {
        long millis = Math.max(0, nanos) / MILLI;
        long seconds = millis / 1000;
        if (seconds < 1) {
            return millis + " ms";
        } else if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        } else if (seconds < 3600) {
            return two(seconds / 60, "min", seconds % 60, "s");
        } else if (seconds < 48 * 3600) {
            return two(seconds / 3600, "h", seconds % 3600 / 60, "min");
        }
        return two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h");
    }

    private static String two(long first, String unit, long second, String smaller) {
        return first + " " + unit + (second == 0 ? "" : " " + second + " " + smaller);
    }

    /** {@code 8 MiB}, {@code 1.5 GiB}. */
    static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double rest = (double) bytes;
        int unit = 0;
        while (rest >= 1024 && unit < units.length - 1) {
            rest /= 1024;
            unit++;
        }
        String number = String.format(Locale.ROOT, "%.1f", rest);
        return (number.endsWith(".0") ? number.substring(0, number.length() - 2) : number) + " " + units[unit];
    }

    /** {@code with exit code 2 (a shell's error)}. */
    static String withCode(@Nullable Integer code) {
        if (code == null) {
            return "with an exit code that is not recorded";
        }
        String meaning = Signals.meaning(code);
        return "with exit code " + code + (meaning.isEmpty() ? "" : " (" + meaning + ")");
    }

    /** {@code 83 ms after}, or just {@code just before} for an event that was reported a little late. */
    static String after(long nanos) {
        return nanos < 0 ? "at about the time of" : length(nanos) + " after";
    }
}
