package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.ecs.EcsFields;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the options of {@code export} make of records. */
class LineOptionsTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void write() throws IOException {
        TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();
    }

    /** The lines of an export, with a word in place of the journal's id. */
    private List<String> export(String options) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export " + options + " journal"))
                .as(() -> terminal.err())
                .isEqualTo(ExitCode.OK);
        return terminal.out()
                .replaceAll("[0-9a-f]{8}-[-0-9a-f]{27}", "JOURNAL")
                .lines()
                .toList();
    }

    @Test
    void tellsInEcsWhatContainersUsed() {
        assertThat(export("--fields ecs --kind stats").get(2)).isEqualTo("""
                {"@timestamp":"2026-11-21T09:13:05Z","event.created":"2026-11-21T09:13:05.001Z","event.sequence":6,\
                "shiplog.sequence":6,"ecs.version":"8.11.0","host.name":"host","event.kind":"metric",\
                "event.module":"docker","event.dataset":"docker.stats","shiplog.kind":"stats",\
                "shiplog.journal":"JOURNAL","container.id":"WEB","container.runtime":"docker","container.name":"web",\
                "container.image.name":"shop:1","container.image.hash.all":["sha256:ea"],\
                "container.labels":{"tier":"front"},"docker.cpu.total.pct":0.0}""".replace("WEB", TestJournal.WEB));
    }

    @Test
    void addsTheOriginal() {
        assertThat(export("--fields ecs --original --kind event --limit 1").get(0))
                .contains("\"event.action\":\"start\"")
                .endsWith(",\"event.original\":\""
                        + TestJournal.payloads(3).strip().replace("\"", "\\\"") + "\"}");
    }

    @Test
    void addsFields() {
        assertThat(export("--add-field env=prod --add-field labels.a=\"b --kind event --limit 1")
                        .get(0))
                .endsWith(",\"event_timeNano\":1795252321000000000,\"env\":\"prod\",\"labels.a\":\"\\\"b\"}");
        assertThat(export("--fields ecs --add-field tier=back --add-field labels.a=b --kind stats --limit 1")
                        .get(0))
                .contains("\"container.labels\":{\"tier\":\"front\"}")
                .endsWith(",\"tier\":\"back\",\"labels.a\":\"b\"}");
    }

    @Test
    void refusesAFieldThatALineHas() {
        Terminal terminal = new Terminal(directory);

        assertThat(terminal.run("export --add-field read=x journal")).isEqualTo(ExitCode.FAILED);
        assertThat(terminal.err())
                .isEqualTo("replay: --add-field read: record 4 has a field of that name already; choose another\n");
    }

    @Test
    void writesBulkLines() {
        List<String> flat = export("--kind stats,mark");
        List<String> bulk = export("--format bulk --kind stats,mark");

        assertThat(bulk).hasSize(2 * flat.size());
        assertThat(bulk.get(0))
                .isEqualTo("{\"create\":{\"_index\":\"shiplog-mark-2026.11.21\",\"_id\":\"JOURNAL-1-RECEIPT\"}}"
                        .replace("RECEIPT", receipt(1)));
        assertThat(bulk.get(2))
                .isEqualTo("{\"create\":{\"_index\":\"shiplog-stats-2026.11.21\",\"_id\":\"JOURNAL-4-" + receipt(4)
                        + "\"}}");
        for (int i = 0; i < flat.size(); i++) {
            assertThat(bulk.get(2 * i + 1)).isEqualTo(flat.get(i));
        }
        assertThat(export("--format bulk --fields ecs --index-prefix a.b --kind stats --limit 1"))
                .satisfiesExactly(
                        action -> assertThat(action).contains("\"_index\":\"a.b-stats-2026.11.21\""),
                        document -> assertThat(document).contains("\"shiplog.sequence\":4"));
        assertThat(export("--format bulk --compact --kind inspect").get(1))
                .contains("\"inspect_Config_Labels\":\"{\\\"tier\\\":\\\"front\\\"}\"");
    }

    private static String receipt(int sequence) {
        return Long.toString(TestJournal.RECORDS.get(sequence - 1).received() / 1_000_000, 36);
    }

    /** The same record is the same document, wherever it is read: an archive, another range, a later reading. */
    @Test
    void aDocumentIsTheSameInALaterReading() {
        List<String> all = export("--format bulk --fields ecs");
        List<String> later = export("--format bulk --fields ecs --since 2026-11-21T09:13:00Z");

        assertThat(all).endsWith(later.toArray(String[]::new));
        assertThat(later).hasSize(8).anyMatch(line -> line.contains("docker.cpu.total.pct"));
    }

    @Test
    void aDayIsThatOfTheRecordInUtc() throws IOException {
        List<Record> records = new ArrayList<>();
        records.add(TestJournal.record(Kind.HOST, "info", "00:00:00Z", "{}"));
        records.add(TestJournal.record(Kind.HOST, "info", "23:59:59.999999999Z", "{}"));
        TestJournal.write(directory.resolve("day"), records).close();
        Terminal terminal = new Terminal(directory);

        assertThat(terminal.run("export --format bulk day")).isEqualTo(ExitCode.OK);
        assertThat(terminal.out().lines().filter(line -> line.contains("shiplog-host-2026.11.21")))
                .hasSize(2);
    }

    @Test
    void writesATable() throws IOException {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export --format csv --kind event journal")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out()).isEqualTo("""
                        @timestamp,host,event_Type,event_Action,container,container_id,image,event_Actor_ID,\
                        event_Actor_Attributes_name,event_Actor_Attributes_exitCode\r
                        2026-11-21T09:12:01Z,host,container,start,/db,DB,postgres,DB,db,\r
                        2026-11-21T09:13:10Z,host,container,die,/db,DB,postgres,DB,db,\r
                        """.replace("DB", TestJournal.DB));
    }

    @Test
    void aTableHasTheColumnsThatAreAskedFor() throws IOException {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export --format csv --columns kind,cpu_total_usage,nope,mark_reason,event_Action"
                        + " --limit 4 journal"))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.out())
                .isEqualTo("kind,cpu_total_usage,nope,mark_reason,event_Action\r\nmark,,,,\r\ninspect,,,,\r\n"
                        + "event,,,,start\r\nstats,100,,,\r\n");
        assertThat(terminal.err()).isEqualTo("""
                        replay: --columns 'nope': no record that was written has this field
                        replay: --columns 'mark_reason': no record that was written has this field
                        """);
        TestJournal.write(
                        directory.resolve("odd"),
                        List.of(
                                TestJournal.record(
                                        Kind.INSPECT,
                                        TestJournal.WEB,
                                        "09:12:00Z",
                                        "{\"Path\":\"a,\\\"b\\\"\\n\",\"Name\":\"/c\\u00e9\",\"Config\":{\"Labels\":{\"x\":\"y\"}}}")))
                .close();
        Terminal ofOdd = new Terminal(directory);
        assertThat(
                        ofOdd.run(
                                "export --format csv --fields ecs --add-field env=prod odd"
                                        + " --columns docker.container.command,container.name,container.labels,docker.container.labels,env"))
                .isEqualTo(ExitCode.OK);
        assertThat(ofOdd.out())
                .isEqualTo("docker.container.command,container.name,container.labels,docker.container.labels,env\r\n"
                        + "\"a,\"\"b\"\"\n\",c\u00e9,,\"{\"\"x\"\":\"\"y\"\"}\",prod\r\n");
    }

    @Test
    void writesMetrics() {
        List<String> lines = export("--format openmetrics");
        String db = "{container_name=\"db\",image=\"postgres\",container_id=\"b36156ce4d68\",host=\"host\"}";
        assertThat(lines.get(0)).isEqualTo("# TYPE container_memory_usage_bytes gauge");
        assertThat(lines.get(lines.size() - 1)).isEqualTo("# EOF");
        assertThat(lines).doesNotContain("");
        assertThat(lines.stream().filter(line -> line.contains(db)).map(line -> line.replace(db, "{DB}")))
                .containsExactly(
                        "container_oom_events_total{DB} 0 1795252321",
                        "container_restarts_total{DB} 0 1795252321",
                        "container_cpu_usage_seconds_total{DB} 0.0000002 1795252325.25",
                        "container_last_seen{DB} 1795252325.25 1795252325.25",
                        "container_start_time_seconds{DB} 1795252321 1795252325.25",
                        "container_oom_events_total{DB} 0 1795252325.25",
                        "container_restarts_total{DB} 0 1795252325.25",
                        "container_cpu_usage_seconds_total{DB} 0.00000022 1795252385.25",
                        "container_last_seen{DB} 1795252385.25 1795252385.25",
                        "container_start_time_seconds{DB} 1795252321 1795252385.25",
                        "container_oom_events_total{DB} 0 1795252385.25",
                        "container_restarts_total{DB} 0 1795252385.25");
        assertThat(export("--format openmetrics --limit 0")).allMatch(line -> line.startsWith("# "));
        assertThat(export("--format openmetrics --kind stats,event --filter name=db"))
                .containsExactlyElementsOf(
                        lines.stream().filter(line -> !line.contains("\"web\"")).toList());
    }

    @Test
    void saysHowManySamplesMakeNoMetrics() throws IOException {
        TestJournal.write(
                        directory.resolve("twice"),
                        List.of(
                                TestJournal.stats(TestJournal.WEB, "web", "09:12:05Z", 100),
                                TestJournal.stats(TestJournal.WEB, "web", "09:12:05Z", 100),
                                TestJournal.stats(TestJournal.DB, "db", "09:12:05Z", 100)))
                .close();
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export --format openmetrics twice")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err())
                .isEqualTo(
                        "replay: samples that are left out, because their time is not after that of the one before: 1\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--kind stats", "--kind event", "--filter event=oom", "--filter kind!=event"})
    void refusesMetricsThatWouldBeWrong(String options) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("export --format openmetrics " + options + " journal"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(terminal.err())
                .startsWith(
                        "replay: --format openmetrics counts the events of containers and takes their samples: leave out"
                                + " --kind, or write --kind stats,event, and leave out filters on events; see");
    }

    @ParameterizedTest
    @EnumSource(Vocabulary.class)
    void everyKindHasColumns(Vocabulary vocabulary) {
        for (Kind kind : Kind.values()) {
            List<String> columns = CsvColumns.of(kind, vocabulary);
            assertThat(columns).doesNotHaveDuplicates().hasSizeGreaterThan(4);
            if (vocabulary == Vocabulary.ecs) {
                assertThat(EcsFields.types()).containsKeys(columns.toArray(String[]::new));
            }
        }
    }
}
