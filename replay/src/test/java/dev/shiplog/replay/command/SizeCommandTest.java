package dev.shiplog.replay.command;

import static dev.shiplog.replay.command.TestJournal.DB;
import static dev.shiplog.replay.command.TestJournal.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SizeCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    private final List<Record> records = new ArrayList<>();

    /** A minute: more samples of web than of db, and a network's event. */
    @BeforeEach
    void write() throws IOException {
        records.add(TestJournal.mark("09:00:00Z", new Mark.Start("1.0", Map.of())));
        records.add(TestJournal.record(Kind.EVENT, DB, "09:00:00.5Z", TestJournal.event("start", "09:00:00.5Z")));
        records.add(
                TestJournal.record(Kind.EVENT, "net1", "09:00:00.6Z", "{\"Type\":\"network\",\"Action\":\"create\"}"));
        for (int i = 0; i < 600; i++) {
            String time = String.format(Locale.ROOT, "09:00:%06.3fZ", 1 + i / 10.2);
            records.add(i % 3 == 0 ? TestJournal.stats(DB, "db", time, i) : TestJournal.stats(WEB, "web", time, i));
        }
        EventsCommandTest.write(directory.resolve("journal"), records);
    }

    private Terminal run(String arguments, int code) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run(arguments)).as(terminal.err()).isEqualTo(code);
        return terminal;
    }

    private Map<String, JsonNode> rows(String arguments) throws IOException {
        Map<String, JsonNode> rows = new TreeMap<>();
        for (String line :
                run("size --format json " + arguments, ExitCode.OK).out().split("\n")) {
            JsonNode row = JSON.readTree(line);
            rows.put(row.path("name").asText(), row);
        }
        return rows;
    }

    @Test
    void countsWhatWasWritten() throws IOException {
        Map<String, JsonNode> rows = rows("journal");
        for (Kind kind : List.of(Kind.EVENT, Kind.STATS, Kind.MARK)) {
            List<Record> of =
                    records.stream().filter(record -> record.kind() == kind).toList();
            assertCounts(rows.get(kind.label()), of);
        }
        assertCounts(rows.get("(all)"), records);
        assertCounts(rows.get("web"), of(WEB));
        assertCounts(rows.get("db"), of(DB));
        assertThat(rows.get("(no container)").path("records").asLong()).isEqualTo(2);
        assertThat(rows.get("web").path("id").asText()).isEqualTo(WEB);
    }

    private List<Record> of(String subject) {
        return records.stream()
                .filter(record -> record.subject().equals(subject))
                .toList();
    }

    private static void assertCounts(JsonNode row, List<Record> expected) {
        assertThat(row.path("records").asLong()).as("%s", row).isEqualTo(expected.size());
        assertThat(row.path("payload").asLong())
                .as("%s", row)
                .isEqualTo(expected.stream()
                        .mapToLong(record -> record.payload().length)
                        .sum());
    }

    /** All that the file uses is shared out, be it a segment or an archive. */
    @Test
    void sharesOutWhatTheFileTakes() throws IOException {
        Map<String, JsonNode> rows = rows("journal");
        JsonNode segment =
                JSON.readTree(run("ls --format json journal", ExitCode.OK).out());
        long used = segment.path("used_bytes").asLong();
        assertThat(rows.get("(all)").path("stored").asLong())
                .as("%s %s", segment, rows)
                .isEqualTo(used);
        assertThat(sum(rows, "kind")).isBetween(used - 5, used + 5);
        long files = rows.get("(files)").path("stored").asLong();
        assertThat(sum(rows, "container") + files).isBetween(used - 5, used + 5);
        assertThat(rows.get("stats").path("per_record").asLong())
                .isEqualTo(Math.round(rows.get("stats").path("stored").asLong() / 600.0));
        double days = (records.get(602).received() - records.get(0).received()) / 86_400e9;
        assertThat(rows.get("(all)").path("per_day").asDouble() * days).isBetween(used - 9.0, used + 9.0);

        Files.createDirectory(directory.resolve("archives"));
        run("archive --all --to archives journal", ExitCode.OK);
        Map<String, JsonNode> archived = rows("archives");
        for (String name : List.of("event", "stats", "mark", "web", "db", "(all)")) {
            assertThat(archived.get(name).path("records"))
                    .as(name)
                    .isEqualTo(rows.get(name).path("records"));
            assertThat(archived.get(name).path("payload"))
                    .as(name)
                    .isEqualTo(rows.get(name).path("payload"));
        }
        assertThat(archived.get("stats").path("stored").asLong()).isPositive();
        assertThat(run("size archives", ExitCode.OK).err()).contains("shared out");
        assertThat(run("size journal", ExitCode.OK).err()).isEmpty();
    }

    private static long sum(Map<String, JsonNode> rows, String by) {
        return rows.values().stream()
                .filter(row -> row.path("by").asText().equals(by))
                .mapToLong(row -> row.path("stored").asLong())
                .sum();
    }

    @Test
    void aRangeTakesItsPart() throws IOException {
        long half = rows("--until 2026-11-21T09:00:30Z journal")
                .get("(all)")
                .path("stored")
                .asLong();
        long other = rows("--since 2026-11-21T09:00:30Z journal")
                .get("(all)")
                .path("stored")
                .asLong();
        long all = rows("journal").get("(all)").path("stored").asLong();
        assertThat(half + other).isBetween(all - 5, all + 5);
    }

    @Test
    void peopleGetBothTables() {
        String out = run("size journal", ExitCode.OK).out();
        assertThat(out).startsWith("KIND ").contains("\n\nCONTAINER ", "\n(files) ", "\n(all) ", "\nweb ");
        assertThat(run("size --by container journal", ExitCode.OK).out())
                .startsWith("CONTAINER ")
                .doesNotContain("KIND");
        assertThat(run("size --by kind --format csv --columns name,records journal", ExitCode.OK)
                        .out())
                .isEqualTo("name,records\n(files),0\nstats,600\nevent,2\nmark,1\n(all),603\n");
        assertThat(run("size --by host journal", ExitCode.USAGE).err()).contains("[kind, container]");
    }
}
