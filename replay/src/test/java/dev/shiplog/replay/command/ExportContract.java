package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code export} does, whatever state the journal is in that holds {@link TestJournal#RECORDS}. */
interface ExportContract {
    /** The journal's directory. */
    Path journal();

    /** A directory to write to, on the same file system. */
    Path work();

    @Test
    default void flattensAllRecords() {
        Terminal terminal = new Terminal(work());

        assertThat(terminal.run("export " + journal())).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out().replaceAll("[0-9a-f]{8}-[-0-9a-f]{27}", "JOURNAL"))
                .isEqualTo("""
                        {"@timestamp":"2026-11-21T09:12:00Z","kind":"mark","host":"host","journal":"JOURNAL","sequence":1,"mark":"start","mark_version":"1.0"}
                        {"@timestamp":"2026-11-21T09:12:00.5Z","kind":"inspect","host":"host","journal":"JOURNAL","sequence":2,"container":"/web","container_id":"WEB","image":"shop:1","image_id":"sha256:ea","inspect_Name":"/web","inspect_Image":"sha256:ea","inspect_Config_Image":"shop:1","inspect_Config_Labels_tier":"front"}
                        {"@timestamp":"2026-11-21T09:12:01Z","kind":"event","host":"host","journal":"JOURNAL","sequence":3,"container":"/db","container_id":"DB","image":"postgres","event_Type":"container","event_Action":"start","event_Actor_ID":"DB","event_Actor_Attributes_image":"postgres","event_Actor_Attributes_name":"db","event_timeNano":1795252321000000000}
                        {"@timestamp":"2026-11-21T09:12:05Z","kind":"stats","host":"host","journal":"JOURNAL","sequence":4,"container":"/web","container_id":"WEB","image":"shop:1","image_id":"sha256:ea","cpu_total_usage":100,"read":"2026-11-21T09:12:05Z"}
                        {"@timestamp":"2026-11-21T09:12:05.25Z","kind":"stats","host":"host","journal":"JOURNAL","sequence":5,"container":"/db","container_id":"DB","image":"postgres","cpu_total_usage":200,"read":"2026-11-21T09:12:05.25Z"}
                        {"@timestamp":"2026-11-21T09:13:05Z","kind":"stats","host":"host","journal":"JOURNAL","sequence":6,"container":"/web","container_id":"WEB","image":"shop:1","image_id":"sha256:ea","cpu_total_usage":110,"read":"2026-11-21T09:13:05Z"}
                        {"@timestamp":"2026-11-21T09:13:05.25Z","kind":"stats","host":"host","journal":"JOURNAL","sequence":7,"container":"/db","container_id":"DB","image":"postgres","cpu_total_usage":220,"read":"2026-11-21T09:13:05.25Z"}
                        {"@timestamp":"2026-11-21T09:13:10Z","kind":"event","host":"host","journal":"JOURNAL","sequence":8,"container":"/db","container_id":"DB","image":"postgres","event_Type":"container","event_Action":"die","event_Actor_ID":"DB","event_Actor_Attributes_image":"postgres","event_Actor_Attributes_name":"db","event_timeNano":1795252390000000000}
                        {"@timestamp":"2026-11-21T09:13:59.5Z","kind":"mark","host":"host","journal":"JOURNAL","sequence":9,"mark":"clean-stop","mark_reason":"SIGTERM"}
                        """.replace("WEB", TestJournal.WEB).replace("DB", TestJournal.DB));
    }

    @Test
    default void leavesOutWhatTellsWhichRecordItIs() {
        Terminal terminal = new Terminal(work());

        assertThat(terminal.run("export --bare " + journal())).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out()).isEqualTo("""
                        {"@timestamp":"2026-11-21T09:12:00Z","mark":"start","mark_version":"1.0"}
                        {"@timestamp":"2026-11-21T09:12:00.5Z","container":"/web","container_id":"WEB","image":"shop:1","image_id":"sha256:ea","inspect_Name":"/web","inspect_Image":"sha256:ea","inspect_Config_Image":"shop:1","inspect_Config_Labels_tier":"front"}
                        {"@timestamp":"2026-11-21T09:12:01Z","event_Type":"container","event_Action":"start","event_Actor_ID":"DB","event_Actor_Attributes_image":"postgres","event_Actor_Attributes_name":"db","event_timeNano":1795252321000000000}
                        {"@timestamp":"2026-11-21T09:12:05Z","container":"/web","container_id":"WEB","image":"shop:1","image_id":"sha256:ea","cpu_total_usage":100,"read":"2026-11-21T09:12:05Z"}
                        {"@timestamp":"2026-11-21T09:12:05.25Z","container":"/db","container_id":"DB","image":"postgres","cpu_total_usage":200,"read":"2026-11-21T09:12:05.25Z"}
                        {"@timestamp":"2026-11-21T09:13:05Z","container":"/web","container_id":"WEB","image":"shop:1","image_id":"sha256:ea","cpu_total_usage":110,"read":"2026-11-21T09:13:05Z"}
                        {"@timestamp":"2026-11-21T09:13:05.25Z","container":"/db","container_id":"DB","image":"postgres","cpu_total_usage":220,"read":"2026-11-21T09:13:05.25Z"}
                        {"@timestamp":"2026-11-21T09:13:10Z","event_Type":"container","event_Action":"die","event_Actor_ID":"DB","event_Actor_Attributes_image":"postgres","event_Actor_Attributes_name":"db","event_timeNano":1795252390000000000}
                        {"@timestamp":"2026-11-21T09:13:59.5Z","mark":"clean-stop","mark_reason":"SIGTERM"}
                        """.replace("WEB", TestJournal.WEB).replace("DB", TestJournal.DB));
    }

    @Test
    default void writesTheEnginesBytesAsTheyWere() {
        Terminal terminal = new Terminal(work());

        assertThat(terminal.run("export --format raw --kind stats " + journal()))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out()).isEqualTo(TestJournal.payloads(4, 5, 6, 7));
    }

    @Test
    default void putsTheEnginesBytesInAnEnvelope() {
        Terminal terminal = new Terminal(work());

        assertThat(terminal.run("export --format envelope --kind events --limit 1 " + journal()))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out().replaceAll("[0-9a-f]{8}-[-0-9a-f]{27}", "JOURNAL"))
                .isEqualTo("""
                        {"sequence":3,"kind":"event","host":"host","journal":"JOURNAL","subject":"DB","time":1795252321000000000,\
                        "time_rfc3339":"2026-11-21T09:12:01Z","received":1795252321001000000,\
                        "received_rfc3339":"2026-11-21T09:12:01.001Z","monotonic":256464617285714285,\
                        "payload":PAYLOAD}
                        """.replace("DB", TestJournal.DB)
                        .replace("PAYLOAD", TestJournal.payloads(3).strip()));
    }

    /** What is said, but for the recorder's end, which is told where the question goes up to this moment. */
    private static List<String> said(Terminal terminal) {
        return terminal.err()
                .lines()
                .filter(line -> !line.startsWith("replay: The recorder was stopped"))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    --limit 0                                                | ''
                    --limit 2                                                | 1 2
                    --kind event                                             | 3 8
                    --kind events,marks                                      | 1 3 8 9
                    --kind inspect --kind event                              | 2 3 8
                    --filter kind=stats                                      | 4 5 6 7
                    --filter event=die                                       | 8
                    --filter container=web                                   | 2 4 6
                    --filter container=db --kind stats                       | 5 7
                    --filter container=b36156ce --filter container=w*        | 2 3 4 5 6 7 8
                    --filter image=shop                                      | 2 4 6
                    --filter label=tier=front --kind stats                   | 4 6
                    --since 2026-11-21T09:12:05.25Z --until 09:13:10         | 5 6 7
                    --since 09:12:05.250000001                               | 6 7 8 9
                    --until 1795252325                                       | 1 2 3
                    --since 49m --until 46m55s                               | 1 2 3 4 5
                    --since 10:12:05 --until 10:12:06 --tz Europe/Berlin     | 4 5
                    --since 09:13:05 --kind stats --filter container=web     | 6
                    --since 2027-01-01                                       | ''
                    """)
    default void choosesRecords(String options, String sequences) {
        Terminal terminal = new Terminal(work());
        int code = terminal.run("export --format raw " + options + " " + journal());
        int[] expected = Arrays.stream(sequences.split(" "))
                .filter(s -> !s.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();

        assertThat(terminal.out())
                .as("exit code %d: %s", code, terminal.err())
                .isEqualTo(TestJournal.payloads(expected));
        if (expected.length == 0 && !options.equals("--limit 0")) {
            assertThat(said(terminal)).singleElement().asString().startsWith("replay: nothing is exported: ");
        } else {
            assertThat(said(terminal)).isEmpty();
        }
        assertThat(code).isEqualTo(ExitCode.OK);
    }

    @ParameterizedTest
    @CsvSource({"out.ndjson", "out.ndjson.gz", "out.ndjson.zst"})
    default void writesAFileCompressedAsItsNameSays(String name) throws IOException {
        Terminal terminal = new Terminal(work());

        assertThat(terminal.run("export --format raw --kind event --output " + name + " " + journal()))
                .isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out()).isEmpty();
        try (InputStream file = Files.newInputStream(work().resolve(name));
                InputStream in = name.endsWith(".gz")
                        ? new GZIPInputStream(file)
                        : name.endsWith(".zst") ? new ZstdInputStream(file) : file) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(TestJournal.payloads(3, 8));
        }
        assertThat(work().resolve(name + ".tmp")).doesNotExist();
    }
}
