package dev.shiplog.replay.ecs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.testkit.Samples;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every field of samples of real engines, computed again from the JSON of two samples in exact decimals, by Metricbeat's
 * formulas.
 */
class SampleOracleTest {
    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);
    private static final Map<String, String> NETWORK =
            Map.of("bytes", "bytes", "packets", "packets", "dropped", "dropped", "errors", "errors");
    private static final Map<String, String> DISK = Map.of(
            "bytes", "io_service_bytes_recursive",
            "ops", "io_serviced_recursive",
            "service_time", "io_service_time_recursive",
            "wait_time", "io_wait_time_recursive",
            "queued", "io_queue_recursive");

    /** What is between two samples of a container. */
    private enum Between {
        NOTHING,
        START,
        LOSS
    }

    @Test
    void samplesOfRealEngines() {
        for (String name : Samples.NAMES) {
            if (name.contains("stats")) {
                List<byte[]> payloads = Samples.payloads(name);
                check(payloads.subList(0, Math.min(1_500, payloads.size())), i -> Between.NOTHING);
            }
        }
    }

    @Test
    void nothingIsTakenFromAnotherLifeOrFromBeforeAGap() {
        List<byte[]> payloads = Samples.payloads(Samples.STATS).subList(0, 1_500);
        check(payloads, i -> i % 200 == 150 ? Between.START : i % 200 == 50 ? Between.LOSS : Between.NOTHING);
    }

    @Test
    void samplesOfCgroup2ThatGrow() {
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ObjectNode sample = (ObjectNode) Documents.parse(EcsFormatTest.cgroup2());
            grow(sample, i, "");
            Instant read = Instant.parse("2026-11-21T12:00:01Z").plusMillis(1_500L * i);
            sample.put("read", read.toString());
            payloads.add(sample.toString().getBytes(UTF_8));
        }
        check(payloads, i -> Between.NOTHING);
    }

    /** Makes each number a little larger than in the sample before. */
    private static void grow(JsonNode node, int times, String path) {
        node.properties().forEach(member -> {
            JsonNode value = member.getValue();
            if (value.isNumber() && value.canConvertToLong() && !path.isEmpty()) {
                ((ObjectNode) node).put(member.getKey(), value.longValue() + times * (7L + value.longValue() / 1_000));
            } else if (value instanceof ArrayNode list) {
                list.forEach(item ->
                        ((ObjectNode) item).put("value", item.path("value").longValue() + times * 4_097L));
            } else {
                grow(value, times, member.getKey());
            }
        });
    }

    private interface Plan {
        Between before(int sample);
    }

    private static void check(List<byte[]> payloads, Plan plan) {
        List<Record> records = new ArrayList<>();
        List<Map<String, BigDecimal>> expected = new ArrayList<>();
        Map<String, @Nullable JsonNode> before = new HashMap<>();
        Map<String, Boolean> born = new HashMap<>();
        for (int i = 0; i < payloads.size(); i++) {
            JsonNode sample = Documents.parse(payloads.get(i));
            String id = sample.path("id").asText("x");
            long time = time(sample);
            if (plan.before(i) == Between.START) {
                records.add(record(
                        Kind.EVENT,
                        id,
                        records,
                        time - 1,
                        ("{\"Type\":\"container\",\"Action\":\"start\"," + "\"Actor\":{\"ID\":\"" + id
                                        + "\"},\"timeNano\":" + (time - 1) + "}")
                                .getBytes(UTF_8)));
                expected.add(Map.of());
                before.remove(id);
                born.put(id, true);
            } else if (plan.before(i) == Between.LOSS) {
                records.add(record(
                        Kind.MARK, "", records, time - 1, new Mark.Gap("stats", "", time - 2, time - 1, "x").toJson()));
                expected.add(Map.of());
                before.replaceAll((container, last) -> null);
                born.clear();
            }
            records.add(record(Kind.STATS, id, records, time, payloads.get(i)));
            expected.add(fields(sample, before.get(id), born.getOrDefault(id, false)));
            before.put(id, sample);
            born.put(id, false);
        }
        List<JsonNode> documents = Documents.of(records);
        for (int i = 0; i < documents.size(); i++) {
            if (!expected.get(i).isEmpty()) {
                assertThat(numbers(documents.get(i)))
                        .as("record %d: %s", i, documents.get(i))
                        .isEqualTo(rounded(expected.get(i)));
            }
        }
    }

    private static Record record(Kind kind, String subject, List<Record> before, long time, byte[] payload) {
        return Documents.record(kind, subject, before.size() + 1L, time, payload);
    }

    private static long time(JsonNode sample) {
        Instant read = Instant.parse(sample.path("read").asText());
        return read.getEpochSecond() * 1_000_000_000L + read.getNano();
    }

    /** The fields of a document that are numbers, but for the two sequences. */
    private static Map<String, BigDecimal> numbers(JsonNode document) {
        Map<String, BigDecimal> numbers = new TreeMap<>();
        document.properties().forEach(field -> {
            if (field.getValue().isNumber() && !field.getKey().endsWith("sequence")) {
                numbers.put(field.getKey(), field.getValue().decimalValue().stripTrailingZeros());
            }
        });
        return numbers;
    }

    private static Map<String, BigDecimal> rounded(Map<String, BigDecimal> exact) {
        Map<String, BigDecimal> rounded = new TreeMap<>();
        exact.forEach((name, value) ->
                rounded.put(name, value.setScale(6, RoundingMode.HALF_UP).stripTrailingZeros()));
        return rounded;
    }

    private static Map<String, BigDecimal> fields(JsonNode now, @Nullable JsonNode before, boolean born) {
        Map<String, BigDecimal> fields = new HashMap<>();
        JsonNode cpu = now.path("cpu_stats");
        BigDecimal cpus = decimal(cpu.path("online_cpus"));
        put(fields, "shiplog.cpu.online", cpus);
        put(fields, "docker.cpu.kernel.ticks", at(now, "/cpu_stats/cpu_usage/usage_in_kernelmode"));
        put(fields, "docker.cpu.user.ticks", at(now, "/cpu_stats/cpu_usage/usage_in_usermode"));
        put(fields, "docker.cpu.system.ticks", at(now, "/cpu_stats/system_cpu_usage"));
        for (String name : List.of("periods", "throttled_periods", "throttled_time")) {
            put(fields, "shiplog.cpu." + name, at(now, "/cpu_stats/throttling_data/" + name));
        }
        put(fields, "shiplog.pids.current", at(now, "/pids_stats/current"));
        if (before != null) {
            share(fields, "total", "/cpu_stats/cpu_usage/total_usage", now, before);
            share(fields, "kernel", "/cpu_stats/cpu_usage/usage_in_kernelmode", now, before);
            share(fields, "user", "/cpu_stats/cpu_usage/usage_in_usermode", now, before);
            share(fields, "system", "/cpu_stats/system_cpu_usage", now, before);
            put(fields, "container.cpu.usage", fields.get("docker.cpu.total.norm.pct"));
        }
        memory(fields, now);
        BigDecimal seconds = before == null
                ? null
                : BigDecimal.valueOf(time(now) - time(before)).divide(NANOS);
        NETWORK.keySet().forEach(name -> {
            network(fields, "in", "rx_" + name, name, now, before, seconds);
            network(fields, "out", "tx_" + name, name, now, before, seconds);
        });
        DISK.forEach((name, list) -> disk(fields, name, list, now, before, seconds));
        sinceLast(
                fields,
                "container.network.ingress.bytes",
                network(now, "rx_bytes"),
                before == null ? null : network(before, "rx_bytes"),
                born);
        sinceLast(
                fields,
                "container.network.egress.bytes",
                network(now, "tx_bytes"),
                before == null ? null : network(before, "tx_bytes"),
                born);
        String bytes = DISK.get("bytes");
        sinceLast(
                fields,
                "container.disk.read.bytes",
                disk(now, bytes, "read"),
                before == null ? null : disk(before, bytes, "read"),
                born);
        sinceLast(
                fields,
                "container.disk.write.bytes",
                disk(now, bytes, "write"),
                before == null ? null : disk(before, bytes, "write"),
                born);
        return fields;
    }

    private static void put(Map<String, BigDecimal> fields, String name, @Nullable BigDecimal value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    private static void share(Map<String, BigDecimal> fields, String of, String place, JsonNode now, JsonNode before) {
        BigDecimal part = more(at(now, place), at(before, place));
        BigDecimal all = more(at(now, "/cpu_stats/system_cpu_usage"), at(before, "/cpu_stats/system_cpu_usage"));
        if (part != null && all != null && all.signum() > 0) {
            BigDecimal normal = part.divide(all, 30, RoundingMode.HALF_UP);
            fields.put("docker.cpu." + of + ".norm.pct", normal);
            fields.put("docker.cpu." + of + ".pct", normal.multiply(decimal(now.at("/cpu_stats/online_cpus"))));
        }
    }

    private static void memory(Map<String, BigDecimal> fields, JsonNode now) {
        BigDecimal limit = at(now, "/memory_stats/limit");
        BigDecimal usage = at(now, "/memory_stats/usage");
        boolean v1 = now.at("/memory_stats/stats").has("total_inactive_file");
        BigDecimal file = at(now, "/memory_stats/stats/" + (v1 ? "total_inactive_file" : "inactive_file"));
        BigDecimal rss = at(now, "/memory_stats/stats/" + (v1 ? "total_rss" : "anon"));
        BigDecimal total = usage == null || file == null || file.compareTo(usage) >= 0 ? usage : usage.subtract(file);
        put(fields, "docker.memory.limit", limit);
        put(fields, "docker.memory.usage.max", at(now, "/memory_stats/max_usage"));
        put(fields, "docker.memory.fail.count", at(now, "/memory_stats/failcnt"));
        put(fields, "docker.memory.usage.total", total);
        put(fields, "docker.memory.rss.total", rss);
        if (limit != null && total != null && rss != null) {
            put(fields, "docker.memory.usage.pct", total.divide(limit, 30, RoundingMode.HALF_UP));
            put(fields, "container.memory.usage", total.divide(limit, 30, RoundingMode.HALF_UP));
            put(fields, "docker.memory.rss.pct", rss.divide(limit, 30, RoundingMode.HALF_UP));
        }
    }

    private static void network(
            Map<String, BigDecimal> fields,
            String way,
            String member,
            String name,
            JsonNode now,
            @Nullable JsonNode before,
            @Nullable BigDecimal seconds) {
        BigDecimal total = network(now, member);
        put(fields, "docker.network." + way + "bound." + name, total);
        rate(
                fields,
                "docker.network." + way + "." + name,
                total,
                before == null ? null : network(before, member),
                seconds);
    }

    private static void disk(
            Map<String, BigDecimal> fields,
            String name,
            String list,
            JsonNode now,
            @Nullable JsonNode before,
            @Nullable BigDecimal seconds) {
        for (String way : List.of("read", "write", "summary")) {
            BigDecimal total = disk(now, list, way);
            put(fields, "docker.diskio." + way + "." + name, total);
            if (name.equals("ops")) {
                rate(
                        fields,
                        "docker.diskio." + way + ".rate",
                        total,
                        before == null ? null : disk(before, list, way),
                        seconds);
            }
        }
    }

    private static void rate(
            Map<String, BigDecimal> fields,
            String name,
            @Nullable BigDecimal now,
            @Nullable BigDecimal before,
            @Nullable BigDecimal seconds) {
        BigDecimal more = more(now, before);
        if (more != null && seconds != null) {
            fields.put(name, more.divide(seconds, 30, RoundingMode.HALF_UP));
        }
    }

    private static void sinceLast(
            Map<String, BigDecimal> fields,
            String name,
            @Nullable BigDecimal now,
            @Nullable BigDecimal before,
            boolean born) {
        put(fields, name, born ? now : more(now, before));
    }

    private static @Nullable BigDecimal more(@Nullable BigDecimal now, @Nullable BigDecimal before) {
        return now == null || before == null || now.compareTo(before) < 0 ? null : now.subtract(before);
    }

    private static @Nullable BigDecimal at(JsonNode sample, String place) {
        JsonNode value = sample.at(place);
        return value.isNumber() ? value.decimalValue() : null;
    }

    private static BigDecimal decimal(JsonNode value) {
        return value.decimalValue();
    }

    private static @Nullable BigDecimal network(JsonNode sample, String member) {
        JsonNode networks = sample.path("networks");
        if (!networks.isObject()) {
            return null;
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (JsonNode network : networks) {
            sum = sum.add(network.path(member).decimalValue());
        }
        return sum;
    }

    private static @Nullable BigDecimal disk(JsonNode sample, String list, String way) {
        JsonNode entries = sample.path("blkio_stats").path(list);
        if (!entries.isArray() || entries.isEmpty() && !list.equals(DISK.get("bytes"))) {
            return null;
        }
        Map<String, BigDecimal> sums = new HashMap<>();
        entries.forEach(entry -> sums.merge(
                entry.path("op").asText().toLowerCase(java.util.Locale.ROOT),
                entry.path("value").decimalValue(),
                BigDecimal::add));
        BigDecimal read = sums.getOrDefault("read", BigDecimal.ZERO);
        BigDecimal write = sums.getOrDefault("write", BigDecimal.ZERO);
        return switch (way) {
            case "read" -> read;
            case "write" -> write;
            default -> sums.getOrDefault("total", read.add(write));
        };
    }
}
