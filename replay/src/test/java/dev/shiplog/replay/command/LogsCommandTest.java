package dev.shiplog.replay.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogsCommandTest {
    @TempDir
    private Path directory;

    private Path journal = Path.of("");

    @BeforeEach
    void record() throws IOException {
        journal = directory.resolve("journal");
        TestJournal.write(journal, TestLogs.RECORDS).close();
    }

    private static final String ALL = """
            GET / 200 token=abc
            ERROR: deadlock
              detail: 17
            a long line
            warn
            \u001b[31mred\u001b[0m\r
            ÿþ
            no end""";

    private Terminal run(String commandLine, int code) {
        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run(commandLine.replace("JOURNAL", journal.toString())))
                .as(terminal.err())
                .isEqualTo(code);
        return terminal;
    }

    @Test
    void printsLinesAsContainersWroteThem() {
        Terminal terminal = run("logs JOURNAL", ExitCode.GAPS);
        assertThat(terminal.bytes()).isEqualTo(ALL.getBytes(ISO_8859_1));
        assertThat(terminal.err())
                .isEqualTo("replay: gap: log of " + TestJournal.DB + " from 2026-11-21T09:13:01.5Z to"
                        + " 2026-11-21T09:13:02Z not recorded: the log was rotated away\n");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            web                                 | 0 | GET / 200 token=abc+a long line+warn+
            b36156ce --stream stderr            | 3 | ERROR: deadlock+  detail: 17+
            --name web                          | 0 | GET / 200 token=abc+a long line+warn+
            --filter label=tier=front           | 0 | GET / 200 token=abc+a long line+warn+
            --filter image=postgres --stream stderr | 3 | ERROR: deadlock+  detail: 17+
            --stream stderr                     | 3 | ERROR: deadlock+  detail: 17+warn+
            --stream stderr,tty web shell       | 0 | warn+%e[31mred%e[0m%r+
            web --tail 1                        | 0 | warn+
            web -n 2 --prefix                   | 0 | web \u2016 a long line+web \u2016 warn+
            -n 1 --until 09:13                  | 0 | '  detail: 17+warn+'
            --tail 0 web                        | 0 | ''
            web --since 09:12:05.5              | 0 | a long line+warn+
            -t web db --until 09:12:06          | 0 | 2026-11-21T09:12:05.000000000Z GET / 200 token=abc+2026-11-21T09:12:05.100000000Z ERROR: deadlock+2026-11-21T09:12:05.200000000Z   detail: 17+
            -t --prefix --stream stdout --since 09:13 db | 3 | db \u2016 2026-11-21T09:13:01.000000000Z ÿþ+db \u2016 2026-11-21T09:13:03.000000000Z no end
            --join=indent --prefix --until 09:12:06 | 0 | web \u2016 GET / 200 token=abc+db \u2016 ERROR: deadlock+  detail: 17+
            --join=^[A-Z] -t --stream stderr db | 3 | 2026-11-21T09:12:05.100000000Z ERROR: deadlock+  detail: 17+
            --join web                          | 0 | GET / 200 token=abc+a long line+warn+
            --redact-log token=\\S+ --redact-log l.ng web | 0 | GET / 200 <redacted>+a <redacted> line+warn+
            """)
    void choosesAndDecorates(String options, int code, String expected) {
        String text = expected.replace('+', '\n')
                .replace("%r", "\r")
                .replace("%e", "\u001b")
                .replace('\u2016', '|');
        assertThat(new String(run("logs " + options + " JOURNAL", code).bytes(), ISO_8859_1))
                .isEqualTo(text);
    }

    @Test
    void aLineThatNeverEndedGetsAnEndBeforeSomethingElse() throws IOException {
        Path other = directory.resolve("other");
        TestJournal.write(
                        other,
                        List.of(
                                TestLogs.log(TestJournal.WEB, 1, "09:12:00Z", "begun"),
                                TestLogs.log(TestJournal.WEB, 1, "09:12:06Z", " and much later\n"),
                                TestLogs.log(TestJournal.WEB, 1, "09:12:07Z", "begun again"),
                                TestLogs.log(TestJournal.DB, 1, "09:12:13Z", "other\n")))
                .close();
        assertThat(run("logs " + other, ExitCode.OK).out()).isEqualTo("begun and much later\nbegun again\nother\n");
    }

    @Test
    void saysWhatIsNotThere() {
        assertThat(run("logs nobody web JOURNAL", ExitCode.GAPS).err())
                .startsWith("replay: --name 'nobody': no such container then; there are ");
        assertThat(run("logs --until 09:12:01 JOURNAL", ExitCode.OK).err())
                .startsWith("replay: no log is printed: of ")
                .contains("replay ls shows");
        assertThat(run("logs nowhere/web JOURNAL", ExitCode.FAILED).err()).contains("nowhere/web");
    }

    @Test
    void whatIsAFileIsASource() throws IOException {
        Path web = directory.resolve("web");
        Files.move(journal, web);
        assertThat(run("logs web web", ExitCode.GAPS).out()).startsWith("GET /").contains("no end");
        assertThat(run("logs db web", ExitCode.GAPS).out()).startsWith("ERROR").doesNotContain("GET");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            --tail many       | replay: --tail 'many': a number of lines, or all; see 'replay logs --help'
            --tail -1         | replay: --tail '-1': a number of lines, or all; see 'replay logs --help'
            --join=(          | replay: --join=(: "(" is not a regular expression: missing closing ); see 'replay logs --help'
            --redact-log a{2,1} | replay: --redact-log "a{2,1}" is not a regular expression: invalid repeat count; see 'replay logs --help'
            --filter event=die | replay: --filter chooses containers here, by name, container, image or label; see 'replay logs --help'
            """)
    void refusesWhatMakesNoSense(String options, String said) {
        assertThat(run("logs " + options + " JOURNAL", ExitCode.USAGE).err()).isEqualTo(said + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"archive", "archive --portable"})
    void readsArchivesToo(String verb) throws IOException {
        Path archives = Files.createDirectory(directory.resolve("archives"));
        run(verb + " --all --to " + archives + " JOURNAL", ExitCode.OK);
        assertThat(run("logs " + archives, ExitCode.GAPS).bytes()).isEqualTo(ALL.getBytes(ISO_8859_1));
        assertThat(run("verify " + archives, ExitCode.GAPS).err()).isEmpty();
    }

    @Test
    void exportWritesTheSameByteForByte() {
        List<byte[]> lines = new ArrayList<>();
        Terminal terminal = run("export --format raw --kind log JOURNAL", ExitCode.GAPS);
        lines.add(terminal.bytes());
        String inOrder = ALL.replace("a long line\nwarn\n", "a long warn\nline\n");
        assertThat(lines.get(0)).isEqualTo(inOrder.getBytes(ISO_8859_1));
        assertThat(new String(
                        run("export --format raw --kind log,stats --filter name=shell JOURNAL", ExitCode.OK)
                                .bytes(),
                        ISO_8859_1))
                .isEqualTo("\u001b[31mred\u001b[0m\n");
    }

    @Test
    void exportJoinsAndRedacts() {
        String out = run("export --kind log --join=indent --redact-log token=\\w+ --bare JOURNAL", ExitCode.GAPS)
                .out();
        assertThat(out.replaceAll("\"(container_id|image|image_id)\":\"[^\"]*\",?", ""))
                .isEqualTo("""
                        {"@timestamp":"2026-11-21T09:12:05Z","container":"/web","log":"GET / 200 <redacted>","stream":"stdout"}
                        {"@timestamp":"2026-11-21T09:12:05.1Z","container":"/db","log":"ERROR: deadlock\\n  detail: 17","stream":"stderr"}
                        {"@timestamp":"2026-11-21T09:12:06Z","container":"/web","log":"a long line","stream":"stdout"}
                        {"@timestamp":"2026-11-21T09:12:06.1Z","container":"/web","log":"warn","stream":"stderr"}
                        {"@timestamp":"2026-11-21T09:13:00Z","container":"/shell","log":"\\u001B[31mred\\u001B[0m","stream":"tty"}
                        {"@timestamp":"2026-11-21T09:13:01Z","container":"/db","log_base64":"//4=","stream":"stdout"}
                        {"@timestamp":"2026-11-21T09:13:03Z","container":"/db","log":"no end","stream":"stdout","log_partial":true}
                        """);
        String bulk = run("export --format bulk --fields ecs --kind log --filter name=web --join JOURNAL", ExitCode.OK)
                .out();
        assertThat(bulk.lines().filter(line -> line.startsWith("{\"create\"")))
                .hasSize(3)
                .element(1)
                .asString()
                .contains("-8-");
        assertThat(bulk).contains("\"event.sequence\":8,").contains("\"message\":\"a long line\"");
        assertThat(run("export --format csv --kind log --filter name=web --join JOURNAL", ExitCode.OK)
                        .out())
                .isEqualTo("""
                        @timestamp,host,container,stream,log\r
                        2026-11-21T09:12:05Z,host,/web,stdout,GET / 200 token=abc\r
                        2026-11-21T09:12:06Z,host,/web,stdout,a long line\r
                        2026-11-21T09:12:06.1Z,host,/web,stderr,warn\r
                        """);
    }

    @Test
    void joiningIsRefusedWhereItWouldNotBeExact() {
        assertThat(run("export --join --after seen.json JOURNAL", ExitCode.USAGE)
                        .err())
                .startsWith("replay: --join is not for --after: ");
        assertThat(run("export --join --format raw JOURNAL", ExitCode.USAGE).err())
                .startsWith("replay: --join is for --format flat, bulk, csv, not raw");
        assertThat(run("ship --to http://localhost:1 --join JOURNAL", ExitCode.USAGE)
                        .err())
                .startsWith("replay: no such option: --join");
    }

    @Test
    void aCutHoldsNoLineThatWasRedacted() {
        Path cut = directory.resolve("cut.tar");
        Terminal terminal = run("cut --kind log --redact-log token=\\S+ -o " + cut + " JOURNAL", ExitCode.GAPS);
        assertThat(terminal.err()).contains("removed from 1 line of logs");
        assertThat(new String(run("logs " + cut, ExitCode.GAPS).bytes(), ISO_8859_1))
                .isEqualTo(ALL.replace("token=abc", "<redacted>"));
    }
}
