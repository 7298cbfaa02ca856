package dev.shiplog.testkit.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is different in time series indices of Elasticsearch: each takes times of a range only, and makes the id of a document
 * from its dimensions and its time. From the pages "Time-bound indices" and "Time series index settings" of Elasticsearch's
 * reference; its code gave the words. The ids are not those of Elasticsearch, but unique for the same reasons.
 */
final class TimeSeries {
    private static final String START = "index.time_series.start_time";
    private static final String END = "index.time_series.end_time";

    private TimeSeries() {}

    /** Gives the next backing index its range: from the end of the last one, or as far back as the settings say. */
    static void bound(Settings settings, List<ScriptedIndex> earlier, Instant now) {
        Instant start = earlier.isEmpty()
                ? now.minus(settings.time("index.look_back_time", "2h"))
                : Instant.parse(earlier.get(earlier.size() - 1).settings().get(END, ""));
        settings.put(START, text(start));
        settings.put(END, text(start));
        extend(settings, now);
    }

    /** Moves the end of the newest backing index on with the clock. */
    private static void extend(Settings settings, Instant now) {
        Instant end = now.plus(settings.time("index.look_ahead_time", "30m"));
        if (end.isAfter(Instant.parse(settings.get(END, "")))) {
            settings.put(END, text(end));
        }
    }

    /** The backing index that takes a time. */
    static ScriptedIndex of(List<ScriptedIndex> backing, Instant time, Instant now) {
        extend(backing.get(backing.size() - 1).settings(), now);
        for (ScriptedIndex index : backing) {
            Settings settings = index.settings();
            if (!time.isBefore(Instant.parse(settings.get(START, "")))
                    && time.isBefore(Instant.parse(settings.get(END, "")))) {
                return index;
            }
        }
        String ranges = backing.stream()
                .map(index -> "[" + index.settings().get(START, "") + ","
                        + index.settings().get(END, "") + "]")
                .collect(Collectors.joining());
        throw Refusal.argument("the document timestamp [" + text(time)
                + "] is outside of ranges of currently writable indices [" + ranges + "]");
    }

    /** The id of a document, which the client may leave out, and may not choose. */
    static String id(ScriptedIndex index, ClusterRelease release, String given, Map<String, JsonNode> leaves) {
        StringBuilder series = new StringBuilder();
        for (String dimension : index.mapping().dimensions()) {
            if (leaves.containsKey(dimension)) {
                series.append(dimension)
                        .append('=')
                        .append(leaves.get(dimension))
                        .append(' ');
            }
        }
        if (series.isEmpty()) {
            throw Refusal.argument("Error extracting routing: source didn't contain any routing fields");
        }
        String id = hash(series.append(leaves.get("@timestamp")).toString());
        if (!given.isEmpty() && !given.equals(id)) {
            String reason = "_id must be unset or set to [" + id + "] but was [" + given + "] because [" + index.name()
                    + "] is in time_series mode";
            throw Refusal.document(release, "failed to parse: " + reason, reason);
        }
        return id;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().encodeToString(digest).substring(0, 20);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** To the millisecond, with all three digits. */
    private static String text(Instant time) {
        Instant exact = time.truncatedTo(ChronoUnit.MILLIS);
        String text = exact.toString();
        return text.length() == 20 ? text.replace("Z", ".000Z") : text;
    }
}
