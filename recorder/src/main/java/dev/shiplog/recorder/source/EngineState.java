package dev.shiplog.recorder.source;

import java.util.Map;
import java.util.TreeMap;

/**
 * Whether the engine can be reached, for whoever asks how it goes.
 *
 * @param up whether its events are followed
 * @param since when that began, ns since the epoch
 * @param version of the engine, or empty if it was never heard
 * @param apiVersion of the requests, or empty
 * @param reason why it is not up; empty if it is
 * @param reconnects how often the event stream was opened again in this run, by what had ended it
 */
public record EngineState(
        boolean up, long since, String version, String apiVersion, String reason, Map<String, Long> reconnects) {
    /** An engine's messages may hold anything, so there are not more reasons than this. */
    private static final int MOST_REASONS = 20;

    private static final String OTHERS = "other reasons";

    EngineState upSince(long now, String api) {
        return new EngineState(true, now, version, api, "", reconnects);
    }

    EngineState downSince(long then, String why) {
        return new EngineState(false, then, version, apiVersion, why, reconnects);
    }

    EngineState ofVersion(String known) {
        return new EngineState(up, since, known, apiVersion, reason, reconnects);
    }

    EngineState reconnectedAfter(String why) {
        Map<String, Long> counts = new TreeMap<>(reconnects);
        counts.merge(counts.size() < MOST_REASONS || counts.containsKey(why) ? why : OTHERS, 1L, Long::sum);
        return new EngineState(up, since, version, apiVersion, reason, Map.copyOf(counts));
    }
}
