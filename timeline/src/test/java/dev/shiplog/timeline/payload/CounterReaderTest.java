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
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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
            assertThat(all(counters)).as(new String(payload, UTF_8)).isEqualTo(oracle(payload));
            assertThat(counters.cpu()).isPositive();
            assertThat(counters.memory()).isPositive();
            long limit = counters.get(Counters.Term.LIMIT);
            assertThat(StatsView.memoryPercent(payload)).isEqualTo((int) (100.0 * counters.memory() / limit));
        });
    }

    @Test
    void aShareOfMemoryIsThatOfTheWorkingSet() {
        for (String[] row : new String[][] {
            {"\"usage\":95,\"limit\":100,\"stats\":{\"inactive_file\":4}", "91"},
            {"\"stats\":{\"inactive_file\":50,\"total_inactive_file\":4},\"limit\":100,\"usage\":95", "91"},
            {"\"usage\":95,\"stats\":{\"inactive_file\":99},\"limit\":100", "95"},
            {"\"usage\":95,\"limit\":0", "-1"},
            {"\"usage\":95", "-1"},
            {"\"usage\":95,\"limit\":18446744073709551615", "-1"},
            {"\"usage\":", "-1"},
        }) {
            byte[] sample = ("{\"read\":\"x\",\"memory_stats\":{" + row[0] + "}}").getBytes(UTF_8);
            assertThat(StatsView.memoryPercent(sample)).as(row[0]).isEqualTo(Integer.parseInt(row[1]));
        }
        assertThat(StatsView.memoryPercent("{\"memory_stats\":".getBytes(UTF_8)))
                .isEqualTo(-1);
        assertThat(StatsView.memoryPercent("{\"memory_stats\":{}}".getBytes(UTF_8)))
                .isEqualTo(-1);
        assertThat(StatsView.memoryPercent(new byte[0])).isEqualTo(-1);
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
                (payload, counters) -> assertThat(all(counters))
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
        List<List<Long>> all = new ArrayList<>();
        List<String> payloads = List.of(v1, v2, cache, more, swapped, "{}", "nonsense");
        each(payloads.stream().map(p -> p.getBytes(UTF_8)).toList(), (payload, counters) -> all.add(shown(counters)));
        assertThat(all)
                .containsExactly(
                        List.of(7L, 100L, 2L, 700L, Long.MAX_VALUE, 11L, 22L, 55L, 6L, 3L),
                        List.of(7L, 100L, 8L, 800L, Long.MAX_VALUE, 11L, 22L, 55L, 6L, 3L),
                        List.of(7L, 100L, 8L, 600L, Long.MAX_VALUE, 11L, 22L, 55L, 6L, 3L),
                        List.of(7L, 100L, 2L, 800L, Long.MAX_VALUE, 11L, 22L, 55L, 6L, 3L),
                        List.of(7L, 100L, 2L, 700L, Long.MAX_VALUE, 11L, 22L, 50L, 11L, 3L),
                        List.of(-1L, -1L, -1L, -1L, -1L, -1L, -1L, -1L, -1L, -1L),
                        List.of(-1L, -1L, -1L, -1L, -1L, -1L, -1L, -1L, -1L, -1L));
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

    /** What {@code docker stats} shows, or makes it of. */
    private static List<Long> shown(Counters counters) {
        return List.of(
                counters.cpu(),
                counters.system(),
                counters.cpus(),
                counters.memory(),
                counters.limit(),
                counters.received(),
                counters.sent(),
                counters.read(),
                counters.written(),
                counters.pids());
    }

    private static Map<String, Long> all(Counters counters) {
        Map<String, Long> all = new TreeMap<>();
        for (Counters.Term term : Counters.Term.values()) {
            all.put(term.name(), counters.get(term));
        }
        all.put("cpus", counters.cpus());
        all.put("memory", counters.memory());
        all.put("rss", counters.rss());
        return all;
    }

    private static final Map<String, String> NUMBERS = Map.ofEntries(
            Map.entry("CPU", "/cpu_stats/cpu_usage/total_usage"),
            Map.entry("KERNEL", "/cpu_stats/cpu_usage/usage_in_kernelmode"),
            Map.entry("USER", "/cpu_stats/cpu_usage/usage_in_usermode"),
            Map.entry("SYSTEM", "/cpu_stats/system_cpu_usage"),
            Map.entry("ONLINE_CPUS", "/cpu_stats/online_cpus"),
            Map.entry("PERIODS", "/cpu_stats/throttling_data/periods"),
            Map.entry("THROTTLED_PERIODS", "/cpu_stats/throttling_data/throttled_periods"),
            Map.entry("THROTTLED_TIME", "/cpu_stats/throttling_data/throttled_time"),
            Map.entry("USAGE", "/memory_stats/usage"),
            Map.entry("MAX_USAGE", "/memory_stats/max_usage"),
            Map.entry("FAILURES", "/memory_stats/failcnt"),
            Map.entry("LIMIT", "/memory_stats/limit"),
            Map.entry("TOTAL_RSS", "/memory_stats/stats/total_rss"),
            Map.entry("ANON", "/memory_stats/stats/anon"),
            Map.entry("TOTAL_INACTIVE_FILE", "/memory_stats/stats/total_inactive_file"),
            Map.entry("INACTIVE_FILE", "/memory_stats/stats/inactive_file"),
            Map.entry("CACHE", "/memory_stats/stats/cache"),
            Map.entry("TOTAL_CACHE", "/memory_stats/stats/total_cache"),
            Map.entry("FILE", "/memory_stats/stats/file"),
            Map.entry("TOTAL_SWAP", "/memory_stats/stats/total_swap"),
            Map.entry("TOTAL_FAULTS", "/memory_stats/stats/total_pgfault"),
            Map.entry("FAULTS", "/memory_stats/stats/pgfault"),
            Map.entry("TOTAL_MAJOR_FAULTS", "/memory_stats/stats/total_pgmajfault"),
            Map.entry("MAJOR_FAULTS", "/memory_stats/stats/pgmajfault"),
            Map.entry("PIDS", "/pids_stats/current"),
            Map.entry("PIDS_LIMIT", "/pids_stats/limit"));

    private static final Map<String, String> OF_NETWORKS = Map.of(
            "RECEIVED", "rx_bytes",
            "RECEIVED_PACKETS", "rx_packets",
            "RECEIVED_DROPPED", "rx_dropped",
            "RECEIVED_ERRORS", "rx_errors",
            "SENT", "tx_bytes",
            "SENT_PACKETS", "tx_packets",
            "SENT_DROPPED", "tx_dropped",
            "SENT_ERRORS", "tx_errors");

    private static final Map<String, List<String>> OF_DEVICES = Map.of(
            "io_service_bytes_recursive", List.of("READ", "WRITTEN", "TRANSFERRED"),
            "io_serviced_recursive", List.of("READS", "WRITES", "OPERATIONS"),
            "io_service_time_recursive", List.of("READ_TIME", "WRITE_TIME", "OPERATION_TIME"),
            "io_wait_time_recursive", List.of("READ_WAIT", "WRITE_WAIT", "OPERATION_WAIT"),
            "io_queue_recursive", List.of("QUEUED_READS", "QUEUED_WRITES", "QUEUED_OPERATIONS"));

    private static Map<String, Long> oracle(byte[] payload) {
        JsonNode root;
        try (JsonParser parser = Mutation.JSON.createParser(payload)) {
            parser.nextToken();
            root = dev.shiplog.timeline.json.Json.parse(payload) == null
                    ? Mutation.JSON.createObjectNode()
                    : tree(parser);
        } catch (IOException e) {
            root = Mutation.JSON.createObjectNode();
        }
        JsonNode sample = root;
        Map<String, Long> all = new TreeMap<>();
        NUMBERS.forEach((term, place) -> all.put(term, number(sample.at(place))));
        OF_NETWORKS.forEach((term, member) -> all.put(term, networks(sample.path("networks"), member)));
        OF_DEVICES.forEach((list, terms) -> {
            for (int i = 0; i < terms.size(); i++) {
                boolean zero = list.contains("bytes") && i < 2;
                all.put(terms.get(i), devices(sample.path("blkio_stats").path(list), "rwt".charAt(i), zero ? 0 : -1));
            }
        });
        JsonNode listed = sample.at("/cpu_stats/cpu_usage/percpu_usage");
        long list = listed.isContainerNode() && listed.size() > 0 ? listed.size() : -1;
        long online = number(sample.at("/cpu_stats/online_cpus"));
        all.put("LISTED_CPUS", list);
        all.put("cpus", online > 0 ? online : list);
        all.put("memory", memory(sample.path("memory_stats")));
        long rss = number(sample.at("/memory_stats/stats/total_rss"));
        all.put("rss", rss >= 0 ? rss : number(sample.at("/memory_stats/stats/anon")));
        return all;
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
        boolean any = networks.isEmpty();
        for (JsonNode network : networks) {
            any |= network.path(member).isNumber();
            sum = network.path(member).isNumber() ? plus(sum, number(network.path(member))) : sum;
        }
        return any ? sum : -1;
    }

    private static long devices(JsonNode entries, char operation, long ofNone) {
        if (!entries.isArray()) {
            return -1;
        }
        long sum = 0;
        boolean any = false;
        for (JsonNode entry : entries) {
            String op = entry.path("op").isTextual() ? entry.path("op").asText() : "";
            boolean counts = !op.isEmpty() && Character.toLowerCase(op.charAt(0)) == operation;
            if (counts && entry.path("value").isNumber()) {
                any = true;
                sum = plus(sum, number(entry.path("value")));
            }
        }
        return any ? sum : ofNone;
    }

    private static long plus(long sum, long term) {
        return sum < 0 || term < 0 ? -1 : sum > Long.MAX_VALUE - term ? Long.MAX_VALUE : sum + term;
    }
}
