package dev.shiplog.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RecorderMainTest {
    @TempDir
    private Path directory;

    private final Map<String, String> environment = new HashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return new RecorderMain(environment).run(args, new PrintWriter(out, true), new PrintWriter(err, true));
    }

    @Test
    void helpShowsEachOptionWithItsDefaultAndExamples() {
        assertThat(run("--help")).isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).isEqualTo("""
                Usage: recorder [OPTIONS]
                Follows one Docker engine for months and writes what it says into a journal.

                Options:
                      --docker-host=ADDRESS  the engine, unix:///path or tcp://host:port; DOCKER_TLS_VERIFY and
                                               DOCKER_CERT_PATH count as for the docker command
                                             (DOCKER_HOST, else unix:///var/run/docker.sock)
                      --engine-timeout=TIME  how long the engine may be silent when an answer is due, from 1s to 10m; a
                                               sample is waited for 10s at the most (30s)
                      --max-concurrent=COUNT how many answers of the engine are waited for at once, its streams aside; 0 for
                                               no limit (0)
                      --data-dir=DIR         where the journal is (/srv/events)
                      --stats-interval=TIME  between two samples of a container, from 1s to 24h; 0 for none (5s)
                      --engine-metrics=URL   record the engine's own Prometheus page once a minute, and compare how many
                                               events it counted: http://host:port/metrics or unix:///path (none)
                      --engine-metrics-every=TIME
                                             how often that page is read, from 5s on (60s)
                      --disk-usage=PERIOD    ask what takes the engine's disk, and measure the containers' log files: daily
                                               or off (off)
                      --host-proc=DIR        where the host's /proc is: record from it the TCP sockets of containers by
                                               state, and their shared memory (none)
                      --sockets-interval=TIME
                                             how often these are read, from 10s on (1m)
                      --roll=PERIOD          when a new segment begins: minutely, ten-minutely, hourly or daily (hourly)
                      --sync-interval=TIME   how long a sample may wait for the disk (10s)
                      --include=FILTER       only containers that meet name=GLOB, container=NAME-OR-ID, image=GLOB, label=KEY
                                               or label=KEY=GLOB, with ~REGEX for GLOB and != for = as in name!=~^ci-; may be
                                               repeated (all)
                      --exclude=FILTER       not the containers that meet this; wins over --include; may be repeated (none)
                      --exec-events=WHAT     what becomes of events of commands in containers, which are mostly health
                                               checks: keep, coalesce (their counts by container, command and minute) or drop
                                               (keep)
                      --redact=WHAT          what is taken out before it is written: env (values of environment variables),
                                               secrets (these, and what is named like a password, token or key, in events
                                               too) or none (secrets)
                      --logs[=LINES]         which lines of the logs of containers are recorded: all, or with --logs=ends the
                                               last 50 of each stream when one ends, runs out of memory or turns unhealthy
                                               (off)
                      --logs-include=FILTER  logs only of containers that meet this; may be repeated (all)
                      --logs-exclude=FILTER  not the logs of containers that meet this; may be repeated (none)
                      --redact-log=REGEX     take out of lines of logs what this matches (RE2); may be repeated (nothing)
                      --min-free=SIZE        leave so much of the disk free (64MiB)
                      --keep-for=TIME        delete segments whose records are all older, as in 30d; 0 for no limit (0)
                      --keep-bytes=SIZE      delete the oldest segments while the journal takes more disk space than this, as
                                               in 5g; 0 for no limit (0)
                      --keep-until-archived=DIR
                                             delete no segment that is not archived in DIR, unless less than --min-free is
                                               free (none)
                      --queue-size=COUNT     how many samples may wait for the disk (4096)
                      --stop-grace=TIME      how long a stop may take, to see how the containers end while the host goes
                                               down; keep it below the time that your supervisor gives (5s)
                      --group=GROUP          the group, by name or number, whose members may read the journal (the recorder's
                                               own, which may not)
                      --mode=MODE            permissions of the journal's directory; of its files without x (0700, with
                                               --group 0750)
                      --listen=HOST:PORT     where metrics are served for Prometheus, and /health, /ready and /version; none
                                               for nowhere (127.0.0.1:9200)
                      --listen-user=NAME     who may ask for metrics, by HTTP's basic authentication; /health and /ready are
                                               for all (anybody)
                      --listen-password-file=FILE
                                             a file whose first line is the password of --listen-user (none)
                      --listen-cert=FILE     serve by TLS, with this certificate and those that lead to its root, PEM; read
                                               again when it changes (none)
                      --listen-key=FILE      the key of --listen-cert, PEM, without a password (none)
                      --metric-label=KEY     give metrics of a container this label of it; may be repeated (none)
                      --metric-const=NAME=VALUE
                                             give all metrics this label; may be repeated (none)
                      --log-level=LEVEL      what stands in the recorder's own log, on standard error: debug, info, warn or
                                               error (info)
                      --log-format=FORMAT    how a line of it looks: text, or json (text)
                      --plugin=SOCKET        be a plugin of the engine, called on this socket: record its Prometheus page
                                               while the engine asks for it, and nothing else; see docs/plugin.md (none)
                      --config=FILE          a YAML file of these options, or one of docker-stats-exporter (none)
                      --completion=SHELL     print a script by which a shell completes these options, bash, zsh or fish, and
                                               exit
                  -h, --help                 this text
                  -V, --version              the version

                Examples:
                  recorder --data-dir /srv/events
                  recorder --docker-host unix:///run/user/1000/docker.sock --data-dir /srv/events
                  DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=/certs recorder --docker-host tcp://10.0.0.5:2376
                  recorder --stats-interval 1s --exclude 'name=ci-*' --exclude label=shiplog.skip
                  SHIPLOG_STATS_INTERVAL=30s recorder --config /etc/shiplog/recorder.yaml
                  recorder --logs=ends                 also what a container said last before it ended
                  recorder note deployed shop 1.4      writes that into the journal of the recorder that runs
                  recorder status --json               has it say how it goes; see recorder status --help

                Each option can be set as SHIPLOG_<OPTION> in the environment, or as OPTION: VALUE in
                the YAML file of --config. The flag counts first, then the environment, then the file.
                Exit codes: 0 stopped as asked, 1 could not begin, 2 wrong usage, 3 the journal broke or memory ran out.
                """);
    }

    @Test
    void everyOptionCanBeTypedSetAndPutInAFile() {
        List<String> typed = CommandLineOptions.commandLine().getCommandSpec().options().stream()
                .map(option -> option.longestName().substring(2))
                .filter(name ->
                        !List.of("help", "version", "config", "completion").contains(name))
                .toList();
        assertThat(typed).containsExactlyInAnyOrderElementsOf(RecorderConfig.OPTIONS);
    }

    @Test
    void saysItsVersion() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).isEqualTo("shiplog recorder (unpackaged)\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void wrongUsageIsOneLineAndCodeTwo() throws IOException {
        Map<List<String>, String> lines = new HashMap<>();
        lines.put(
                List.of("--no-such-option"),
                "recorder: no such option: --no-such-option; recorder --help lists the options");
        lines.put(
                List.of("/srv/events"),
                "recorder: no such command: /srv/events; there are note and status, and without one it records");
        lines.put(
                List.of("--kep-for", "3d"),
                "recorder: no such option: --kep-for; did you mean --keep-for? recorder --help lists the options");
        lines.put(
                List.of("replay", "ls"),
                "recorder: replay is another program; in the image: docker exec NAME replay, or docker run --entrypoint replay");
        lines.put(
                List.of("--roll"),
                "recorder: Missing required parameter for option '--roll' (PERIOD); recorder --help lists the options");
        lines.put(
                List.of("--roll=daily", "--roll=hourly"),
                "recorder: option '--roll' (PERIOD) should be specified only once; recorder --help lists the options");
        lines.put(
                List.of("--roll", "weekly"),
                "recorder: --roll: \"weekly\" is not one of minutely, ten-minutely, hourly, daily");
        lines.put(
                List.of("--plugin", "unix:///run/a.sock"),
                "recorder: --plugin: \"unix:///run/a.sock\" is an address; write only the path of the socket");
        lines.put(List.of("--completion", "tcsh"), "recorder: --completion: \"tcsh\" is not one of bash, zsh, fish");
        lines.forEach((args, line) -> {
            err.getBuffer().setLength(0);
            assertThat(run(args.toArray(new String[0]))).as(args.toString()).isEqualTo(2);
            assertThat(err.toString()).isEqualTo(line + "\n");
        });
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aJournalThatCannotBeOpenedIsOneLineAndCodeOne() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(run("--data-dir", file.resolve("journal").toString(), "--docker-host", "unix:///nowhere.sock"))
                .isEqualTo(1);
        assertThat(err.toString()).startsWith("recorder: " + file).hasLineCount(1);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aRecorderThatWasStoppedBeforeItBeganSaysSoAndEndsWell() throws InterruptedException {
        RecorderMain main = new RecorderMain(environment);
        main.stop("terminated");
        String[] args = {"--data-dir", directory.toString()};
        assertThat(main.run(args, new PrintWriter(out, true), new PrintWriter(err, true)))
                .isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).isEqualTo("recorder: stopped: terminated; nothing was begun\n");
        assertThat(directory).isEmptyDirectory();
    }
}
