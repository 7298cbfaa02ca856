package dev.shiplog.timeline.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.codec.Decoder;
import dev.shiplog.journal.codec.Encoder;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.testkit.Mutation;
import dev.shiplog.testkit.Samples;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What is read from slots is what a whole JSON reader finds, in samples of real engines and in others. */
class CounterReaderTest {
    private static final int MUTANTS = 4_000;

    private static List<byte[]> samples() {
        List<byte[]> payloads = new ArrayList<>();
        for (String sample : Samples.NAMES) {
            if (sample.endsWith("-stats-stream.ndjson")) {
                payloads.addAll(Samples.payloads(sample));
            }
        }
        return payloads;
    }

    @Test
    void readsEverySampleOfARealEngine() {
        each(samples(), (payload, counters) -> {
            assertThat(counters).as(new String(payload, UTF_8)).isEqualTo(oracle(payload));
            assertThat(counters.cpu()).isPositive();
            assertThat(counters.memory()).isPositive();
        });
    }

    @Test
    void readsWhatNoEngineSends() {
        long seed = Long.getLong("shiplog.seed", System.nanoTime());
        Random random = new Random(seed);
        List<byte[]> samples = samples();
        List<byte[]> mutants = new ArrayList<>();
        for (int i = 0; i < MUTANTS; i++) {
            mutants.add(Mutation.of(samples.get(random.nextInt(samples.size())), random));
        }
        each(
                mutants,
                (payload, counters) -> assertThat(counters)
                        .as("seed %d: %s", seed, new String(payload, UTF_8))
                        .isEqualTo(oracle(payload)));
    }

    @Test
    void addsUpAsDockerDoes() {
        String v1 = "{\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":7,\"percpu_usage\":[3,4]},\"system_cpu_usage\":100,"
                + "\"online_cpus\":0},\"memory_stats\":{\"usage\":1000,\"limit\":18446744073709551615,\"stats\":"
                + "{\"total_inactive_file\":300,\"inactive_file\":200,\"cache\":400}},\"networks\":{\"a\":"
                + "{\"rx_bytes\":1,\"tx_bytes\":2},\"b\":{\"rx_bytes\":10,\"tx_bytes\":20}},\"blkio_stats\":"
                + "{\"io_service_bytes_recursive\":[{\"op\":\"Read\",\"value\":5},{\"op\":\"write\",\"value\":6},"
                + "{\"op\":\"Sync\",\"value\":9},{\"op\":\"read\",\"value\":50}]},\"pids_stats\":{\"current\":3}}";
        String v2 = v1.replace("\"total_inactive_file\":300,", "").replace("\"online_cpus\":0", "\"online_cpus\":8");
        String cache = v2.replace("\"inactive_file\":200,", "");
        String more = v1.replace("300", "3000");
        String swapped = v1.replace("\"Read\"", "\"Writ\"").replace("\"read\"", "\"rest\"");
        List<Counters> all = new ArrayList<>();
        List<String> payloads = List.of(v1, v2, cache, more, swapped, "{}", "nonsense");
        each(payloads.stream().map(p -> p.getBytes(UTF_8)).toList(), (payload, counters) -> all.add(counters));
        assertThat(all)
                .containsExactly(
                        new Counters(7, 100, 2, 700, Long.MAX_VALUE, 11, 22, 55, 6, 3),
                        new Counters(7, 100, 8, 800, Long.MAX_VALUE, 11, 22, 55, 6, 3),
                        new Counters(7, 100, 8, 600, Long.MAX_VALUE, 11, 22, 55, 6, 3),
                        new Counters(7, 100, 2, 800, Long.MAX_VALUE, 11, 22, 55, 6, 3),
                        new Counters(7, 100, 2, 700, Long.MAX_VALUE, 11, 22, 50, 11, 3),
                        new Counters(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1),
                        new Counters(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1));
    }

    private static void each(List<byte[]> payloads, BiConsumer<byte[], Counters> check) {
        CounterReader reader = new CounterReader();
        Encoder encoder = new Encoder();
        Decoder decoder = new Decoder();
        Bytes coded = new Bytes(1 << 12);
        for (int i = 0; i < payloads.size(); i++) {
            if (i % Encoder.MAX_GROUP == 0) {
                encoder.startGroup();
                decoder.startGroup(i + 1);
            }
            coded.clear();
            encoder.encode(new Record(i + 1, Kind.STATS, "id", i, i, i, payloads.get(i)), coded);
            RecordView view;
            try {
                view = decoder.decode(coded.array(), 0, coded.length());
            } catch (UndecodableException e) {
                throw new AssertionError(e);
            }
            Counters memory = reader.memory(view);
            Counters counters = reader.read(view);
            assertThat(List.of(memory.memory(), memory.limit()))
                    .isEqualTo(List.of(counters.memory(), counters.limit()));
            check.accept(payloads.get(i), counters);
        }
    }

    private static Counters oracle(byte[] payload) {
        JsonNode root;
        try (JsonParser parser = Mutation.JSON.createParser(payload)) {
            parser.nextToken();
            root = dev.shiplog.timeline.json.Json.parse(payload) == null
                    ? Mutation.JSON.createObjectNode()
                    : tree(parser);
        } catch (IOException e) {
            root = Mutation.JSON.createObjectNode();
        }
        JsonNode cpu = root.path("cpu_stats");
        long online = number(cpu.path("online_cpus"));
        JsonNode listed = cpu.path("cpu_usage").path("percpu_usage");
        return new Counters(
                number(cpu.path("cpu_usage").path("total_usage")),
                number(cpu.path("system_cpu_usage")),
                online > 0 ? online : listed.isContainerNode() && listed.size() > 0 ? listed.size() : -1,
                memory(root.path("memory_stats")),
                number(root.path("memory_stats").path("limit")),
                networks(root.path("networks"), "rx_bytes"),
                networks(root.path("networks"), "tx_bytes"),
                devices(root, 'r'),
                devices(root, 'w'),
                number(root.path("pids_stats").path("current")));
    }

    /** Of members with one name the first counts; Jackson would take the last. */
    private static JsonNode tree(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            ObjectNode object = Mutation.JSON.createObjectNode();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                object.putIfAbsent(name, tree(parser));
            }
            return object;
        }
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            ArrayNode array = Mutation.JSON.createArrayNode();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                array.add(tree(parser));
            }
            return array;
        }
        return parser.readValueAsTree();
    }

    private static long number(JsonNode node) {
        return node.isNumber() ? Math.max(-1, clamped(node)) : -1;
    }

    private static long clamped(JsonNode node) {
        long whole = (long) node.doubleValue();
        long exact = node.canConvertToLong() ? node.longValue() : whole;
        return exact < 0 ? -1 : exact;
    }

    private static long memory(JsonNode memory) {
        long usage = number(memory.path("usage"));
        long tree = number(memory.path("stats").path("total_inactive_file"));
        long group = number(memory.path("stats").path("inactive_file"));
        if (tree >= 0 && tree < usage) {
            return usage - tree;
        }
        if (group >= 0 && group < usage) {
            return usage - group;
        }
        long cache = number(memory.path("stats").path("cache"));
        return tree < 0 && group < 0 && cache >= 0 && cache < usage ? usage - cache : usage;
    }

    private static long networks(JsonNode networks, String member) {
        if (!networks.isObject()) {
            return -1;
        }
        long sum = 0;
        for (JsonNode network : networks) {
            sum = network.path(member).isNumber() ? plus(sum, number(network.path(member))) : sum;
        }
        return sum;
    }

    private static long devices(JsonNode root, char operation) {
        JsonNode entries = root.path("blkio_stats").path("io_service_bytes_recursive");
        if (!entries.isArray()) {
            return -1;
        }
        long sum = 0;
        for (JsonNode entry : entries) {
            String op = entry.path("op").isTextual() ? entry.path("op").asText() : "";
            boolean counts = !op.isEmpty() && Character.toLowerCase(op.charAt(0)) == operation;
            sum = counts && entry.path("value").isNumber() ? plus(sum, number(entry.path("value"))) : sum;
        }
        return sum;
    }

    private static long plus(long sum, long term) {
        return sum < 0 || term < 0 ? -1 : sum > Long.MAX_VALUE - term ? Long.MAX_VALUE : sum + term;
    }
}
