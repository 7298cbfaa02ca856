package dev.shiplog.replay.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.record.Shape;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.testkit.Samples;
import dev.shiplog.timeline.ContainerIndex;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlatFormatTest {
    private static final String TIMESTAMP = "2026-11-21T09:12:03.678047113Z";

    @Test
    void namesTheFieldsOfCgroup1AsParsersKnowThem() {
        String stats = """
                {"read":"2026-11-21T09:12:03.678047113Z","preread":"0001-01-01T00:00:00Z","pids_stats":{"current":2},\
                "blkio_stats":{"io_service_bytes_recursive":[{"major":8,"minor":0,"op":"Read","value":4096},\
                {"major":8,"minor":0,"op":"Total","value":4096},{"major":253,"minor":1,"op":"Read","value":1},\
                {"major":253,"minor":1,"op":"Total","value":1}],"io_queue_recursive":[],\
                "sectors_recursive":[{"major":8,"minor":0,"op":"","value":8}]},"num_procs":0,"storage_stats":{},\
                "cpu_stats":{"cpu_usage":{"total_usage":30,"percpu_usage":[10,20],"usage_in_kernelmode":1,\
                "usage_in_usermode":2},"system_cpu_usage":99,"online_cpus":2,"throttling_data":{"periods":0}},\
                "precpu_stats":{"cpu_usage":{"total_usage":28,"percpu_usage":[9,19]}},\
                "memory_stats":{"usage":458752,"max_usage":4120576,"stats":{"cache":1,"dirty":0,"rss":110592,\
                "total_cache":2,"total_rss":110593},"limit":18446744073709551615},"name":"/web","id":"8e8f",\
                "networks":{"eth0":{"rx_bytes":1006,"tx_errors":0},"eth1":{"rx_bytes":4,"tx_errors":1}}}""";

        assertThat(pretty(flat(Coded.record(Kind.STATS, stats)))).isEqualTo("""
                        "@timestamp":"2026-11-21T09:12:03.678047113Z"
                        "container":"/web"
                        "container_id":"8e8f"
                        "cpu_total_usage":30
                        "cpu_percpu_usage0":10
                        "cpu_percpu_usage1":20
                        "cpu_usage_in_kernelmode":1
                        "cpu_usage_in_usermode":2
                        "cpu_system_cpu_usage":99
                        "cpu_online_cpus":2
                        "cpu_throttling_data_periods":0
                        "memory_usage":458752
                        "memory_max_usage":4120576
                        "memory_stats_stats_cache":1
                        "memory_dirty":0
                        "memory_stats_stats_rss":110592
                        "memory_cache":2
                        "memory_rss":110593
                        "memory_limit":18446744073709551615
                        "network_rx_bytes":1010
                        "network_tx_errors":1
                        "network_eth0_rx_bytes":1006
                        "network_eth0_tx_errors":0
                        "network_eth1_rx_bytes":4
                        "network_eth1_tx_errors":1
                        "blkio_io_service_bytes_Read":4097
                        "blkio_io_service_bytes_Total":4097
                        "blkio_sectors":8
                        "blkio_8_0_io_service_bytes_Read":4096
                        "blkio_8_0_io_service_bytes_Total":4096
                        "blkio_253_1_io_service_bytes_Read":1
                        "blkio_253_1_io_service_bytes_Total":1
                        "blkio_8_0_sectors":8
                        "read":"2026-11-21T09:12:03.678047113Z"
                        "preread":"0001-01-01T00:00:00Z"
                        "pids_current":2
                        "num_procs":0
                        "precpu_total_usage":28
                        "precpu_percpu_usage0":9
                        "precpu_percpu_usage1":19
                        """);
    }

    @Test
    void cgroup2FillsTheNamesOfCgroup1ThatMeanTheSame() throws IOException {
        Map<String, FlatOracle.Scalar> fields =
                FlatOracle.read(flat(Coded.record(Kind.STATS, cgroup2())).getBytes(StandardCharsets.UTF_8));

        assertThat(fields)
                .extractingFromEntries(e -> e.getKey() + "=" + e.getValue().text())
                .contains(
                        "memory_anon=1236992",
                        "memory_rss=1236992",
                        "memory_file=8192000",
                        "memory_cache=8192000",
                        "memory_file_mapped=5271552",
                        "memory_mapped_file=5271552",
                        "memory_file_dirty=135168",
                        "memory_dirty=135168",
                        "memory_file_writeback=0",
                        "memory_writeback=0",
                        "memory_anon_thp=0",
                        "memory_rss_huge=0",
                        "memory_pgfault=12345",
                        "memory_failcnt=3",
                        "pids_limit=18446744073709551615",
                        "blkio_io_service_bytes_read=4196",
                        "blkio_io_service_bytes_Read=4196",
                        "blkio_io_service_bytes_write=8392",
                        "blkio_io_service_bytes_Write=8392",
                        "blkio_254_0_io_service_bytes_read=4096",
                        "blkio_io_serviced=null",
                        "network_rx_bytes=1200",
                        "network_tx_dropped=2");
    }

    @Test
    void writesEventsUnderTheirOwnNames() {
        String event = """
                {"status":"die","id":"b361","from":"busybox","Type":"container","Action":"die","Actor":{"ID":"b361",\
                "Attributes":{"com.example.team":"a\\"b\\u0041","exitCode":"137","name":"a1"}},"scope":"local",\
                "time":1795252323,"timeNano":1795252323678047113}""";

        assertThat(pretty(flat(Coded.record(Kind.EVENT, event)))).isEqualTo("""
                        "@timestamp":"2026-11-21T09:12:03.678047113Z"
                        "event_status":"die"
                        "event_id":"b361"
                        "event_from":"busybox"
                        "event_Type":"container"
                        "event_Action":"die"
                        "event_Actor_ID":"b361"
                        "event_Actor_Attributes_com.example.team":"a\\"b\\u0041"
                        "event_Actor_Attributes_exitCode":"137"
                        "event_Actor_Attributes_name":"a1"
                        "event_scope":"local"
                        "event_time":1795252323
                        "event_timeNano":1795252323678047113
                        """);
    }

    @Test
    void tellsTheImageThatTheDescriptionNamed() {
        String inspect =
                "{\"Id\":\"8e8f\",\"Name\":\"/web\",\"Image\":\"sha256:ea\",\"Config\":{\"Image\":\"busybox\"}}";

        assertThat(flat(Coded.record(Kind.INSPECT, inspect), Coded.record(Kind.STATS, "{\"num_procs\":0}")))
                .isEqualTo("{\"@timestamp\":\"" + TIMESTAMP + "\",\"container\":\"/web\",\"container_id\":\"" + Coded.ID
                        + "\",\"image\":\"busybox\",\"image_id\":\"sha256:ea\",\"num_procs\":0}");
    }

    @Test
    void anEventTellsItsContainerAsASampleDoes() {
        String inspect =
                "{\"Id\":\"8e8f\",\"Name\":\"/web\",\"Image\":\"sha256:ea\",\"Config\":{\"Image\":\"busybox\"}}";
        String container = "\"container\":\"/web\",\"container_id\":\"" + Coded.ID
                + "\",\"image\":\"busybox\",\"image_id\":\"sha256:ea\",";
        List<String> lines = joined(
                Coded.record(Kind.INSPECT, inspect),
                Coded.record(Kind.STATS, "{\"num_procs\":0}"),
                Coded.record(Kind.EVENT, "{\"Type\":\"container\",\"Action\":\"die\"}"),
                Coded.record(Kind.EVENT, "{\"Type\":\"container\",\"Action\":\"exec_create: sh\"}"),
                Coded.record(Kind.EVENT, "{\"Type\":\"network\",\"Action\":\"disconnect\"}"));

        assertThat(lines.subList(0, 4)).allMatch(line -> line.contains(container));
        assertThat(lines.get(4)).doesNotContain("\"container");
    }

    @ParameterizedTest
    @ValueSource(strings = {"web", "/web", "\\/web", "\\u002fweb"})
    void aNameHasASlashWhateverTheEngineSends(String name) {
        String inspect = "{\"Name\":\"" + name + "\",\"Config\":{}}";
        String event = "{\"Type\":\"container\",\"Actor\":{\"Attributes\":{\"name\":\"" + name + "\"}}}";
        for (List<Record> records : List.of(
                List.of(Coded.record(Kind.STATS, "{\"name\":\"" + name + "\"}")),
                List.of(
                        Coded.record(Kind.STATS, "{\"name\":\"x\"}"),
                        Coded.record(Kind.STATS, "{\"name\":\"" + name + "\"}")),
                List.of(Coded.record(Kind.INSPECT, inspect)),
                List.of(Coded.record(Kind.INSPECT, inspect), Coded.record(Kind.STATS, "{\"name\":\"\"}")),
                List.of(Coded.record(Kind.EVENT, event)))) {
            List<String> lines = joined(records.toArray(Record[]::new));

            assertThat(lines.get(lines.size() - 1).replace("\\/", "/").replace("\\u002f", "/"))
                    .contains("\"container\":\"/web\"");
        }
    }

    @Test
    void aRecordThatRepeatsWhatTheJournalHasSaysSo(@TempDir Path directory) throws IOException {
        Record info = Coded.record(Kind.HOST, "{\"Name\":\"vm\"}");
        try (Appender appender =
                Appender.open(directory, new Appender.Options(Roll.MINUTELY, "host", "boot", "test", 0), tail -> {})) {
            appender.append(info);
            appender.setSnapshot(() -> List.of(Coded.record(Kind.MARK, new Mark.SegmentStart("", 0).toJson()), info));
            long later = Coded.TIME + 60_000_000_000L;
            appender.append(new Record(0, Kind.STATS, Coded.ID, later, later, 1, new byte[] {'{', '}'}));
        }
        Origin origin = new Origin();
        FlatFormat flat = new FlatFormat(new ContainerIndex(), origin, new Form(false, false));
        EnvelopeFormat envelope = new EnvelopeFormat(origin);
        StringBuilder restated = new StringBuilder();
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            while (cursor.next() == Cursor.Step.RECORD) {
                origin.observe(cursor);
                RecordView record = cursor.record();
                restated.append(record.restated() ? 'R' : '.');
                for (LineFormat format : List.of(flat, envelope)) {
                    Bytes out = new Bytes(64);
                    format.write(record, out);
                    assertThat(new String(out.toArray(), StandardCharsets.UTF_8).contains(",\"restated\":true,"))
                            .isEqualTo(record.restated());
                }
            }
        }
        assertThat(restated).endsWith("RR.").startsWith(".");
    }

    @Test
    void theKeysThatServeTheRecorderAloneAreInNoLine() {
        Record start = Coded.record(Kind.MARK, new Mark.SegmentStart("4a5b 6c7d", 3).toJson());
        Bytes envelope = new Bytes(64);
        Coded.each(List.of(start), record -> new EnvelopeFormat(new Origin()).write(record, envelope));

        assertThat(flat(start)).endsWith("\"mark\":\"segment-start\",\"mark_containers\":3}");
        assertThat(new String(envelope.toArray(), StandardCharsets.UTF_8))
                .endsWith("\"payload\":{\"mark\":\"segment-start\",\"containers\":3}}");
    }

    @Test
    void writesTheRecordersOwnVoice() {
        byte[] gap = new Mark.Gap("event", "", 1, 2, "the engine was restarted").toJson();

        assertThat(flat(Coded.record(Kind.MARK, gap)))
                .isEqualTo("{\"@timestamp\":\"" + TIMESTAMP + "\",\"mark\":\"gap\",\"mark_kind\":\"event\","
                        + "\"mark_subject\":\"\",\"mark_from\":1,\"mark_to\":2,"
                        + "\"mark_reason\":\"the engine was restarted\","
                        + "\"mark_from_rfc3339\":\"1970-01-01T00:00:00.000000001Z\","
                        + "\"mark_to_rfc3339\":\"1970-01-01T00:00:00.000000002Z\"}");
    }

    @Test
    void keepsWhatAContainerLoggedAsText() {
        assertThat(flat(Coded.record(Kind.LOG, "\u0001" + TIMESTAMP + " {\"level\":\"info\"}\t\n")))
                .isEqualTo("{\"@timestamp\":\"" + TIMESTAMP + "\",\"container_id\":\"" + Coded.ID
                        + "\",\"log\":\"{\\\"level\\\":\\\"info\\\"}\\t\",\"stream\":\"stdout\"}");
        assertThat(flat(Coded.record(Kind.LOG, "\u0003no time here")))
                .isEqualTo("{\"@timestamp\":\"" + TIMESTAMP + "\",\"container_id\":\"" + Coded.ID
                        + "\",\"log\":\"no time here\",\"stream\":\"engine\",\"log_partial\":true}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>502</html>", "{\"a\":1", "{\"a\":\"\\x\"}", "{\"a\":01}", "{\"a\":\"\u0001\"}"})
    void writesWhatIsNotJsonAsOneString(String payload) {
        Bytes string = new Bytes(64);
        JsonString.put(payload, string);

        assertThat(flat(Coded.record(Kind.EVENT, payload)))
                .isEqualTo("{\"@timestamp\":\"" + TIMESTAMP + "\",\"event\":"
                        + new String(string.toArray(), StandardCharsets.UTF_8) + "}");
    }

    @Test
    void writesWhatIsNotTextInBase64() {
        assertThat(flat(Coded.record(Kind.EVENT, new byte[] {(byte) 0xFF, 0})))
                .isEqualTo("{\"@timestamp\":\"" + TIMESTAMP + "\",\"event_base64\":\"/wA=\"}");
    }

    @Test
    void givesNoNameTwiceAndDropsNothing() {
        assertThat(flat(Coded.record(
                        Kind.EVENT,
                        "{\"a\":{\"b\":1},\"a_b\":2,\"a\":{\"b\":3},\"a_b_2\":4,\"\\u0061_b\":5,\"e\":[],\"f\":{}}")))
                .isEqualTo(
                        "{\"@timestamp\":\"" + TIMESTAMP
                                + "\",\"event_a_b\":1,\"event_a_b_2\":2,\"event_a_b_3\":3,\"event_a_b_2_2\":4,\"event_a_b_4\":5}");
    }

    /** In a time that grows with their number, not with its square. */
    @Test
    void givesAHundredThousandMembersOfOneNameANameEach() {
        int members = 100_000;
        String payload = "{" + "\"k\":1,".repeat(members - 1) + "\"k\":2}";
        assertThat(flat(Coded.record(Kind.EVENT, payload))).endsWith(",\"event_k_" + members + "\":2}");
    }

    @Test
    void followsADeviceThatChangesWhileTheShapeStays() {
        List<Record> records = new ArrayList<>();
        for (String device : List.of(
                "8,\"minor\":0,\"op\":\"Read\"", "8,\"minor\":1,\"op\":\"Read\"", "9,\"minor\":1,\"op\":\"Write\"")) {
            records.add(Coded.record(
                    Kind.STATS, "{\"blkio_stats\":{\"io_time_recursive\":[{\"major\":" + device + ",\"value\":5}]}}"));
        }
        List<String> lines = new ArrayList<>();
        FlatFormat format = new FlatFormat(new ContainerIndex(), new Origin(), new Form(true, false));
        Coded.each(records, record -> lines.add(line(format, record)));

        assertThat(lines.toString())
                .contains("blkio_io_time_Read\":5,\"blkio_8_0_io_time_Read\":5}")
                .contains("blkio_io_time_Read\":5,\"blkio_8_1_io_time_Read\":5}")
                .contains("blkio_io_time_Write\":5,\"blkio_9_1_io_time_Write\":5}");
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void addsUpCountersOfAnySize(long counter) {
        String stats = "{\"networks\":{\"a\":{\"n\":" + counter + "},\"b\":{\"n\":" + counter + "}}}";

        assertThat(flat(Coded.record(Kind.STATS, stats)))
                .contains(
                        "\"network_n\":" + java.math.BigInteger.valueOf(counter).shiftLeft(1) + ",");
    }

    @Test
    void addsUpFractions() {
        assertThat(FlatPlan.sum(List.of("1.5", "2", "1E400"))).isEqualTo("1.000000000000000000000000000000000E+400");
        assertThat(FlatPlan.sum(List.of("0.25", "0.5"))).isEqualTo("0.75");
        assertThat(FlatPlan.sum(List.of("1e99999999999", "18446744073709551615", "1")))
                .isEqualTo("18446744073709551616");
    }

    static Stream<Arguments> samples() {
        return Samples.NAMES.stream().map(name -> Arguments.of(name, kindOf(name)));
    }

    private static Kind kindOf(String name) {
        return name.contains("stats")
                ? Kind.STATS
                : name.contains("event") ? Kind.EVENT : name.contains("inspect") ? Kind.INSPECT : Kind.HOST;
    }

    @ParameterizedTest
    @MethodSource("samples")
    void flattensRealPayloadsAsTheOracleDoes(String name, Kind kind) {
        compare(
                Samples.payloads(name).stream()
                        .map(payload -> Coded.record(kind, payload))
                        .toList(),
                name);
    }

    @Test
    void flattensCgroup2AsTheOracleDoes() throws IOException {
        compare(List.of(Coded.record(Kind.STATS, cgroup2())), "cgroup 2");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void flattensRandomPayloadsAsTheOracleDoes(long seed) {
        RandomJson json = new RandomJson(new Random(seed));
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            String payload = json.next();
            records.add(Coded.record(Kind.STATS, payload));
            records.add(Coded.record(Kind.EVENT, payload));
        }
        compare(records, "seed " + seed, true);
        compare(records, "seed " + seed, false);
    }

    /** Rows of much the same samples, in which anything may change from one to the next. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aLineMadeOfTheLastIsTheOneMadeAnew(long seed) {
        Random random = new Random(seed);
        List<String> numbers = List.of(
                "0",
                "7",
                "99",
                "100",
                "-1",
                "-10",
                "9223372036854775807",
                "-9223372036854775808",
                "18446744073709551615",
                "1.5",
                "1e3",
                "01");
        List<String> strings = List.of(
                "",
                "a",
                "/a",
                "\\/a",
                "\\u002Fa",
                "b\\n",
                "\u00e9",
                "\t",
                "2026-11-21T09:12:03.678047113Z",
                "0001-01-01T00:00:00Z");
        List<String[]> rows = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            rows.add(new String[] {"1", "2", "3", "4", "5", "6", "8", "0", "x", "2026-11-21T09:12:03Z"});
        }
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            int container = random.nextInt(rows.size());
            String id = "c" + container;
            long time = Coded.TIME + i * (random.nextBoolean() ? 1_000_000_000L : 1_234_567L);
            String[] v = rows.get(container);
            for (int changes = random.nextInt(5); changes > 0; changes--) {
                int at = random.nextInt(v.length);
                v[at] = at >= 8
                        ? strings.get(random.nextInt(strings.size()))
                        : at >= 6
                                ? Integer.toString(random.nextInt(3))
                                : random.nextInt(8) == 0
                                        ? numbers.get(random.nextInt(numbers.size()))
                                        : Long.toString(random.nextLong() >>> random.nextInt(64));
            }
            String sample = """
                    {"read":"%s","n":%s,"networks":{"a":{"rx":%s},"b":{"rx":%s}},"cpu_stats":{"x":%s,"y":[%s,%s]},\
                    "blkio_stats":{"io_time_recursive":[{"major":%s,"minor":%s,"op":"Read","value":5}]},"name":"%s"}""".formatted(v[9], v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8]);
            records.add(new Record(i, Kind.STATS, id, time, time + 5, 1, sample.getBytes(StandardCharsets.UTF_8)));
            if (random.nextInt(50) == 0) {
                String inspect = "{\"Id\":\"" + id + "\",\"Name\":\"/n" + i + "\",\"Image\":\"sha256:" + i
                        + "\",\"Config\":{\"Image\":\"busybox\"}}";
                records.add(
                        new Record(1, Kind.INSPECT, id, time, time + 5, 1, inspect.getBytes(StandardCharsets.UTF_8)));
            }
        }
        ContainerIndex containers = new ContainerIndex();
        FlatFormat format = new FlatFormat(containers, new Origin(), new Form(false, false));
        Coded.each(records, record -> {
            containers.apply(record);
            Bytes anew = new Bytes(4096);
            new FlatFormat(containers, new Origin(), new Form(false, false)).writeParsed(record, anew);
            assertThat(line(format, record))
                    .as("seed %d: %s", seed, new String(record.toRecord().payload(), StandardCharsets.UTF_8))
                    .isEqualTo(new String(anew.toArray(), StandardCharsets.UTF_8));
        });
    }

    @Test
    void writesEveryRealSampleByThePlanOfItsShape() {
        FlatFormat format = new FlatFormat(new ContainerIndex(), new Origin(), new Form(true, false));
        List<Record> records = Samples.payloads(Samples.STATS).stream()
                .map(p -> Coded.record(Kind.STATS, p))
                .toList();
        Coded.each(records, record -> {
            Shape shape = record.shape();
            assertThat(shape).isNotNull();
            if (shape != null) {
                assertThat(format.plan(shape, record)).isNotNull();
            }
        });
    }

    private static void compare(List<Record> records, String what) {
        compare(records, what, false);
    }

    private static void compare(List<Record> records, String what, boolean bare) {
        FlatFormat format = format(bare);
        FlatFormat parsing = format(bare);
        Coded.each(records, record -> {
            byte[] payload = record.toRecord().payload();
            Bytes line = new Bytes(4096);
            format.write(record, line);
            Bytes parsed = new Bytes(4096);
            parsing.writeParsed(record, parsed);
            try {
                var expected = List.copyOf(
                        FlatOracle.flatten(record.kind(), TIMESTAMP, Coded.ID, payload, bare ? 0 : record.sequence())
                                .entrySet());
                var actual = List.copyOf(FlatOracle.read(line.toArray()).entrySet());
                if (!actual.equals(expected) || !Arrays.equals(line.toArray(), parsed.toArray())) {
                    String context = what + ": " + new String(payload, StandardCharsets.UTF_8);
                    assertThat(actual).as(context).isEqualTo(expected);
                    assertThat(parsed.toArray())
                            .asString()
                            .as(context)
                            .isEqualTo(new String(line.toArray(), StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                throw new AssertionError(what + ": " + new String(payload, StandardCharsets.UTF_8), e);
            }
        });
    }

    private static FlatFormat format(boolean bare) {
        return bare
                ? new FlatFormat(new ContainerIndex(), new Origin(), new Form(true, false))
                : new FlatFormat(new ContainerIndex(), new Origin(), new Form(false, false));
    }

    private static String cgroup2() throws IOException {
        try (InputStream in = FlatFormatTest.class.getResourceAsStream("/dev/shiplog/replay/stats-cgroup2.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The lines of the records, with what tells which they are. */
    private static List<String> joined(Record... records) {
        ContainerIndex containers = new ContainerIndex();
        FlatFormat format = new FlatFormat(containers, new Origin(), new Form(false, false));
        List<String> lines = new ArrayList<>();
        Coded.each(List.of(records), record -> {
            containers.apply(record);
            lines.add(line(format, record));
        });
        return lines;
    }

    /** The line of the last record, after the others were seen. */
    private static String flat(Record... records) {
        ContainerIndex containers = new ContainerIndex();
        FlatFormat format = new FlatFormat(containers, new Origin(), new Form(true, false));
        List<String> lines = new ArrayList<>();
        Coded.each(List.of(records), record -> {
            containers.apply(record);
            lines.add(line(format, record));
        });
        return lines.get(lines.size() - 1);
    }

    private static String line(FlatFormat format, RecordView record) {
        Bytes out = new Bytes(16);
        format.write(record, out);
        return new String(out.toArray(), StandardCharsets.UTF_8);
    }

    /** A field a line, each as it stands. */
    private static String pretty(String line) {
        StringBuilder fields = new StringBuilder();
        try (JsonParser parser = new JsonFactory().createParser(line)) {
            parser.nextToken();
            while (parser.nextFieldName() != null) {
                int from = (int) parser.currentTokenLocation().getCharOffset();
                parser.nextToken();
                parser.getText();
                int to = (int) parser.currentLocation().getCharOffset();
                fields.append(line, from, to).append('\n');
            }
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
        return fields.toString();
    }
}
