package dev.shiplog.replay.ship;

import dev.shiplog.timeline.json.Json;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Somebody else's index template that a cluster takes for an index of ours.
 *
 * @param pattern which of our indices it is for
 * @param makesStreams whether it makes data streams
 */
record Rival(String name, long priority, String pattern, boolean makesStreams) {
    /**
     * The template of the highest priority that some index of ours is made by; null if all are made by ours, or by none.
     *
     * @param list what the cluster answers
     */
    static @Nullable Rival of(IndexTemplates ours, Json list) {
        Rival first = null;
        List<Json> templates = JsonParts.at(list, "index_templates").children();
        long least = -1;
        for (Json each : templates) {
            if (each.text("name").equals(ours.name())) {
                least = priority(each);
            }
        }
        for (Json each : templates) {
            String pattern = each.text("name").equals(ours.name()) ? null : shared(each, ours);
            long priority = priority(each);
            if (pattern != null && priority > least && (first == null || priority > first.priority)) {
                boolean makesStreams = JsonParts.at(each, "index_template").get("data_stream") != null;
                first = new Rival(each.text("name"), priority, pattern, makesStreams);
            }
        }
        return first;
    }

    private static long priority(Json each) {
        Json priority = JsonParts.at(each, "index_template").get("priority");
        return priority == null ? 0 : Long.parseLong(priority.text());
    }

    /** The pattern of ours of which an index matches one of theirs; null if none does. */
    private static @Nullable String shared(Json each, IndexTemplates ours) {
        for (String pattern : ours.patterns()) {
            String index = pattern.replace("*", "2026.01.01");
            for (Json theirs :
                    JsonParts.at(each, "index_template", "index_patterns").children()) {
                String expression = "\\Q" + theirs.text().replace("*", "\\E.*\\Q") + "\\E";
                if (Pattern.matches(expression, index)) {
                    return pattern;
                }
            }
        }
        return null;
    }
}
