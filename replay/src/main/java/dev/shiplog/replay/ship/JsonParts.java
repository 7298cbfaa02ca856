package dev.shiplog.replay.ship;

import dev.shiplog.timeline.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is read of JSON that may lack it. */
final class JsonParts {
    private static final Json NOTHING = parse("{}");

    private JsonParts() {}

    /** Reads JSON of our own. */
    static Json parse(String json) {
        return Objects.requireNonNull(
                Json.parse(json.getBytes(StandardCharsets.UTF_8)), "JSON of our own does not parse");
    }

    /** What is found on the way through these members; an object without members if one is missing. */
    static Json at(@Nullable Json json, String... members) {
        Json at = json;
        for (String member : members) {
            at = at == null ? null : at.get(member);
        }
        return at == null ? NOTHING : at;
    }
}
