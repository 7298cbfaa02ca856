package dev.shiplog.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Somebody who saw every event of an engine: which containers there were at any moment, and what they did. */
final class PastTruth {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param health {@code ?} where the engine tells it only to who asks */
    record Seen(String name, String status, int exitCode, String health) {}

    /** From {@code time} on, ns since the epoch. */
    record Step(long time, Map<String, Seen> containers) {}

    private final List<Step> steps = new ArrayList<>();

    PastTruth(List<byte[]> events) throws IOException {
        Map<String, Seen> now = new TreeMap<>();
        steps.add(new Step(Long.MIN_VALUE, Map.of()));
        for (byte[] json : events) {
            JsonNode event = JSON.readTree(json);
            if (event.path("Type").asText().equals("container")) {
                apply(event, now);
                steps.add(new Step(event.path("timeNano").asLong(), new TreeMap<>(now)));
            }
        }
    }

    private static void apply(JsonNode event, Map<String, Seen> now) {
        String id = event.path("Actor").path("ID").asText();
        JsonNode attributes = event.path("Actor").path("Attributes");
        Seen old = now.getOrDefault(id, new Seen("", "", 0, ""));
        String name = attributes.path("name").asText();
        String action = event.path("Action").asText();
        String status = switch (action) {
            case "create" -> "CREATED";
            case "start", "unpause" -> "RUNNING";
            case "pause" -> "PAUSED";
            case "die" -> "EXITED";
            default -> old.status;
        };
        int code = action.equals("die") ? attributes.path("exitCode").asInt() : old.exitCode;
        String health = action.startsWith("health_status: ")
                ? action.substring("health_status: ".length())
                : action.equals("start") && !old.health.isEmpty() ? "?" : old.health;
        now.put(id, new Seen(name, status, code, health));
        if (action.equals("destroy")) {
            now.remove(id);
        }
    }

    List<Step> steps() {
        return steps;
    }

    /** What there was: more than one answer where the clock was set back, so that the moment came twice. */
    List<Map<String, Seen>> at(long moment) {
        List<Map<String, Seen>> answers = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            long next = i + 1 < steps.size() ? steps.get(i + 1).time : Long.MAX_VALUE;
            boolean back = i + 1 < steps.size() && next < steps.get(i).time; // the clock was set back in between
            if (steps.get(i).time <= moment && moment < next
                    || back && (steps.get(i).time <= moment || next > moment)) {
                answers.add(steps.get(i).containers);
            }
        }
        return answers;
    }

    /** Time of the last event before, ns since the epoch. */
    long lastEvent(long moment) {
        long last = Long.MIN_VALUE;
        for (Step step : steps) {
            last = step.time <= moment ? Math.max(last, step.time) : last;
        }
        return last;
    }
}
