package dev.shiplog.replay.ecs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.export.Coded;
import dev.shiplog.testkit.Samples;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EcsFormatTest {
    private static final String HEAD = """
            "@timestamp":"2026-11-21T09:12:03.678047113Z"
            "event.created":"2026-11-21T09:12:03.679Z"
            "event.sequence":1
            "shiplog.sequence":1
            "ecs.version":"8.11.0"
            """;

    /** The fields, one a line, but those that are the same for all kinds. */
    private static List<String> fields(Kind kind, String payload) {
        return fields(Documents.of(List.of(Coded.record(kind, payload))).get(0));
    }

    private static List<String> fields(JsonNode document) {
        List<String> lines = new ArrayList<>();
        document.properties().forEach(field -> lines.add(field.getKey() + "=" + field.getValue()));
        lines.removeIf(line -> line.matches("(@timestamp|event.created|event.sequence|event.module|ecs.version"
                + "|shiplog.sequence|container.id|container.runtime)=.*"));
        return lines;
    }

    static byte[] cgroup2() {
        try (InputStream sample = EcsFormatTest.class.getResourceAsStream("/dev/shiplog/replay/stats-cgroup2.json")) {
            return Objects.requireNonNull(sample).readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** An index refuses a document for one such label; what has it whole is not searched. */
    @Test
    void leavesOutOfObjectsWhatNoIndexTakesAndKeepsItElsewhere() {
        String most = "x".repeat(31_999);
        for (String label : List.of(
                "\"a\":\"" + most + "x\"",
                "\"" + most + "x\":\"1\"",
                "\"" + "k".repeat(16_000) + "\":\"" + "v".repeat(16_001) + "\"",
                "\"a\":\"" + "\u20ac".repeat(10_667) + "\"")) {
            String event = "{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"Attributes\":{\"b\":\"" + most
                    + "\"," + label + "}}}";
            JsonNode document =
                    Documents.of(List.of(Coded.record(Kind.EVENT, event))).get(0);
            assertThat(document.path("docker.event.actor.attributes"))
                    .isEqualTo(Documents.parse("{\"b\":\"" + most + "\"}"));
            assertThat(document.path("event.original").asText()).isEqualTo(event);

            String description = "{\"Config\":{\"Labels\":{" + label + "}}}";
            document = Documents.of(List.of(Coded.record(Kind.INSPECT, description)))
                    .get(0);
            assertThat(document.path("docker.container.labels")).isEmpty();
            assertThat(document.path("shiplog.inspect").asText()).isEqualTo(description);
            assertThat(document.has("event.original")).isFalse();
        }
    }

    @Test
    void writesTheNamesAndDigestsOfAnImage() {
        String image = "{\"Id\":\"sha256:1\",\"RepoTags\":[\"shop:2\",\"reg:5000/shop:2\",\"shop:latest\"],"
                + "\"RepoDigests\":[\"shop@sha256:3\"],\"Config\":{\"Env\":[\"A=<redacted>\"]}}";
        assertThat(fields(Kind.IMAGE, image))
                .contains(
                        "event.kind=\"state\"",
                        "event.dataset=\"docker.image\"",
                        "shiplog.kind=\"image\"",
                        "container.image.name=[\"shop:2\",\"reg:5000/shop:2\",\"shop:latest\"]",
                        "container.image.tag=[\"2\",\"latest\"]",
                        "container.image.hash.all=[\"sha256:1\",\"sha256:3\"]")
                .noneMatch(field -> field.startsWith("container.id"))
                .last()
                .isEqualTo("shiplog.inspect=" + Documents.parse("\"" + image.replace("\"", "\\\"") + "\""));
    }

    @Test
    void writesASampleWithoutOneBefore() {
        String payload = """
                {"read":"2026-11-21T09:12:03Z","pids_stats":{"current":7,"limit":18446744073709551615},\
                "blkio_stats":{"io_service_bytes_recursive":[{"major":8,"minor":0,"op":"Read","value":1000},\
                {"major":8,"minor":0,"op":"Write","value":200},{"major":8,"minor":0,"op":"Discard","value":30},\
                {"major":8,"minor":0,"op":"Total","value":1230}],"io_serviced_recursive":[]},\
                "cpu_stats":{"cpu_usage":{"total_usage":30,"usage_in_kernelmode":10,"usage_in_usermode":20},\
                "system_cpu_usage":900,"online_cpus":2,"throttling_data":{"periods":5}},\
                "precpu_stats":{"cpu_usage":{"total_usage":3},"system_cpu_usage":90},\
                "memory_stats":{"usage":1000,"max_usage":2000,"stats":{"total_rss":300,"total_inactive_file":200,\
                "hierarchical_memory_limit":9223372036854775807,"more":9223372036854775808},"limit":1600},\
                "name":"/web","id":"8e8f","networks":{"eth0.5":{"rx_bytes":1,"tx_bytes":2},"eth1":{"rx_bytes":10}}}""";

        assertThat(fields(Kind.STATS, payload))
                .containsExactly(
                        "event.kind=\"metric\"",
                        "event.dataset=\"docker.stats\"",
                        "shiplog.kind=\"stats\"",
                        "container.name=\"web\"",
                        "shiplog.cpu.online=2",
                        "docker.memory.usage.total=800",
                        "docker.memory.rss.total=300",
                        "docker.memory.usage.pct=0.5",
                        "container.memory.usage=0.5",
                        "docker.memory.rss.pct=0.1875",
                        "docker.cpu.kernel.ticks=10",
                        "docker.cpu.user.ticks=20",
                        "docker.cpu.system.ticks=900",
                        "shiplog.cpu.periods=5",
                        "docker.memory.limit=1600",
                        "docker.memory.usage.max=2000",
                        "shiplog.pids.current=7",
                        "docker.network.inbound.bytes=11",
                        "docker.network.outbound.bytes=2",
                        "docker.diskio.read.bytes=1000",
                        "docker.diskio.write.bytes=200",
                        "docker.diskio.summary.bytes=1230",
                        "docker.memory.stats={\"total_rss\":300,\"total_inactive_file\":200,"
                                + "\"hierarchical_memory_limit\":9223372036854775807}",
                        "docker.network.interface=[\"eth0.5\",\"eth1\"]",
                        "shiplog.network.interfaces={\"eth0_5\":{\"rx_bytes\":1,\"tx_bytes\":2},"
                                + "\"eth1\":{\"rx_bytes\":10}}");
    }

    @Test
    void writesAnEvent() {
        assertThat(fields(Kind.EVENT, """
                {"status":"die","id":"b361","from":"busybox","Type":"container","Action":"die","Actor":{"ID":"b361",\
                "Attributes":{"a.b":"1","a.b.c":"2","a_b":"3","exitCode":"137","name":"a1"}},"scope":"local",\
                "time":1795252323,"timeNano":1795252323678047113}"""))
                .containsExactly(
                        "event.kind=\"event\"",
                        "event.dataset=\"docker.event\"",
                        "shiplog.kind=\"event\"",
                        "container.name=\"a1\"",
                        "event.action=\"die\"",
                        "event.category=[\"process\"]",
                        "event.type=[\"end\"]",
                        "docker.event.type=\"container\"",
                        "docker.event.action=\"die\"",
                        "docker.event.status=\"die\"",
                        "docker.event.id=\"b361\"",
                        "docker.event.from=\"busybox\"",
                        "docker.event.actor.id=\"b361\"",
                        "docker.event.actor.attributes={\"a_b\":\"1\",\"a_b_c\":\"2\",\"a_b_2\":\"3\","
                                + "\"exitCode\":\"137\",\"name\":\"a1\"}",
                        "process.exit_code=137");
        assertThat(fields(
                        Kind.EVENT,
                        "{\"Type\":\"container\",\"Action\":\"exec_start: sh -c ls\",\"Actor\":{\"ID\":\"b361\"}}"))
                .contains(
                        "event.action=\"exec_start\"",
                        "event.category=[\"process\"]",
                        "event.type=[\"start\"]",
                        "docker.event.action=\"exec_start: sh -c ls\"");
        assertThat(fields(Kind.EVENT, "{\"Type\":\"tractor\",\"Action\":\"plough\"}"))
                .containsExactly(
                        "event.kind=\"event\"",
                        "event.dataset=\"docker.event\"",
                        "shiplog.kind=\"event\"",
                        "event.action=\"plough\"",
                        "docker.event.type=\"tractor\"",
                        "docker.event.action=\"plough\"");
    }

    @Test
    void writesADescription() {
        String description = """
                {"Id":"8e8f","Created":"2026-11-21T10:12:03.5+01:00","Path":"sh","Args":["-c","sleep 5"],"Name":"/web",\
                "Image":"sha256:ea","State":{"Status":"running","Running":true,"Health":{"Status":"unhealthy",\
                "FailingStreak":3,"Log":[{"ExitCode":0},{"Start":"2026-11-21T10:12:03+01:00","End":\
                "2026-11-21T10:12:04.25+01:00","ExitCode":-1,"Output":"no\\n"}]}},"SizeRw":5,"SizeRootFs":\
                18446744073709551615,"Config":{"Image":"shop:1","Labels":{"z":"1","a.b":"2","a_b":"3"}},\
                "NetworkSettings":{"Networks":{"n1":{"IPAddress":"10.0.0.7"},"n2":{"IPAddress":""},\
                "n3":{"IPAddress":"10.0.0.700"},"n4":{"IPAddress":"fd00:0:0:0:0:0:0:7"}}}}""";

        List<String> fields = fields(Kind.INSPECT, description);

        assertThat(fields.remove(fields.size() - 1))
                .isEqualTo("shiplog.inspect=" + Documents.JSON.getNodeFactory().textNode(description));
        assertThat(fields)
                .containsExactly(
                        "event.kind=\"state\"",
                        "event.dataset=\"docker.container\"",
                        "shiplog.kind=\"inspect\"",
                        "container.name=\"web\"",
                        "container.image.name=\"shop:1\"",
                        "container.image.hash.all=[\"sha256:ea\"]",
                        "container.labels={\"a_b\":\"2\",\"a_b_2\":\"3\",\"z\":\"1\"}",
                        "docker.container.command=\"sh -c 'sleep 5'\"",
                        "docker.container.created=\"2026-11-21T09:12:03.5Z\"",
                        "docker.container.status=\"running\"",
                        "docker.container.ip_addresses=[\"10.0.0.7\",\"fd00:0:0:0:0:0:0:7\"]",
                        "docker.container.labels={\"z\":\"1\",\"a_b\":\"2\",\"a_b_2\":\"3\"}",
                        "docker.container.size.rw=5",
                        "docker.healthcheck.status=\"unhealthy\"",
                        "docker.healthcheck.failingstreak=3",
                        "docker.healthcheck.event.start_date=\"2026-11-21T09:12:03Z\"",
                        "docker.healthcheck.event.end_date=\"2026-11-21T09:12:04.25Z\"",
                        "docker.healthcheck.event.exit_code=-1",
                        "docker.healthcheck.event.output=\"no\\n\"");
    }

    @Test
    void writesTheHost() {
        assertThat(fields(Documents.of(List.of(Coded.record(
                                Kind.HOST,
                                Samples.payloads("engine-28.5-info.json").get(0))))
                        .get(0)))
                .containsExactly(
                        "event.kind=\"state\"",
                        "event.dataset=\"docker.info\"",
                        "shiplog.kind=\"host\"",
                        "docker.info.containers.total=1",
                        "docker.info.containers.running=1",
                        "docker.info.containers.paused=0",
                        "docker.info.containers.stopped=0",
                        "docker.info.images=1",
                        "docker.info.id=\"98190b64-a97e-458e-bcb8-d314f06956ab\"",
                        "host.architecture=\"x86_64\"",
                        "host.os.type=\"linux\"",
                        "host.os.full=\"Debian GNU/Linux forky/sid\"",
                        "host.os.kernel=\"6.12.0-amd64\"",
                        "shiplog.engine.version=\"28.5.2+dfsg4\"");
    }

    @Test
    void writesMarks() {
        Map<Mark, String> marks = new LinkedHashMap<>();
        marks.put(
                new Mark.Start("1.0", Map.of("journal.dir", "/srv")),
                "type=start version=1.0 configuration={\"journal_dir\":\"/srv\"}");
        marks.put(
                new Mark.Gap("stats", "8e8f", 1_000_000_001L, 2_000_000_000L, "why not"),
                "type=gap kind=stats subject=8e8f from=1970-01-01T00:00:01.000000001Z to=1970-01-01T00:00:02Z"
                        + " reason=why not");
        marks.put(new Mark.UncleanStop(0, 7), "type=unclean-stop last_sequence=7");
        marks.put(new Mark.ClockStep(-5), "type=clock-step step=-5");
        marks.put(new Mark.Note("deployed 1.4"), "type=note");
        marks.put(
                new Mark.Execs("8e8f", "ls", 1_000_000_001L, 2_000_000_000L, 3, 2, 1, Map.of("0", 1L), "k1 k2"),
                "type=execs subject=8e8f command=ls from=1970-01-01T00:00:01.000000001Z to=1970-01-01T00:00:02Z"
                        + " created=3 started=2 died=1 exit_codes={\"0\":\"1\"}");
        marks.put(new Mark.SegmentStart("k1 k2", 3), "type=segment-start containers=3");
        marks.put(
                new Mark.Redaction("8e8f", "env", List.of("Config.Env[0]")),
                "type=redaction subject=8e8f rule=env removed=[\"Config.Env[0]\"]");
        marks.forEach((mark, expected) ->
                assertThat(ofMark(new String(mark.toJson(), UTF_8))).isEqualTo(expected));
        assertThat(ofMark("{\"mark\":\"later\",\"from\":\"x\",\"to\":1e3,\"new\":{\"a\":[1]},\"count\":1,\"count\":2,"
                        + "\"removed\":7,\"configuration\":null}"))
                .isEqualTo("type=later count=1 rest={\"from\":\"x\",\"to\":1e3,\"new\":{\"a\":[1]},\"count\":2,"
                        + "\"removed\":7,\"configuration\":null}");
    }

    @Test
    void aNoteIsAMessage() {
        byte[] note = new Mark.Note("deployed 1.4").toJson();
        JsonNode document = Documents.of(List.of(Coded.record(Kind.MARK, new String(note, UTF_8))))
                .get(0);
        assertThat(document.path("message").textValue()).isEqualTo("deployed 1.4");
    }

    private static String ofMark(String payload) {
        JsonNode document =
                Documents.of(List.of(Coded.record(Kind.MARK, payload))).get(0);
        assertThat(document.get("event.action")).isEqualTo(document.get("shiplog.mark.type"));
        List<String> fields = new ArrayList<>();
        document.properties().forEach(field -> {
            if (field.getKey().startsWith("shiplog.mark.")) {
                JsonNode value = field.getValue();
                fields.add(field.getKey().substring("shiplog.mark.".length()) + "="
                        + (value.isTextual() ? value.textValue() : value.toString()));
            }
        });
        return String.join(" ", fields);
    }

    @Test
    void aPayloadWithoutFieldsIsTheMessage() {
        for (Kind kind : EnumSet.complementOf(EnumSet.of(Kind.LOG))) {
            assertThat(fields(kind, "no \"JSON\"")).contains("message=\"no \\\"JSON\\\"\"");
            assertThat(fields(kind, "[1]")).contains("message=\"[1]\"");
            byte[] bytes = {(byte) 0xFF};
            assertThat(fields(Documents.of(List.of(Coded.record(kind, bytes))).get(0)))
                    .contains("shiplog.payload_base64=\"/w==\"");
        }
    }

    @Test
    void whatAContainerLogsIsTheMessage() {
        String time = "2026-11-21T09:12:03.678047113Z ";
        assertThat(fields(Kind.LOG, "\u0002" + time + "{\"a\":1}\r\n"))
                .contains("message=\"{\\\"a\\\":1}\"", "stream=\"stderr\"", "event.dataset=\"docker.container_logs\"")
                .noneMatch(field -> field.startsWith("log.flags"));
        assertThat(fields(Kind.LOG, "\u0001" + time + "begun"))
                .contains("message=\"begun\"", "log.flags=[\"partial\"]");
        byte[] bytes = ("\u0000" + time + "\u00ff\n").getBytes(ISO_8859_1);
        for (boolean original : List.of(false, true)) {
            JsonNode document = Documents.parse(Documents.lines(List.of(Coded.record(Kind.LOG, bytes)), original)
                    .get(0));
            assertThat(fields(document))
                    .contains(
                            "stream=\"tty\"",
                            "shiplog.payload_base64=\"" + Base64.getEncoder().encodeToString(bytes) + "\"")
                    .noneMatch(field -> field.matches("(message|event.original)=.*"));
        }
        String line = Documents.lines(List.of(Coded.record(Kind.LOG, "\u0001" + time + "é\n")), true)
                .get(0);
        assertThat(fields(Documents.parse(line))).contains("event.original=\"" + time + "é\\n\"", "message=\"é\"");
    }

    @Test
    void addsThePayloadOnRequest() {
        List<Record> records = List.of(
                Coded.record(Kind.STATS, cgroup2()),
                Coded.record(Kind.HOST, "{\"ID\":\"a\"}"),
                Coded.record(Kind.EVENT, "no JSON"));
        List<JsonNode> documents =
                Documents.lines(records, true).stream().map(Documents::parse).toList();

        assertThat(documents.get(0).get("event.original").textValue()).isEqualTo(new String(cgroup2(), UTF_8));
        assertThat(documents.get(1).get("event.original").textValue()).isEqualTo("{\"ID\":\"a\"}");
        assertThat(documents.get(2).has("event.original")).isFalse();
        assertThat(documents.get(2).get("message").textValue()).isEqualTo("no JSON");
    }

    @Test
    void beginsWithWhatRecordItIs() {
        String line = Documents.lines(List.of(Coded.record(Kind.MARK, "{\"mark\":\"x\"}")), false)
                .get(0);
        assertThat(line.substring(1).replace(",\"", "\n\"")).startsWith(HEAD.strip());
    }
}
