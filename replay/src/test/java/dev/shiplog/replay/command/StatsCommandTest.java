package dev.shiplog.replay.command;

import static dev.shiplog.replay.command.TestJournal.DB;
import static dev.shiplog.replay.command.TestJournal.WEB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatsCommandTest {
    @TempDir
    private Path directory;

    private Path journal;

    /** Two minutes: web is sampled every ten seconds, not between 09:12:30 and 09:13:20; db starts, ends, starts again. */
    private static List<Record> records() {
        List<Record> records = new ArrayList<>();
        records.add(TestJournal.mark("09:12:00Z", new Mark.Start("1.0", Map.of())));
        records.add(TestJournal.mark("09:12:00.1Z", new Mark.EngineUp("id", "20.10", "1.41")));
        records.add(TestJournal.record(Kind.EVENT, DB, "09:12:01Z", TestJournal.event("create", "09:12:01Z")));
        records.add(TestJournal.record(Kind.EVENT, DB, "09:12:02Z", TestJournal.event("start", "09:12:02Z")));
        records.add(sample(WEB, "web", "09:12:10Z", 10));
        records.add(sample(DB, "db", "09:12:10.5Z", 1));
        records.add(sample(WEB, "web", "09:12:20Z", 15));
        records.add(sample(DB, "db", "09:12:20.5Z", 3));
        records.add(TestJournal.record(Kind.EVENT, DB, "09:12:22Z", TestJournal.event("die", "09:12:22Z")));
        records.add(sample(WEB, "web", "09:12:30Z", 20));
        records.add(gap("09:12:30Z", "09:13:00Z"));
        records.add(TestJournal.record(Kind.EVENT, DB, "09:13:15Z", TestJournal.event("start", "09:13:15Z")));
        records.add(gap("09:13:00Z", "09:13:20Z"));
        records.add(sample(WEB, "web", "09:13:20Z", 90));
        records.add(sample(WEB, "web", "09:13:30Z", 91));
        records.add(TestJournal.mark("09:14:00Z", new Mark.EngineDown("connection refused")));
        records.add(TestJournal.mark("09:15:00Z", new Mark.CleanStop("SIGTERM")));
        return records;
    }

    private static Record gap(String from, String to) {
        Mark mark = new Mark.Gap("stats", WEB, TestJournal.nanos(from), TestJournal.nanos(to), "the engine hangs");
        return TestJournal.mark(to, mark);
    }

    /** After so many seconds of CPU time; of a host with two CPUs. */
    private static Record sample(String id, String name, String time, long seconds) {
        long system = 2 * (TestJournal.nanos(time) - TestJournal.nanos("09:00:00Z"));
        return TestJournal.record(
                Kind.STATS,
                id,
                time,
                "{\"read\":\"2026-11-21T" + time + "\",\"pids_stats\":{\"current\":" + seconds
                        + "},\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":" + seconds * 1_000_000_000L
                        + "},\"system_cpu_usage\":" + system + ",\"online_cpus\":2},\"memory_stats\":{\"usage\":"
                        + (12_713_984 + 4096)
                        + ",\"stats\":{\"inactive_file\":4096},\"limit\":25276510208},\"name\":\"/"
                        + name + "\",\"networks\":{\"eth0\":{\"rx_bytes\":" + 1000 * seconds
                        + ",\"tx_bytes\":648}},\"blkio_stats\":{\"io_service_bytes_recursive\":[{\"op\":\"Read\","
                        + "\"value\":" + 4096 * seconds + "}]}}");
    }

    @BeforeEach
    void write() throws IOException {
        journal = Files.createDirectory(directory.resolve("journal"));
        write(journal, Roll.HOURLY, records());
    }

    private static void write(Path journal, Roll roll, List<Record> records) throws IOException {
        Appender.Options options = new Appender.Options(roll, "host", "boot", "test 1", 0);
        try (Appender appender = Appender.open(journal, options, tail -> {})) {
            for (Record record : records) {
                appender.append(record);
            }
        }
    }

    private Terminal run(String arguments, int code) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run(arguments)).as(terminal.err()).isEqualTo(code);
        return terminal;
    }

    @Test
    void isTheTableOfDocker() {
        assertThat(run("stats --at 2026-11-21T09:12:21Z journal", ExitCode.OK).out())
                .isEqualTo("""
                        CONTAINER ID   NAME   CPU %    MEM USAGE / LIMIT     MEM %   NET I/O       BLOCK I/O     PIDS
                        b36156ce4d68   db     20.00%   12.12MiB / 23.54GiB   0.05%   3kB / 648B    12.3kB / 0B   3
                        8e8f401657b8   web    50.00%   12.12MiB / 23.54GiB   0.05%   15kB / 648B   61.4kB / 0B   15
                        """);
    }

    /** The limit and the bytes read are larger than 64 bits hold. */
    @Test
    void aNumberThatIsTooLargeIsNotShownAsTheLargestThatFits() throws IOException {
        String huge = "99999999999999999999";
        Record sample = sample(WEB, "web", "09:12:10Z", 10);
        String payload = new String(sample.payload(), StandardCharsets.UTF_8)
                .replace("\"limit\":25276510208", "\"limit\":" + huge)
                .replace("\"value\":40960", "\"value\":" + huge)
                .replace("\"current\":10", "\"current\":" + huge);
        write(
                Files.createDirectory(directory.resolve("huge")),
                Roll.HOURLY,
                List.of(
                        records().get(0),
                        records().get(1),
                        TestJournal.record(Kind.STATS, WEB, "09:12:08Z", payload),
                        TestJournal.record(Kind.STATS, WEB, "09:12:10Z", payload)));
        assertThat(run("stats --at 2026-11-21T09:12:10Z huge", ExitCode.OK).out())
                .contains("12.12MiB / >8EiB")
                .contains(">9.22EB / 0B   --\n");
        assertThat(run("stats --at 2026-11-21T09:12:10Z --format json huge", ExitCode.OK)
                        .out())
                .contains("\"memory_limit_bytes\":null")
                .contains("\"block_read_bytes\":null");
        assertThat(run("stats --since 2026-11-21T09:12:00Z --columns block_read_bytes,pids_max huge", ExitCode.OK)
                        .out())
                .contains("-- / 0B     --\n");
    }

    @Test
    void whatDoesNotRunIsShownWithAllAndUsesNothing() {
        assertThat(run("stats --at 2026-11-21T09:12:25Z journal", ExitCode.OK).out())
                .doesNotContain("db");
        assertThat(run("stats -a --at 2026-11-21T09:12:25Z --name db journal", ExitCode.OK)
                        .out())
                .contains("b36156ce4d68   db     0.00%   0B / 0B             0.00%   0B / 0B   0B / 0B     0\n");
    }

    @Test
    void marksWhatIsOldAndWhatIsMissing() {
        Terminal old = run("stats --at 2026-11-21T09:13:16Z --columns name,cpu_percent,pids,known journal", 0);
        assertThat(old.out()).isEqualTo("""
                        NAME   CPU %    PIDS   KNOWN
                        db     --       --     no sample
                        web    50.00%   20     46 seconds old
                        """);
        assertThat(run("stats --at 2026-11-21T09:13:16Z journal", ExitCode.OK).out())
                .as("a column by itself")
                .contains("KNOWN");
        assertThat(run("stats --at 2026-11-21T09:12:21Z journal", ExitCode.OK).out())
                .doesNotContain("KNOWN");
    }

    @Test
    void saysNothingOfATimeAtWhichNobodyListened() {
        Terminal terminal = run("stats --at 2026-11-21T09:14:30Z --name web journal", ExitCode.GAPS);
        assertThat(terminal.out()).contains("web    --      -- / --             --      -- / --   -- / --     --");
        assertThat(terminal.out()).contains("unknown since 2026-11-21T09:1");
        assertThat(terminal.err()).contains("not known of host at 2026-11-21T09:14:30Z");
        assertThat(run("top --at 2026-11-21T09:14:30Z --columns name,cpu_percent_mean journal", ExitCode.GAPS)
                        .out())
                .contains("db     --", "web    --");
    }

    @Test
    void countsNothingOverAGapAndAllOfALifeThatItSawBegin() {
        Terminal terminal = run(
                "stats --since 2026-11-21T09:00:00Z --until 2026-11-21T09:14:00Z --format csv --columns"
                        + " name,cpu_percent_min,cpu_percent_mean,cpu_percent_max,cpu_percent_last,cpu_ns,net_rx_bytes,"
                        + "samples,covered_ns,restarts journal",
                ExitCode.GAPS);
        assertThat(terminal.out()).isEqualTo("""
                        name,cpu_percent_min,cpu_percent_mean,cpu_percent_max,cpu_percent_last,cpu_ns,net_rx_bytes,samples,covered_ns,restarts
                        db,20.0,20.0,20.0,20.0,3000000000,3000,2,10000000000,1
                        web,10.0,36.6667,50.0,10.0,11000000000,11000,5,30000000000,0
                        """);
        assertThat(terminal.err()).contains("gap: stats of " + WEB + " from 2026-11-21T09:12:30Z");
    }

    @Test
    void aRowAStep() {
        String columns = "--columns time,name,cpu_percent_mean,memory_bytes_max,samples";
        String range = "--since 2026-11-21T09:12:00Z --until 2026-11-21T09:12:30Z --every 15s ";
        assertThat(run("stats " + range + columns + " journal", ExitCode.OK).out())
                .isEqualTo("""
                        TIME                   NAME   CPU MEAN   MEM MAX     SAMPLES
                        2026-11-21T09:12:00Z   db     --         12.12MiB    1
                        2026-11-21T09:12:00Z   web    --         12.12MiB    1
                        2026-11-21T09:12:15Z   db     20.00%     12.12MiB    1
                        2026-11-21T09:12:15Z   web    50.00%     12.12MiB    1
                        """);
        assertThat(run("top " + range.replace("every", "step") + "-n 1 --columns time,name journal", ExitCode.OK)
                        .out())
                .isEqualTo("""
                        TIME                   NAME
                        2026-11-21T09:12:00Z   db

                        TIME                   NAME
                        2026-11-21T09:12:15Z   web
                        """);
    }

    /** In the first step less is known, and less was used, than in the second. */
    @Test
    void largerValuesOfLaterStepsMoveNoColumn() {
        String range = "--since 2026-11-21T09:12:00Z --until 2026-11-21T09:12:30Z ";
        String columns =
                "--columns name,cpu_percent_mean,cpu_ns,memory_bytes_max,net_rx_bytes,block_read_bytes,samples ";
        String steps = run("stats " + range + "--every 15s " + columns + "journal", ExitCode.OK)
                .out();
        int column = steps.indexOf("SAMPLES");
        assertThat(steps.lines().skip(1))
                .hasSize(4)
                .allSatisfy(
                        line -> assertThat(line).as(steps).hasSize(column + 1).endsWith(" 1"));
        List<String> tops = run("top " + range + "--step 15s " + columns + "journal", ExitCode.OK)
                .out()
                .lines()
                .filter(line -> line.contains("SAMPLES"))
                .distinct()
                .toList();
        assertThat(tops).hasSize(1);
    }

    @Test
    void topOfAMoment() {
        Terminal terminal = run("top --at 2026-11-21T09:12:21Z -n 1 journal", ExitCode.OK);
        assertThat(terminal.out()).isEqualTo("""
                        CONTAINER ID   NAME   CPU MEAN   CPU TIME   MEM MAX    NET I/O    BLOCK I/O     PIDS   RESTARTS   COVERED
                        8e8f401657b8   web    50.00%     5.00s      12.12MiB   5kB / 0B   20.5kB / 0B   15     0          10.00s
                        """);
        assertThat(run("top --at 2026-11-21T09:13:16Z journal", ExitCode.OK).err())
                .contains("2 containers ran then without a new sample");
    }

    @Test
    void namesThatBelongToNothing() {
        run("top --at 2026-11-21T09:12:21Z --name wbe journal", ExitCode.GAPS);
        assertThat(run("stats --at 2026-11-21T09:12:25Z --name db journal", ExitCode.OK)
                        .out())
                .contains("db ");
        Terminal moment = run("stats --at 2026-11-21T09:12:21Z --name wbe journal", ExitCode.GAPS);
        assertThat(moment.err()).contains("--name 'wbe': no such container then; there are db, web");
        Terminal range = run("top --since 2026-11-21T09:00:00Z --name wbe --name 8e8f journal", ExitCode.GAPS);
        assertThat(range.err()).contains("--name 'wbe': no such container then; there are db, web");
        assertThat(range.out()).contains("web");
    }

    @Test
    void anAnswerWithoutRowsHasItsHeading() {
        String range = "--since 2026-11-21T09:14:10Z --until 2026-11-21T09:14:20Z ";
        assertThat(run("stats " + range + "--columns name,samples --format csv journal", ExitCode.GAPS)
                        .out())
                .isEqualTo("name,samples\n");
        assertThat(run("top " + range + "--step 5s --columns name journal", ExitCode.GAPS)
                        .out())
                .isEqualTo("NAME\n");
    }

    @Test
    void lostRecordsAreAGapToo() throws IOException {
        Path damaged = Files.createDirectory(directory.resolve("damaged"));
        List<Record> records = List.of(
                sample(WEB, "web", "09:12:10Z", 10),
                sample(WEB, "web", "09:12:20Z", 15),
                sample(WEB, "web", "09:13:20Z", 20),
                sample(WEB, "web", "09:14:20Z", 70));
        write(damaged, Roll.MINUTELY, records);
        try (Stream<Path> files = Files.list(damaged)) {
            Files.delete(files.filter(file -> file.getFileName().toString().contains("-0913"))
                    .findAny()
                    .orElseThrow());
        }
        assertThat(run(
                                "stats --since 2026-11-21T09:00:00Z --format csv --columns cpu_percent_max,cpu_ns,samples damaged",
                                ExitCode.DAMAGE)
                        .out())
                .isEqualTo("cpu_percent_max,cpu_ns,samples\n50.0,5000000000,3\n");
    }

    @Test
    void severalHostsHaveAColumn() throws IOException {
        Path second = Files.createDirectory(directory.resolve("second"));
        write(second, Roll.HOURLY, records().subList(0, 8));
        Files.createDirectory(directory.resolve("archives"));
        for (String name : List.of("journal", "second")) {
            run("archive --all --to archives " + name, ExitCode.OK);
        }
        Terminal moment = run("stats --at 2026-11-21T09:12:20.6Z archives", ExitCode.GAPS);
        assertThat(moment.out()).startsWith("HOST   CONTAINER ID");
        assertThat(moment.out().lines()).hasSize(5);
    }
}
