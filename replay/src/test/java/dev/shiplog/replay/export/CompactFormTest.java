package dev.shiplog.replay.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.testkit.Samples;
import dev.shiplog.timeline.ContainerIndex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompactFormTest {
    private static final Set<String> BESIDE = Set.of(
            "@timestamp",
            "kind",
            "host",
            "journal",
            "sequence",
            "restated",
            "container",
            "container_id",
            "image",
            "image_id",
            "log",
            "log_base64",
            "log_partial",
            "stream");

    @Test
    void namesThatHoldDataBecomeText() {
        assertThat(compact(Kind.STATS, """
                {"cpu_stats":{"cpu_usage":{"total_usage":30,"percpu_usage":[10,20],"new":1},"vcpus":2},\
                "memory_stats":{"usage":7,"stats":{"total_rss":5,"rss":4,"total_new":3}},"gpu":{"0":1},\
                "blkio_stats":{"io_serviced_recursive":null,"io_service_bytes_recursive":[\
                {"major":8,"minor":0,"op":"Read","value":1},{"major":8,"minor":16,"op":"Read","value":2}]},\
                "networks":{"eth0":{"rx_bytes":6},"mac1":{"rx_bytes":4}}}"""))
                .containsExactly(
                        "cpu_total_usage=30",
                        "cpu_percpu_usage=[10,20]",
                        "cpu_rest={\"new\":1,\"vcpus\":2}",
                        "memory_usage=7",
                        "memory_rss=5",
                        "memory_stats_rest={\"rss\":4,\"total_new\":3}",
                        "network_rx_bytes=10",
                        "networks={\"eth0\":{\"rx_bytes\":6},\"mac1\":{\"rx_bytes\":4}}",
                        "blkio_io_service_bytes_Read=3",
                        "blkio_stats={\"io_serviced_recursive\":null,\"io_service_bytes_recursive\":["
                                + "{\"major\":8,\"minor\":0,\"op\":\"Read\",\"value\":1},"
                                + "{\"major\":8,\"minor\":16,\"op\":\"Read\",\"value\":2}]}",
                        "stats_rest={\"gpu\":{\"0\":1}}");
        assertThat(compact(Kind.EVENT, """
                {"Type":"network","Actor":{"ID":"n","Attributes":{"name":"a\\"b\\\\","x.y":"say \\"hi\\"\\u0041"}}}"""))
                .containsExactly(
                        "event_Type=network",
                        "event_Actor_ID=n",
                        "event_Actor_Attributes_name=a\"b\\",
                        "event_Actor_Attributes_rest={\"x.y\":\"say \\\"hi\\\"\\u0041\"}");
        assertThat(compact(Kind.INSPECT, """
                {"Args":[],"Mounts":[{"Type":"bind"}],"State":{"Health":{"Status":"healthy","Log":[{"ExitCode":0}]}},\
                "HostConfig":{"Memory":5,"Sysctls":{"net.x":"1"},"Ulimits":[1]},\
                "NetworkSettings":{"Ports":{"80/tcp":null}},"New":true}"""))
                .containsExactly(
                        "inspect_Mounts=[{\"Type\":\"bind\"}]",
                        "inspect_State_Health_Status=healthy",
                        "inspect_State_Health_Log=[{\"ExitCode\":0}]",
                        "inspect_HostConfig_Memory=5",
                        "inspect_HostConfig_rest={\"Sysctls\":{\"net.x\":\"1\"},\"Ulimits\":[1]}",
                        "inspect_NetworkSettings_Ports={\"80/tcp\":null}",
                        "inspect_rest={\"New\":true}");
    }

    @Test
    void aLongTextThatAnEngineRepeatsStandsOnce() {
        String features = "{\\\"a\\\":1}".repeat(50);
        String runtime = "{\"path\":\"runc\",\"status\":{\"a/b\":\"" + features + "\"}}";

        assertThat(compact(Kind.HOST, "{\"Runtimes\":{\"io.x\":" + runtime + ",\"runc\":" + runtime + "}}"))
                .containsExactly("host_Runtimes={\"io.x\":" + runtime
                        + ",\"runc\":{\"path\":\"runc\",\"status\":{\"a/b\":{\"$ref\":\"#/io.x/status/a~1b\"}}}}");
    }

    /** Whatever hosts run: many interfaces, CPUs, devices, labels, mounts, ports, and any JSON at all. */
    @Test
    void allHostsTogetherHaveNoMoreNamesThanThePageSays() throws IOException {
        Set<String> names = new HashSet<>();
        Random random = new Random(1);
        RandomJson json = new RandomJson(random);
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            for (Kind kind : Kind.values()) {
                records.add(Coded.record(kind, json.next()));
                records.add(Coded.record(kind, "[1]"));
                records.add(Coded.record(kind, "no JSON"));
                records.add(Coded.record(kind, new byte[] {(byte) 0xFF}));
            }
            String data = IntStream.range(0, 20)
                    .mapToObj(k -> "\"n" + random.nextInt(100_000) + "." + k + "\":{\"rx_bytes\":1}")
                    .collect(Collectors.joining(",", "{", "}"));
            records.add(Coded.record(
                    Kind.STATS,
                    "{\"networks\":" + data + ",\"blkio_stats\":" + data + ",\"cpu_stats\":" + data
                            + ",\"memory_stats\":{\"stats\":" + data + "}}"));
            records.add(Coded.record(
                    Kind.INSPECT,
                    "{\"Config\":{\"Labels\":" + data + "},\"HostConfig\":" + data + ",\"NetworkSettings\":" + data
                            + "}"));
            records.add(Coded.record(Kind.EVENT, "{\"Actor\":{\"Attributes\":" + data + "}}"));
            records.add(Coded.record(Kind.HOST, "{\"Runtimes\":" + data + ",\"Swarm\":" + data + "}"));
        }
        each(records, (record, line) -> names.addAll(line.keySet()));
        names.addAll(BESIDE);
        names.addAll(CompactNames.listed());

        assertThat(names).hasSizeLessThanOrEqualTo(300);
        assertThat(Files.readString(Path.of("../docs/flattened-fields.md"))).contains("at most 300 names");
    }

    @Test
    void keepsEveryValueOfRealPayloads() throws IOException {
        for (String name : Samples.NAMES) {
            Kind kind = name.contains("stats")
                    ? Kind.STATS
                    : name.contains("event") ? Kind.EVENT : name.contains("inspect") ? Kind.INSPECT : Kind.HOST;
            List<byte[]> payloads = Samples.payloads(name);
            keepsEveryValue(
                    payloads.subList(0, Math.min(500, payloads.size())).stream()
                            .map(payload -> Coded.record(kind, payload))
                            .toList(),
                    name);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void keepsEveryValueOfAnyPayload(long seed) throws IOException {
        RandomJson json = new RandomJson(new Random(seed));
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            String payload = json.next();
            records.add(Coded.record(Kind.STATS, payload));
            records.add(Coded.record(Kind.EVENT, payload));
        }
        keepsEveryValue(records, "seed " + seed);
    }

    private static void keepsEveryValue(List<Record> records, String what) throws IOException {
        each(records, (record, line) -> {
            String context = what + ": " + new String(record.payload(), StandardCharsets.UTF_8);
            Map<FlatOracle.Scalar, Integer> held = new HashMap<>();
            line.forEach((name, value) -> {
                count(value, 1, held);
                try {
                    count(FlatOracle.parse(value.text().getBytes(StandardCharsets.UTF_8)), 1, held);
                } catch (IOException e) {
                    return; // no JSON within the string
                }
            });
            Map<FlatOracle.Scalar, Integer> sent = new HashMap<>();
            count(FlatOracle.parse(record.payload()), 1, sent);
            sent.forEach((value, count) -> assertThat(value.text().isEmpty()
                            || held.getOrDefault(value, 0) >= (isOnce(record.kind(), value) ? 1 : count)
                            || isSlashed(value, held))
                    .as("%s: %s in %s", context, value, line)
                    .isTrue());
            Map<String, FlatOracle.Scalar> whole =
                    FlatOracle.flatten(record.kind(), "", Coded.ID, record.payload(), record.sequence());
            line.forEach((name, value) -> {
                boolean text = value.text().startsWith("{") || value.text().startsWith("[");
                if (whole.containsKey(name) && !text && !name.equals("@timestamp")) {
                    assertThat(value).as("%s: %s", context, name).isEqualTo(whole.get(name));
                }
                assertThat(BESIDE.contains(name) || CompactNames.isListed(name) || name.endsWith(CompactNames.REST))
                        .as("%s: %s", context, name)
                        .isTrue();
            });
        });
    }

    private static boolean isOnce(Kind kind, FlatOracle.Scalar value) {
        return kind == Kind.HOST && value.text().length() >= 256;
    }

    /** A container's name is the one value that may have got a slash. */
    private static boolean isSlashed(FlatOracle.Scalar value, Map<FlatOracle.Scalar, Integer> held) {
        return held.containsKey(new FlatOracle.Scalar("/" + value.text(), value.token()));
    }

    private static void count(Object json, int times, Map<FlatOracle.Scalar, Integer> counts) {
        if (json instanceof FlatOracle.Obj object) {
            object.members().forEach(member -> count(member.getValue(), times, counts));
        } else if (json instanceof List<?> list) {
            list.forEach(item -> count(item, times, counts));
        } else {
            counts.merge((FlatOracle.Scalar) json, times, Integer::sum);
        }
    }

    private interface Check {
        void check(Record record, Map<String, FlatOracle.Scalar> line) throws IOException;
    }

    /** Each record with its line, which is the same made by a plan and by parsing. */
    private static void each(List<Record> records, Check check) {
        FlatFormat format = new FlatFormat(new ContainerIndex(), new Origin(), new Form(false, true));
        FlatFormat parsing = new FlatFormat(new ContainerIndex(), new Origin(), new Form(false, true));
        Coded.each(records, record -> {
            Bytes line = new Bytes(1 << 10);
            format.write(record, line);
            Bytes parsed = new Bytes(1 << 10);
            if (record.kind() == Kind.LOG) {
                parsing.write(record, parsed); // has one way only
            } else {
                parsing.writeParsed(record, parsed);
            }
            try {
                assertThat(new String(line.toArray(), StandardCharsets.UTF_8))
                        .isEqualTo(new String(parsed.toArray(), StandardCharsets.UTF_8));
                check.check(record.toRecord(), FlatOracle.read(line.toArray()));
            } catch (IOException e) {
                throw new AssertionError(new String(record.toRecord().payload(), StandardCharsets.UTF_8), e);
            }
        });
    }

    /** What the payload gives, as {@code name=value}. */
    private static List<String> compact(Kind kind, String payload) {
        List<String> fields = new ArrayList<>();
        each(List.of(Coded.record(kind, payload), Coded.record(kind, payload)), (record, line) -> {
            fields.clear();
            line.forEach((name, value) -> {
                if (!BESIDE.contains(name)) {
                    fields.add(name + "=" + value.text());
                }
            });
        });
        return fields;
    }
}
