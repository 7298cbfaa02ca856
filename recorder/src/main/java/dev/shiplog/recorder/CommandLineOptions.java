package dev.shiplog.recorder;

import dev.shiplog.timeline.ContainerRule;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The command line: which options there are, and the help. Values are texts here; {@link RecorderConfig} reads them.
 */
final class CommandLineOptions {
    /** The options that say nothing about what is recorded and served. */
    private static final Set<String> OF_THE_COMMAND = Set.of("config", "completion", "help", "version");

    /** All others by long name without the hyphens, and whether each may be given more than once. */
    private static final Map<String, Boolean> SETTINGS = commandLine().getCommandSpec().options().stream()
            .collect(Collectors.toUnmodifiableMap(
                    option -> option.longestName().substring(2), option -> option.type() == List.class));

    private CommandLineOptions() {}

    /** The long names, without the hyphens, of what can also be set in the environment and in a file. */
    static Set<String> settings() {
        return SETTINGS.keySet().stream()
                .filter(name -> !OF_THE_COMMAND.contains(name))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether an option may be given more than once. */
    static boolean isList(String option) {
        return SETTINGS.getOrDefault(option, false);
    }

    static CommandLine commandLine() {
        CommandSpec spec = CommandSpec.create().name("recorder");
        spec.usageMessage()
                .abbreviateSynopsis(true)
                .sortOptions(false)
                .description("Follows one Docker engine for months and writes what it says into a journal.")
                .optionListHeading("%nOptions:%n")
                .footerHeading("%nExamples:%n")
                .footer(
                        "  recorder --data-dir /srv/events",
                        "  recorder --docker-host unix:///run/user/1000/docker.sock --data-dir /srv/events",
                        "  DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=/certs recorder --docker-host tcp://10.0.0.5:2376",
                        "  recorder --stats-interval 1s --exclude 'name=ci-*' --exclude label=shiplog.skip",
                        "  SHIPLOG_STATS_INTERVAL=30s recorder --config /etc/shiplog/recorder.yaml",
                        "  recorder --logs=ends                 also what a container said last before it ended",
                        "  recorder note deployed shop 1.4      writes that into the journal of the recorder that runs",
                        "  recorder status --json               has it say how it goes; see recorder status --help",
                        "",
                        "Each option can be set as SHIPLOG_<OPTION> in the environment, or as OPTION: VALUE in",
                        "the YAML file of --config. The flag counts first, then the environment, then the file.",
                        "Exit codes: 0 stopped as asked, 1 could not begin, 2 wrong usage, 3 the journal broke or memory ran out.");
        option(
                spec,
                "--docker-host",
                "ADDRESS",
                "the engine, unix:///path or tcp://host:port; DOCKER_TLS_VERIFY and DOCKER_CERT_PATH count as for "
                        + "the docker command%n(DOCKER_HOST, else unix:///var/run/docker.sock)");
        option(
                spec,
                "--engine-timeout",
                "TIME",
                "how long the engine may be silent when an answer is due, from 1s to 10m; a sample is waited for 10s at the "
                        + "most (30s)");
        option(
                spec,
                "--max-concurrent",
                "COUNT",
                "how many answers of the engine are waited for at once, its streams aside; 0 for no limit (0)");
        option(spec, "--data-dir", "DIR", "where the journal is (/srv/events)");
        option(spec, "--stats-interval", "TIME", "between two samples of a container, from 1s to 24h; 0 for none (5s)");
        option(
                spec,
                "--engine-metrics",
                "URL",
                "record the engine's own Prometheus page once a minute, and compare how many events it counted: "
                        + "http://host:port/metrics or unix:///path (none)");
        option(spec, "--engine-metrics-every", "TIME", "how often that page is read, from 5s on (60s)");
        option(
                spec,
                "--disk-usage",
                "PERIOD",
                "ask what takes the engine's disk, and measure the containers' log files: daily or off (off)",
                "daily",
                "off");
        option(
                spec,
                "--host-proc",
                "DIR",
                "where the host's /proc is: record from it the TCP sockets of containers by state, and their shared memory "
                        + "(none)");
        option(spec, "--sockets-interval", "TIME", "how often these are read, from 10s on (1m)");
        option(
                spec,
                "--roll",
                "PERIOD",
                "when a new segment begins: minutely, ten-minutely, hourly or daily (hourly)",
                "minutely",
                "ten-minutely",
                "hourly",
                "daily");
        option(spec, "--sync-interval", "TIME", "how long a sample may wait for the disk (10s)");
        list(spec, "--include", "only containers that meet " + ContainerRule.FORM + "; may be repeated (all)");
        list(spec, "--exclude", "not the containers that meet this; wins over --include; may be repeated (none)");
        option(
                spec,
                "--exec-events",
                "WHAT",
                "what becomes of events of commands in containers, which are mostly health checks: keep, coalesce (their "
                        + "counts by container, command and minute) or drop (keep)",
                "keep",
                "coalesce",
                "drop");
        option(
                spec,
                "--redact",
                "WHAT",
                "what is taken out before it is written: env (values of environment variables), secrets (these, and "
                        + "what is named like a password, token or key, in events too) or none (secrets)",
                "env",
                "secrets",
                "none");
        spec.addOption(OptionSpec.builder("--logs")
                .paramLabel("LINES")
                .type(String.class)
                .arity("0..1")
                .fallbackValue("all")
                .completionCandidates(List.of("all", "ends", "off"))
                .description(
                        "which lines of the logs of containers are recorded: all, or with --logs=ends the last 50 of "
                                + "each stream when one ends, runs out of memory or turns unhealthy (off)")
                .build());
        list(spec, "--logs-include", "logs only of containers that meet this; may be repeated (all)");
        list(spec, "--logs-exclude", "not the logs of containers that meet this; may be repeated (none)");
        repeated(
                spec,
                "--redact-log",
                "REGEX",
                "take out of lines of logs what this matches (RE2); may be repeated (nothing)");
        option(spec, "--min-free", "SIZE", "leave so much of the disk free (64MiB)");
        option(
                spec,
                "--keep-for",
                "TIME",
                "delete segments whose records are all older, as in 30d; 0 for no limit (0)");
        option(
                spec,
                "--keep-bytes",
                "SIZE",
                "delete the oldest segments while the journal takes more disk space than this, as in 5g; 0 for no limit (0)");
        option(
                spec,
                "--keep-until-archived",
                "DIR",
                "delete no segment that is not archived in DIR, unless less than --min-free is free (none)");
        option(spec, "--queue-size", "COUNT", "how many samples may wait for the disk (4096)");
        option(
                spec,
                "--stop-grace",
                "TIME",
                "how long a stop may take, to see how the containers end while the host goes "
                        + "down; keep it below the time that your supervisor gives (5s)");
        option(
                spec,
                "--group",
                "GROUP",
                "the group, by name or number, whose members may read the journal (the recorder's own, which may not)");
        option(
                spec,
                "--mode",
                "MODE",
                "permissions of the journal's directory; of its files without x (0700, with --group 0750)");
        option(
                spec,
                "--listen",
                "HOST:PORT",
                "where metrics are served for Prometheus, and /health, /ready and /version; none for nowhere (127.0.0.1:9200)");
        option(
                spec,
                "--listen-user",
                "NAME",
                "who may ask for metrics, by HTTP's basic authentication; /health and /ready are for all (anybody)");
        option(
                spec,
                "--listen-password-file",
                "FILE",
                "a file whose first line is the password of --listen-user (none)");
        option(
                spec,
                "--listen-cert",
                "FILE",
                "serve by TLS, with this certificate and those that lead to its root, PEM; read again when it changes (none)");
        option(spec, "--listen-key", "FILE", "the key of --listen-cert, PEM, without a password (none)");
        repeated(spec, "--metric-label", "KEY", "give metrics of a container this label of it; may be repeated (none)");
        repeated(spec, "--metric-const", "NAME=VALUE", "give all metrics this label; may be repeated (none)");
        option(
                spec,
                "--log-level",
                "LEVEL",
                "what stands in the recorder's own log, on standard error: debug, info, warn or error (info)",
                "debug",
                "info",
                "warn",
                "error");
        option(spec, "--log-format", "FORMAT", "how a line of it looks: text, or json (text)", "text", "json");
        option(
                spec,
                "--plugin",
                "SOCKET",
                "be a plugin of the engine, called on this socket: record its Prometheus page while the engine asks for it, and "
                        + "nothing else; see docs/plugin.md (none)");
        option(spec, "--config", "FILE", "a YAML file of these options, or one of docker-stats-exporter (none)");
        option(
                spec,
                "--completion",
                "SHELL",
                "print a script by which a shell completes these options, bash, zsh or fish, and exit",
                ShellCompletion.SHELLS);
        flag(spec, "-h", "--help", "this text", true);
        flag(spec, "-V", "--version", "the version", false);
        return new CommandLine(spec).setUsageHelpWidth(110);
    }

    /** @param values all that there are; none if they cannot be listed */
    private static void option(CommandSpec spec, String name, String label, String description, String... values) {
        OptionSpec.Builder option = OptionSpec.builder(name)
                .paramLabel(label)
                .type(label.equals("DIR") || label.equals("FILE") ? File.class : String.class)
                .description(description);
        if (values.length > 0) {
            option.completionCandidates(List.of(values));
        }
        spec.addOption(option.build());
    }

    private static void list(CommandSpec spec, String name, String description) {
        repeated(spec, name, "FILTER", description);
    }

    private static void repeated(CommandSpec spec, String name, String label, String description) {
        spec.addOption(OptionSpec.builder(name)
                .paramLabel(label)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .description(description)
                .build());
    }

    private static void flag(CommandSpec spec, String letter, String name, String description, boolean help) {
        spec.addOption(OptionSpec.builder(letter, name)
                .type(boolean.class)
                .usageHelp(help)
                .versionHelp(!help)
                .description(description)
                .build());
    }
}
