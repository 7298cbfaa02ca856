package dev.shiplog.timeline.payload;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The few lines of an engine's Prometheus page that Shiplog acts upon.
 *
 * @param ofEngine whether an engine made the page
 * @param started when the engine's process began, as the page says it; empty if it does not
 * @param events how many events the engine has counted since then; -1 if it does not say
 */
public record EngineMetricsView(boolean ofEngine, String started, long events) {
    private static final String STARTED = "process_start_time_seconds ";
    /** With labels or without: the sum of all series counts. */
    private static final Pattern EVENTS = Pattern.compile("engine_daemon_events_total(?:\\{[^}]*+\\})? (\\S++).*+");

    /** Reads the page. Never fails. */
    public static EngineMetricsView scan(byte[] page) {
        boolean ofEngine = false;
        String started = "";
        double events = -1;
        for (String line : (Iterable<String>) new String(page, StandardCharsets.UTF_8).lines()::iterator) {
            ofEngine |= line.startsWith("engine_daemon_");
            if (line.startsWith(STARTED)) {
                started = line.substring(STARTED.length()).strip();
            }
            Matcher counted = EVENTS.matcher(line);
            if (counted.matches()) {
                events = Math.max(0, events) + number(counted.group(1));
            }
        }
        return new EngineMetricsView(ofEngine, started, events >= 0 ? Math.round(events) : -1);
    }

    /** What the page says of the engine itself: the value of a label of its {@code engine_info}; empty if it has none. */
    public static String info(byte[] page, String label) {
        Pattern info =
                Pattern.compile("engine_daemon_engine_info\\{(?:[^}\n]*,)?" + Pattern.quote(label) + "=\"([^\"]*+)\"");
        Matcher found = info.matcher(new String(page, StandardCharsets.UTF_8));
        return found.find() ? found.group(1) : "";
    }

    /** Not a number where it is none: then nothing is known of the sum. */
    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
