package dev.shiplog.replay.ship;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.testkit.cluster.Answer;
import dev.shiplog.testkit.cluster.Backend;
import dev.shiplog.testkit.cluster.Call;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;

/** Documents of one journal, and which of them a cluster holds. */
final class Bulks {
    static final String JOURNAL = "8a97d058-0c5f-4a3b-9d1e-3a3a3a3a3a3a";

    private Bulks() {}

    /** An outage that nobody is told of. */
    static Outage untold() {
        return new Outage(Duration.ZERO, InstantSource.system(), line -> {});
    }

    /** The documents of these sequences. */
    static Bulk of(long from, long to) {
        Bulk bulk = new Bulk(1 << 10);
        for (long sequence = from; sequence <= to; sequence++) {
            bulk.beginAction().putAscii(action(sequence));
            bulk.beginDocument();
            bulk.lines().putAscii(document(sequence));
            bulk.end(JOURNAL, Kind.EVENT, sequence, 1);
        }
        return bulk;
    }

    static String index(long sequence) {
        return "shiplog-event-2026.11." + (10 + sequence % 3);
    }

    static String action(long sequence) {
        return "{\"create\":{\"_index\":\"" + index(sequence) + "\",\"_id\":\"" + sequence + "\"}}";
    }

    static String document(long sequence) {
        return "{\"sequence\":" + sequence + ",\"text\":\"" + "x".repeat((int) (sequence % 50)) + "\"}";
    }

    /** What the cluster holds, by id, in whatever index; fails if two have the same. */
    static Map<Long, JsonNode> held(Backend cluster) throws IOException {
        cluster.answer(Call.of("POST", "/_refresh", ""));
        Map<Long, JsonNode> held = new TreeMap<>();
        String after = "";
        while (true) {
            String body = "{\"size\":1000,\"sort\":[\"sequence\"]" + after + "}";
            Answer answer = cluster.answer(Call.of("POST", "/_search", body));
            assertThat(answer.status()).as(answer.content().toString()).isEqualTo(200);
            JsonNode hits = answer.content().path("hits").path("hits");
            for (JsonNode hit : hits) {
                JsonNode twin = held.put(hit.path("_id").asLong(), hit.path("_source"));
                assertThat(twin).as("the same as %s", hit).isNull();
                after = ",\"search_after\":" + hit.path("sort");
            }
            if (hits.isEmpty()) {
                return held;
            }
        }
    }
}
