package dev.shiplog.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.retention.Limits;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.recorder.source.ContainerFilter;
import dev.shiplog.timeline.ContainerRule;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecorderConfigTest {
    @TempDir
    private Path directory;

    private final Map<String, List<String>> flags = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();

    private RecorderConfig config() throws UsageException {
        return RecorderConfig.of(new Settings(flags, environment, RecorderConfig.OPTIONS), environment);
    }

    private Path file(String yaml) throws IOException {
        Path file = directory.resolve("recorder.yaml");
        Files.writeString(file, yaml);
        flags.put("config", List.of(file.toString()));
        return file;
    }

    private static String variable(String option) {
        return "SHIPLOG_" + option.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    @Test
    void withoutAnySettingTheDefaultsCount() throws UsageException {
        RecorderConfig config = config();
        assertThat(config.engine()).hasToString("unix:///var/run/docker.sock");
        assertThat(config.dataDir()).isEqualTo(Path.of("/srv/events"));
        assertThat(config.statsInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.roll()).isEqualTo(Roll.HOURLY);
        assertThat(config.syncInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.filter()).isEqualTo(ContainerFilter.ALL);
        assertThat(config.redaction()).isEqualTo(Redaction.SECRETS);
        assertThat(config.minFree()).isEqualTo(64L << 20);
        assertThat(config.limits()).isEqualTo(Limits.NONE);
        assertThat(config.archives()).isNull();
        assertThat(config.queueSize()).isEqualTo(4096);
        assertThat(config.stopGrace()).isEqualTo(Duration.ofSeconds(5));
    }

    /** Each option is set to three values in the three places; they are taken away one after the other. */
    @ParameterizedTest
    @CsvSource({
        "docker-host, unix:///a.sock, tcp://b:2375, unix:///c.sock",
        "data-dir, /a, /b, /c",
        "stats-interval, 2s, 1500ms, 0s",
        "engine-metrics, http://127.0.0.1:9323/metrics, unix:///run/docker/metrics.sock, http://[::1]:1/x/y",
        "disk-usage, daily, off, daily",
        "host-proc, /host/proc, /proc, /p",
        "sockets-interval, 10s, 90s, 1d",
        "roll, minutely, ten-minutely, daily",
        "sync-interval, 10ms, 2s, 60s",
        "include, name=a, image=b*, label=c=d",
        "include, name=~^a, image=~b.c$, label=c=~d",
        "exclude, name=a, image=b*, label=c=d",
        "exec-events, coalesce, drop, keep",
        "redact, none, env, secrets",
        "min-free, 0, 1, 2",
        "keep-for, 90s, 90d, 0s",
        "keep-bytes, 5368709120, 1048576, 0",
        "keep-until-archived, /a, /b, /c",
        "queue-size, 1, 9999999, 3",
        "stop-grace, 0s, 1s, 1ms",
        "group, root, 4, 0",
        "mode, 0700, 0755, 0750",
        "listen, 0.0.0.0:9200, [::1]:0, none",
        "engine-timeout, 1s, 600s, 90s",
        "max-concurrent, 1, 9999999, 0",
        "metric-label, a, b.c, d",
        "metric-const, a=b, c=d=e, f=",
        "log-level, debug, error, warn",
        "log-format, json, text, json",
        "plugin, /a.sock, /b.sock, /c.sock"
    })
    void theFlagCountsBeforeTheEnvironmentAndThatBeforeTheFile(
            String option, String flag, String variable, String inFile) throws Exception {
        file(option + ": " + inFile + "\n");
        environment.put(variable(option), variable);
        flags.put(option, List.of(flag));
        assertThat(config().described()).containsEntry(option, flag);
        flags.remove(option);
        assertThat(config().described()).containsEntry(option, variable);
        environment.put(variable(option), " ");
        assertThat(config().described()).containsEntry(option, inFile);
        environment.clear();
        assertThat(config().described()).containsEntry(option, inFile);
    }

    @Test
    void whatIsDescribedForTheJournalCanBeTypedAgain() throws Exception {
        flags.put("stats-interval", List.of("90m"));
        flags.put("engine-metrics", List.of("http://host:9323/m"));
        flags.put("disk-usage", List.of("daily"));
        flags.put("host-proc", List.of("/host/proc"));
        flags.put("sockets-interval", List.of("5m"));
        flags.put("min-free", List.of("3GiB"));
        flags.put("keep-for", List.of("2w"));
        flags.put("keep-bytes", List.of("5g"));
        flags.put("keep-until-archived", List.of("/archives"));
        flags.put("include", List.of("name=a", "label=b=c"));
        flags.put("listen", List.of("[::]:1"));
        flags.put("metric-label", List.of("a", "b"));
        flags.put("metric-const", List.of("a=b", "c=d"));
        flags.put("engine-timeout", List.of("2m"));
        flags.put("max-concurrent", List.of("4"));
        flags.put("listen-user", List.of("me"));
        flags.put("listen-password-file", List.of("/secret"));
        flags.put("listen-cert", List.of("/cert.pem"));
        flags.put("listen-key", List.of("/key.pem"));
        flags.put("plugin", List.of("/run/a.sock"));
        RecorderConfig config = config();
        Map<String, String> described = config.described();
        assertThat(described.keySet()).isEqualTo(RecorderConfig.OPTIONS);
        flags.clear();
        described.forEach((option, text) -> environment.put(variable(option), text));
        assertThat(config())
                .usingRecursiveComparison()
                .ignoringFieldsMatchingRegexes(".*\\.holds", ".*\\.lookedAt")
                .isEqualTo(config);
    }

    @Test
    void listsAreGivenAsRepeatedFlagsOrWithCommasOrAsYaml() throws Exception {
        List<String> both = List.of("name=a", "label=b=c");
        flags.put("include", both);
        environment.put("SHIPLOG_EXCLUDE", "name=a , label=b=c");
        assertThat(config().filter().include()).extracting(ContainerRule::text).isEqualTo(both);
        assertThat(config().filter().exclude()).extracting(ContainerRule::text).isEqualTo(both);
        flags.clear();
        environment.clear();
        file("include: [name=a, label=b=c]\nexclude: name=a\n");
        assertThat(config().filter().include()).extracting(ContainerRule::text).isEqualTo(both);
        assertThat(config().filter().exclude()).extracting(ContainerRule::text).containsExactly("name=a");
    }

    @Test
    void theEngineOfTheDockerCommandIsUsedUnlessAnotherIsNamed() throws Exception {
        environment.put("DOCKER_HOST", "tcp://docker:2376");
        assertThat(config().engine()).hasToString("tcp://docker:2376");
        file("docker-host: unix:///file.sock\n");
        assertThat(config().engine()).as("the file is the last to be asked").hasToString("tcp://docker:2376");
        environment.put("SHIPLOG_DOCKER_HOST", "unix:///variable.sock");
        assertThat(config().engine()).hasToString("unix:///variable.sock");
        environment.remove("SHIPLOG_DOCKER_HOST");
        environment.remove("DOCKER_HOST");
        assertThat(config().engine()).hasToString("unix:///file.sock");
    }

    @Test
    void tlsIsUsedAsTheDockerCommandUsesIt() throws Exception {
        flags.put("docker-host", List.of("tcp://docker"));
        assertThat(config().engine()).hasToString("tcp://docker:2375");
        assertThat(config().engine().certificates()).isNull();
        environment.put("DOCKER_TLS_VERIFY", "1");
        environment.put("HOME", "/home/me");
        assertThat(config().engine()).hasToString("tcp://docker:2376");
        assertThat(config().engine().certificates()).isEqualTo(Path.of("/home/me/.docker"));
        environment.put("DOCKER_CERT_PATH", "/certs");
        assertThat(config().engine().certificates()).isEqualTo(Path.of("/certs"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "docker-host    | /var/run/docker.sock | /var/run/docker.sock: an engine's address has a scheme, as in unix:///var/run/docker.sock",
                "docker-host    | ssh://me@host | ssh://me@host: ssh is not supported; use unix:///path or tcp://host:port (ssh -L /tmp/docker.sock:/var/run/docker.sock makes one)",
                "data-dir       | '' | a directory is needed",
                "stats-interval | 5 | \"5\" is not a duration; write it in ms, s, m, h, d or w, as in 500ms, 90s, 1h30m or 365d",
                "engine-metrics | 127.0.0.1:9323 | \"127.0.0.1:9323\" is not the address of an engine's metrics; write it as in http://127.0.0.1:9323/metrics or unix:///run/docker/metrics.sock",
                "disk-usage | hourly | \"hourly\" is not one of off, daily",
                "host-proc | '' | a directory is needed",
                "sockets-interval | 9s | \"9s\" is too short; the least is 10s",
                "stats-interval | 25h | \"25h\" is too long; the most is 24h",
                "stop-grace     | 999999999h | \"999999999h\" is too long; the most is 24h",
                "stats-interval | 999ms | \"999ms\" is too short; the least is 1s",
                "stats-interval | -1s | \"-1s\" is not a duration; write it in ms, s, m, h, d or w, as in 500ms, 90s, 1h30m or 365d",
                "stats-interval | 25h | \"25h\" is too long; the most is 24h",
                "roll           | weekly | \"weekly\" is not one of minutely, ten-minutely, hourly, daily",
                "roll           | Hourly | \"Hourly\" is not one of minutely, ten-minutely, hourly, daily",
                "sync-interval  | 0 | \"0\" is too short; the least is 10ms",
                "sync-interval  | 999999999h | \"999999999h\" is too long; the most is 24h",
                "stop-grace     | 999999999h | \"999999999h\" is too long; the most is 24h",
                "include        | web | \"web\" is not a filter; write it as name=GLOB, container=NAME-OR-ID,"
                        + " image=GLOB, label=KEY or label=KEY=GLOB, with ~REGEX for GLOB and != for = as in name!=~^ci-",
                "exclude        | id=1 | \"id=1\" is not a filter; write it as name=GLOB, container=NAME-OR-ID,"
                        + " image=GLOB, label=KEY or label=KEY=GLOB, with ~REGEX for GLOB and != for = as in name!=~^ci-",
                "include        | name=~[ | \"[\" is not a regular expression: missing closing ]",
                "exclude        | image=~a(b | \"a(b\" is not a regular expression: missing closing )",
                "logs-include   | image!=~*a | \"*a\" is not a regular expression: missing argument to repetition operator",
                "engine-timeout | 999ms | \"999ms\" is too short; the least is 1s",
                "engine-timeout | 11m | \"11m\" is too long; the most is 10m",
                "max-concurrent | -1 | \"-1\" is not a number from 1 to 9999999",
                "log-level      | trace | \"trace\" is not one of debug, info, warn, error",
                "log-format     | logfmt | \"logfmt\" is not one of text, json",
                "listen-user    | a:b | \"a:b\" is not a name; it must not be empty, or have a colon",
                "listen-cert    | '' | a file is needed",
                "exec-events    | none | \"none\" is not one of keep, coalesce, drop",
                "redact         | all | \"all\" is not one of none, env, secrets",
                "mode           | 0770 | \"0770\" is not a mode of a journal; write 0700, 0750 or 0755: only its owner may"
                        + " write",
                "mode           | rwx | \"rwx\" is not a mode of a journal; write 0700, 0750 or 0755: only its owner may"
                        + " write",
                "min-free       | 64MB | \"64MB\" is not a size; write it in bytes, or in k, m, g, t or KiB, MiB, GiB, TiB, as in 64MiB or 10g",
                "keep-for       | 30 | \"30\" is not a duration; write it in ms, s, m, h, d or w, as in 500ms, 90s, 1h30m or 365d",
                "keep-for       | 59s | \"59s\" is too short; the least is 1m, and 0 is no limit",
                "keep-for       | 36501d | \"36501d\" is too long; the most is 36500d, and 0 is no limit",
                "keep-bytes     | 5 | \"5\" is too small; the least is 1MiB, and 0 is no limit",
                "keep-bytes     | 5GB | \"5GB\" is not a size; write it in bytes, or in k, m, g, t or KiB, MiB, GiB, TiB, as in 64MiB or 10g",
                "keep-until-archived | '' | a directory is needed",
                "listen         | 9200 | \"9200\" is not an address to listen on; write it as 127.0.0.1:9200, or none",
                "listen         | ::1:9200 | \"::1:9200\" is not an address to listen on; write it as 127.0.0.1:9200, or none",
                "listen         | a:65536 | \"a:65536\" is not an address to listen on; write it as 127.0.0.1:9200, or none",
                "metric-const   | site | \"site\" is not a label; write it as NAME=VALUE, with letters, digits and _ in the name, as"
                        + " in site=berlin",
                "metric-const   | image=x | \"image\" is a label of ours; take another name",
                "metric-const   | __x=c | \"__x\": what begins with __ is Prometheus's; take another name",
                "metric-label   | '' | a label of containers needs a name, as in com.example.team",
                "queue-size     | 0 | \"0\" is not a number from 1 to 9999999",
                "queue-size     | many | \"many\" is not a number from 1 to 9999999"
            })
    void aValueThatMakesNoSenseIsRefusedWhereItWasSet(String option, String value, String why) throws Exception {
        flags.put(option, List.of(value));
        assertThatThrownBy(this::config).isInstanceOf(UsageException.class).hasMessage("--" + option + ": " + why);
        flags.clear();
        if (!value.isEmpty()) {
            environment.put(variable(option), value);
            assertThatThrownBy(this::config)
                    .isInstanceOf(UsageException.class)
                    .hasMessage(variable(option) + ": " + why);
            environment.clear();
        }
        Path file = file(option + ": \"" + value + "\"\n");
        assertThatThrownBy(this::config)
                .isInstanceOf(UsageException.class)
                .hasMessage(option + " in " + file + ": " + why);
    }

    @Test
    void aLabelThatIsGivenTwiceIsWrongUsage() {
        flags.put("metric-const", List.of("a=b", "a=c"));
        assertThatThrownBy(this::config).hasMessage("--metric-const: \"a\" is given twice");
        flags.put("metric-const", List.of());
        flags.put("metric-label", List.of("a.b", "a-b"));
        assertThatThrownBy(this::config)
                .hasMessage("--metric-label: \"a-b\" is given twice: both are container_label_a_b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "data-dir: []           | data-dir in FILE: one value is needed",
                "data-dir: [/a, /b]     | data-dir in FILE: one value is needed",
                "data-dir: {a: b}       | data-dir in FILE: one value is needed",
                "roll:                  | roll in FILE: one value is needed",
                "include: {name: web}   | include in FILE: a value or a list of values is needed",
                "include: [[name=web]]  | include in FILE: a value or a list of values is needed",
                "- data-dir             | FILE: not a list of options; write them as in stats-interval: 5s",
                "5                      | FILE: not a list of options; write them as in stats-interval: 5s",
            })
    void aFileOfAnotherShapeIsRefused(String yaml, String why) throws Exception {
        Path file = file(yaml + "\n");
        assertThatThrownBy(this::config)
                .isInstanceOf(UsageException.class)
                .hasMessage(why.replace("FILE", file.toString()));
    }

    @Test
    void anUnknownOptionInTheFileIsRefusedWithAListOfTheOptions() throws Exception {
        Path file = file("stats_interval: 5s\n");
        assertThatThrownBy(this::config)
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        file
                                + ": unknown option \"stats_interval\"; the options are data-dir, disk-usage, docker-host, engine-metrics, engine-metrics-every, engine-timeout, exclude, exec-events,"
                                + " group, host-proc, include, keep-bytes, keep-for, keep-until-archived, listen, listen-cert, listen-key, listen-password-file, listen-user, log-format, log-level, logs, logs-exclude, logs-include, max-concurrent, metric-const, metric-label, min-free, mode, plugin, queue-size, redact, redact-log, roll, sockets-interval, stats-interval, stop-grace, sync-interval");
    }

    @Test
    void aFileThatCannotBeReadIsNamedWithTheReason() throws Exception {
        flags.put("config", List.of("/nowhere/recorder.yaml"));
        assertThatThrownBy(this::config).hasMessage("--config: /nowhere/recorder.yaml: no such file");
        flags.clear();
        environment.put("SHIPLOG_CONFIG", directory.toString());
        assertThatThrownBy(this::config)
                .hasMessage("SHIPLOG_CONFIG: " + directory + ": cannot be read: Is a directory");
        Path file = file("roll: \"s3cret\n");
        assertThatThrownBy(this::config)
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(file + ", line 2, column 1: not YAML: ")
                .message()
                .doesNotContain("\n", "s3cret");
        Files.write(file, new byte[] {'r', (byte) 0xff, '\n'});
        assertThatThrownBy(this::config)
                .isInstanceOf(UsageException.class)
                .hasMessage("--config: " + file + ": cannot be read: it is not UTF-8");
    }

    @Test
    void aGroupThatIsNotThereIsWrongUsage() throws Exception {
        flags.put("group", List.of("nosuch"));
        assertThatThrownBy(this::config)
                .isInstanceOf(UsageException.class)
                .hasMessage("--group: there is no group \"nosuch\" here; make it, or give the group's number");
        flags.put("group", List.of("4711"));
        assertThat(config().access().group()).isEqualTo("4711");
    }

    @Test
    void whatProtectsMetricsIsGivenInPairs() throws Exception {
        flags.put("listen-user", List.of("me"));
        assertThatThrownBy(this::config).hasMessage("--listen-user: --listen-password-file is needed as well");
        flags.put("listen-password-file", List.of("/secret"));
        flags.put("listen-key", List.of("/key.pem"));
        assertThatThrownBy(this::config).hasMessage("--listen-key: --listen-cert is needed as well");
        Path file = file("listen-cert: /cert.pem\n");
        assertThat(config().described())
                .containsEntry("listen-user", "me")
                .containsEntry("listen-password-file", "/secret")
                .containsEntry("listen-cert", "/cert.pem")
                .containsEntry("listen-key", "/key.pem");
        flags.remove("listen-key");
        assertThatThrownBy(this::config).hasMessage("listen-cert in " + file + ": --listen-key is needed as well");
        flags.remove("listen-user");
        assertThatThrownBy(this::config).hasMessage("--listen-password-file: --listen-user is needed as well");
    }

    @Test
    void whatIsSetTwiceInAFileIsNamedWithItsLine() throws Exception {
        Path file = file("roll: daily\n\nroll: hourly\n");
        assertThatThrownBy(this::config)
                .isInstanceOf(UsageException.class)
                .hasMessage(file + ", line 3: roll is set a second time");
    }

    @Test
    void anEmptyFileSetsNothing() throws Exception {
        file("# nothing\n");
        assertThat(config().roll()).isEqualTo(Roll.HOURLY);
    }
}
