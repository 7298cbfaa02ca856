package dev.shiplog.replay.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.testkit.Mutation;
import dev.shiplog.testkit.Samples;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.json.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The lines of samples are what a whole JSON reader finds in them; those of events count from 0. */
class OpenMetricsFormatTest {
    private static final long SECOND = 1_000_000_000L;
    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String LABELS = "container_id=\"8e8f401657b8\"";
    private static final Map<String, String> NUMBERS = Map.ofEntries(
            Map.entry("memory_usage_bytes", "/memory_stats/usage"),
            Map.entry("memory_limit_bytes", "/memory_stats/limit"),
            Map.entry("memory_swap_bytes", "/memory_stats/stats/total_swap"),
            Map.entry("cpu_throttling_periods_total", "/cpu_stats/throttling_data/throttled_periods"),
            Map.entry("pids_current", "/pids_stats/current"));
    private static final Map<String, String> SECONDS = Map.of(
            "cpu_usage_seconds_total", "/cpu_stats/cpu_usage/total_usage",
            "cpu_system_seconds_total", "/cpu_stats/cpu_usage/usage_in_kernelmode",
            "cpu_user_seconds_total", "/cpu_stats/cpu_usage/usage_in_usermode",
            "cpu_throttled_seconds_total", "/cpu_stats/throttling_data/throttled_time");

    /** As an engine on cgroup v2 says it; with two networks, a device for a second time, and what no engine sends. */
    private static final String CGROUP2 = """
            {"read":"2026-11-21T12:00:01Z","pids_stats":{"current":5,"limit":18446744073709551615},"blkio_stats":{\
            "io_service_bytes_recursive":[{"major":8,"minor":0,"op":"read","value":4096},\
            {"major":8,"minor":0,"op":"write","value":512},{"major":253,"minor":16,"op":"read","value":1},\
            {"major":8,"minor":0,"op":"read","value":4},{"major":8,"minor":0,"op":"discard","value":3},\
            {"major":8,"op":"read","value":7}],\
            "io_serviced_recursive":[{"major":8,"minor":0,"op":"Read","value":9}],"io_queue_recursive":null},\
            "cpu_stats":{"cpu_usage":{"total_usage":1234567890123,"usage_in_kernelmode":1000000000,\
            "usage_in_usermode":1000},"throttling_data":{"periods":9,"throttled_periods":7,"throttled_time":500000000}},\
            "memory_stats":{"usage":1000,"stats":{"anon":300,"file":400,"inactive_file":100},\
            "limit":18446744073709551615},"networks":{"eth0":{"rx_bytes":1,"rx_packets":2,"rx_errors":3,"rx_dropped":4,\
            "tx_bytes":5,"tx_packets":6,"tx_errors":7,"tx_dropped":8,"more":9},\
            "a\\"b\\\\c\\nd":{"rx_bytes":10,"tx_bytes":null}}}""";

    private final ContainerIndex containers = new ContainerIndex();
    private final OpenMetricsFormat format = new OpenMetricsFormat(containers, new Origin());

    private static Record record(Kind kind, long time, String payload) {
        return new Record(1, kind, Coded.ID, time, time + 1, time, payload.getBytes(UTF_8));
    }

    private static Record event(String action, long time) {
        return record(
                Kind.EVENT,
                time,
                "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + Coded.ID
                        + "\",\"Attributes\":{\"name\":\"web\"}},\"timeNano\":" + time + "}");
    }

    /** The lines of each record. */
    private List<List<String>> lines(List<Record> records) {
        List<List<String>> lines = new ArrayList<>();
        Coded.each(records, record -> {
            containers.apply(record);
            Bytes out = new Bytes(1);
            format.write(record, out);
            String text = new String(out.toArray(), UTF_8);
            lines.add(text.isEmpty() ? List.of() : Arrays.asList(text.split("\n", -1)));
        });
        return lines;
    }

    @Test
    void samplesOfRealEngines() {
        for (String name : Samples.NAMES) {
            if (name.contains("stats")) {
                check(Samples.payloads(name), name);
            }
        }
    }

    @Test
    void aSampleOfCgroup2() {
        check(List.of(CGROUP2.getBytes(UTF_8)), "cgroup v2");
        assertThat(lines(List.of(record(Kind.STATS, 2_000_000 * SECOND, CGROUP2))).get(0).stream()
                        .map(line -> line.replace(LABELS, "LABELS")))
                .contains(
                        "container_cpu_usage_seconds_total{LABELS} 1234.567890123 2000000",
                        "container_memory_working_set_bytes{LABELS} 900 2000000",
                        "container_fs_reads_bytes_total{LABELS,device=\"8:0\"} 4100 2000000",
                        "container_fs_reads_total{LABELS,device=\"8:0\"} 9 2000000",
                        "container_network_receive_bytes_total{LABELS,interface=\"a\\\"b\\\\c\\nd\"} 10 2000000",
                        "container_restarts_total{LABELS} 0 2000000")
                .noneMatch(line -> line.startsWith("container_memory_limit_bytes"))
                .noneMatch(line -> line.startsWith("container_memory_failcnt"))
                .hasSize(26);
    }

    @Test
    void samplesThatNoEngineSends() {
        long seed = Long.getLong("shiplog.seed", System.nanoTime());
        Random random = new Random(seed);
        List<byte[]> samples = new ArrayList<>(Samples.payloads("engine-28.5-stats-stream.ndjson"));
        samples.add(CGROUP2.getBytes(UTF_8));
        List<byte[]> mutants = new ArrayList<>();
        while (mutants.size() < 3_000) {
            byte[] mutant = Mutation.of(samples.get(random.nextInt(samples.size())), random);
            if (parsed(mutant).isObject()) {
                mutants.add(mutant);
            }
        }
        check(mutants, "seed " + seed);
    }

    /** Missing if it is not JSON, or has several members of one name. */
    private static JsonNode parsed(byte[] payload) {
        try {
            JsonNode json = Json.parse(payload) == null ? null : STRICT.readTree(payload);
            return json == null ? MissingNode.getInstance() : json;
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private void check(List<byte[]> payloads, String as) {
        List<Record> records = new ArrayList<>();
        for (byte[] payload : payloads) {
            long time = 1_795_252_323_678_047_113L + records.size() * SECOND;
            records.add(new Record(1, Kind.STATS, as, time, time, time, payload));
        }
        List<List<String>> lines = lines(records);
        for (int i = 0; i < records.size(); i++) {
            byte[] payload = payloads.get(i);
            Map<String, BigDecimal> found = new TreeMap<>();
            for (String line : lines.get(i)) {
                String[] parts = line.split(" (?=[0-9.]+ [0-9.]+$)|(?<=\\} [0-9.]{1,30}) ", -1);
                assertThat(parts).as(line).hasSize(3);
                assertThat(new BigDecimal(parts[2]).movePointRight(9))
                        .isEqualByComparingTo(new BigDecimal(records.get(i).time()));
                String series =
                        parts[0].replaceAll("^container_([a-z_]+)\\{.*?container_id=\"[^\"]*\"(?:,|(?=}))", "$1{");
                assertThat(found.put(series, new BigDecimal(parts[1]))).as(line).isNull();
            }
            BigDecimal seconds = new BigDecimal(records.get(i).time()).movePointLeft(9);
            Map<String, BigDecimal> expected = oracle(payload);
            expected.put("last_seen{}", seconds);
            expected.put("oom_events_total{}", BigDecimal.ZERO);
            expected.put("restarts_total{}", BigDecimal.ZERO);
            assertThat(found.keySet())
                    .as("%s, %d: %s", as, i, new String(payload, UTF_8))
                    .isEqualTo(expected.keySet());
            for (Map.Entry<String, BigDecimal> series : expected.entrySet()) {
                assertThat(found.get(series.getKey()))
                        .as("%s, %d: %s of %s", as, i, series.getKey(), new String(payload, UTF_8))
                        .isEqualByComparingTo(series.getValue());
            }
        }
    }

    private static Map<String, BigDecimal> oracle(byte[] payload) {
        JsonNode sample = parsed(payload);
        Map<String, BigDecimal> all = new TreeMap<>();
        NUMBERS.forEach((name, place) -> put(all, name + "{}", number(sample.at(place)), 0));
        SECONDS.forEach((name, place) -> put(all, name + "{}", number(sample.at(place)), 9));
        JsonNode memory = sample.path("memory_stats");
        JsonNode kernel = memory.path("stats");
        put(all, "memory_cache_bytes{}", first(number(kernel.path("total_cache")), number(kernel.path("file"))), 0);
        put(all, "memory_rss_bytes{}", first(number(kernel.path("total_rss")), number(kernel.path("anon"))), 0);
        long usage = number(memory.path("usage"));
        long tree = number(kernel.path("total_inactive_file"));
        long group = number(kernel.path("inactive_file"));
        long cache = tree < 0 && group < 0 ? number(kernel.path("cache")) : -1;
        long spare = tree >= 0 && tree < usage ? tree : group >= 0 && group < usage ? group : cache;
        long working = spare >= 0 && spare < usage ? usage - spare : usage;
        put(all, "memory_working_set_bytes{}", working, 0);
        long limit = number(memory.path("limit"));
        boolean limited = working >= 0 && working < Long.MAX_VALUE && limit > 0 && limit < Long.MAX_VALUE;
        put(all, "memory_free_bytes{}", limited ? Math.max(0, limit - working) : -1, 0);
        long failures = number(memory.path("failcnt"));
        boolean leftOut = failures < 0 && number(kernel.path("total_rss")) >= 0;
        put(all, "memory_failcnt{}", leftOut ? 0 : failures, 0);
        put(
                all,
                "memory_page_faults_total{}",
                first(number(kernel.path("total_pgfault")), number(kernel.path("pgfault"))),
                0);
        put(
                all,
                "memory_major_page_faults_total{}",
                first(number(kernel.path("total_pgmajfault")), number(kernel.path("pgmajfault"))),
                0);
        if (usage <= 0) {
            all.keySet().removeIf(series -> series.startsWith("memory_")); // the kernel does not count it
        }
        Map<String, Long> sums = new TreeMap<>();
        if (sample.path("networks").isObject()) {
            sample.path("networks").properties().forEach(network -> {
                for (String way : List.of("rx", "tx")) {
                    for (String what : List.of("bytes", "packets", "errors", "dropped")) {
                        add(
                                sums,
                                "network_" + (way.equals("rx") ? "receive" : "transmit") + "_" + what
                                        + "_total{interface=\""
                                        + network.getKey()
                                                .replace("\\", "\\\\")
                                                .replace("\"", "\\\"")
                                                .replace("\n", "\\n")
                                        + "\"}",
                                network.getValue().path(way + "_" + what));
                    }
                }
            });
        }
        for (String list : List.of("io_service_bytes_recursive", "io_serviced_recursive")) {
            JsonNode entries = sample.path("blkio_stats").path(list);
            for (JsonNode entry : entries.isArray() ? entries : Mutation.JSON.createArrayNode()) {
                String way = entry.path("op").isTextual() ? entry.path("op").textValue() : "";
                if (way.matches("(?is)[rw].*")
                        && entry.path("major").isNumber()
                        && entry.path("minor").isNumber()) {
                    String name = "fs_" + (way.matches("(?is)r.*") ? "reads" : "writes")
                            + (list.contains("bytes") ? "_bytes" : "");
                    add(
                            sums,
                            name + "_total{device=\"" + number(entry.path("major")) + ":" + number(entry.path("minor"))
                                    + "\"}",
                            entry.path("value"));
                }
            }
        }
        sums.forEach((series, value) -> put(all, series, value, 0));
        return all;
    }

    private static void add(Map<String, Long> sums, String series, JsonNode value) {
        if (value.isNumber()) {
            sums.merge(
                    series,
                    number(value),
                    (a, b) -> a < 0 || b < 0 ? -1 : a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b);
        }
    }

    private static void put(Map<String, BigDecimal> all, String series, long value, int decimals) {
        if (value >= 0 && value < Long.MAX_VALUE) {
            all.put(series, BigDecimal.valueOf(value, decimals));
        }
    }

    private static long first(long a, long b) {
        return a >= 0 ? a : b;
    }

    private static long number(JsonNode node) {
        if (!node.isNumber()) {
            return -1;
        }
        BigInteger whole = node.isIntegralNumber()
                ? node.bigIntegerValue()
                : BigDecimal.valueOf(node.doubleValue()).toBigInteger();
        return whole.signum() < 0
                ? -1
                : whole.min(BigInteger.valueOf(Long.MAX_VALUE)).longValue();
    }

    @Test
    void aSampleThatIsNotAfterTheOneBeforeIsLeftOut() {
        String sample = "{\"pids_stats\":{\"current\":5}}";
        List<List<String>> lines = lines(List.of(
                record(Kind.STATS, 10 * SECOND, sample),
                record(Kind.STATS, 10 * SECOND, sample),
                record(Kind.STATS, 10 * SECOND + 999_000, sample),
                record(Kind.STATS, 9 * SECOND, sample),
                record(Kind.STATS, 10 * SECOND + 2_000_000, sample)));
        assertThat(lines.stream().map(List::isEmpty)).containsExactly(false, true, true, true, false);
        assertThat(format.leftOut()).isEqualTo(3);
    }

    @Test
    void eventsAreCountedFromZero() {
        List<List<String>> lines = lines(List.of(
                event("create", 1 * SECOND),
                event("start", 2 * SECOND),
                record(Kind.STATS, 10 * SECOND, "{}"),
                event("oom", 10 * SECOND + 5),
                event("die", 12 * SECOND),
                event("start", 13 * SECOND),
                event("oom", 13 * SECOND),
                event("exec_create: sh", 14 * SECOND),
                record(Kind.STATS, 20 * SECOND, "{}")));
        String labels = "{container_name=\"web\"," + LABELS + "}";
        assertThat(lines)
                .containsExactly(
                        counts(labels, 0, 0, "1"),
                        List.of(),
                        concat(
                                List.of(
                                        "container_last_seen" + labels + " 10 10",
                                        "container_start_time_seconds" + labels + " 2 10"),
                                counts(labels, 0, 0, "10")),
                        counts(labels, 1, 0, "10.001000005"),
                        List.of(),
                        counts(labels, 1, 1, "13"),
                        counts(labels, 2, 1, "13.001"),
                        List.of(),
                        concat(
                                List.of(
                                        "container_last_seen" + labels + " 20 20",
                                        "container_start_time_seconds" + labels + " 13 20"),
                                counts(labels, 2, 1, "20")));
    }

    private static List<String> counts(String labels, long oomEvents, long restarts, String time) {
        return List.of(
                "container_oom_events_total" + labels + " " + oomEvents + " " + time,
                "container_restarts_total" + labels + " " + restarts + " " + time);
    }

    private static List<String> concat(Collection<String> a, Collection<String> b) {
        List<String> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }

    @Test
    void labelsAreThoseOfTheMoment() {
        List<List<String>> lines = lines(List.of(
                record(
                        Kind.INSPECT,
                        SECOND,
                        "{\"Id\":\"" + Coded.ID
                                + "\",\"Name\":\"/w\\\"e\\\\b\",\"Config\":{\"Image\":\"shop:1\",\"Labels\":"
                                + "{\"com.docker.compose.service\":\"s\\n\",\"com.docker.compose.project\":\"p\"}},"
                                + "\"State\":{\"StartedAt\":\"1970-01-01T00:00:00.5Z\"}}"),
                record(Kind.STATS, 2 * SECOND, "{\"pids_stats\":{\"current\":5}}"),
                record(
                        Kind.EVENT,
                        3 * SECOND,
                        "{\"Type\":\"container\",\"Action\":\"rename\",\"Actor\":{\"ID\":\"" + Coded.ID
                                + "\",\"Attributes\":{\"name\":\"b\"}}}"),
                record(Kind.STATS, 4 * SECOND, "{}")));
        assertThat(lines.get(0)).isEmpty();
        assertThat(lines.get(1))
                .startsWith("container_pids_current{container_name=\"w\\\"e\\\\b\",compose_service=\"s\\n\","
                        + "compose_project=\"p\",image=\"shop:1\"," + LABELS + "} 5 2")
                .anyMatch(line -> line.startsWith("container_start_time_seconds") && line.endsWith("} 0.5 2"));
        assertThat(lines.get(3).get(0)).startsWith("container_last_seen{container_name=\"b\",compose_service=\"s\\n\"");
    }
}
