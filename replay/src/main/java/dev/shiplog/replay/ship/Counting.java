package dev.shiplog.replay.ship;

import dev.shiplog.timeline.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Counts documents of a journal by blocks of sequences. Not thread safe. */
final class Counting {
    /** A kind that was never recorded has no index. */
    static final String LENIENT = "ignore_unavailable=true&allow_no_indices=true";

    private final Asking asking;
    private final String indices;
    private final String prefix;
    private final boolean windows;

    /**
     * @param indices names or patterns of names, separated by commas
     * @param isEcs whether documents have the fields of ECS, else those of the compact form
     * @param windows whether those of windows of time count
     */
    Counting(Asking asking, String indices, boolean isEcs, boolean windows) {
        this.asking = asking;
        this.indices = indices;
        this.prefix = isEcs ? "shiplog." : "";
        this.windows = windows;
    }

    /**
     * How many documents there are of each block, by the first sequence of it.
     *
     * @param from the first sequence that counts
     * @param to the last one
     */
    Map<Long, Long> count(String journal, long from, long to) throws IOException {
        Cluster.Answer answer = asking.post(
                "/" + indices + "/_search?" + LENIENT, query(journal, from, to).getBytes(StandardCharsets.UTF_8));
        Json json = answer.isFine() ? answer.json() : null;
        if (json == null) {
            throw new IOException(asking.cluster().uri() + " does not count: " + answer.why());
        }
        Json failed = JsonParts.at(json, "_shards").get("failed");
        Json late = json.get("timed_out");
        if (failed == null || !failed.text().equals("0") || late == null || late.type() != Json.Type.FALSE) {
            throw new IOException(asking.cluster().uri() + " counted only a part: some of its shards do not answer");
        }
        Map<Long, Long> counts = new TreeMap<>();
        for (Json bucket :
                JsonParts.at(json, "aggregations", "blocks", "buckets").children()) {
            Json key = bucket.get("key");
            Json count = bucket.get("doc_count");
            if (key != null && count != null) {
                counts.put((long) Double.parseDouble(key.text()), Long.parseLong(count.text()));
            }
        }
        return counts;
    }

    /** The journal is a word in an index that was made by our template, and a text with a word beside it in another. */
    private String query(String journal, long from, long to) {
        String field = prefix + "journal";
        return """
                {
                  "size": 0,
                  "query": {"bool": {
                    "filter": [
                      {"bool": {"should": [{"term": {"%1$s": "%2$s"}}, {"term": {"%1$s.keyword": "%2$s"}}]}},
                      {"range": {"%3$ssequence": {"gte": %4$d, "lte": %5$d}}}
                    ],
                    "must_not": [%6$s]
                  }},
                  "aggs": {"blocks": {"histogram": {"field": "%3$ssequence", "interval": %7$d, "min_doc_count": 1}}}
                }
                """.formatted(
                        field,
                        journal,
                        prefix,
                        from,
                        to,
                        windows ? "" : "{\"exists\": {\"field\": \"shiplog.window.end\"}}",
                        Tally.BLOCK);
    }
}
