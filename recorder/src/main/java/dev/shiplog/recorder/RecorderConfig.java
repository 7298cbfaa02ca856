package dev.shiplog.recorder;

import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.retention.Limits;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.recorder.engine.EngineAddress;
import dev.shiplog.recorder.engine.MetricsPage;
import dev.shiplog.recorder.exposition.LabelRules;
import dev.shiplog.recorder.exposition.ListenAddress;
import dev.shiplog.recorder.exposition.Login;
import dev.shiplog.recorder.exposition.Protection;
import dev.shiplog.recorder.logs.LogMode;
import dev.shiplog.recorder.source.ContainerFilter;
import dev.shiplog.recorder.source.ExecEvents;
import dev.shiplog.timeline.Amounts;
import dev.shiplog.timeline.ContainerRule;
import dev.shiplog.timeline.redact.LogRedaction;
import dev.shiplog.timeline.redact.Redaction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The options of a recorder, checked.
 *
 * @param engine the engine to follow
 * @param engineTimeout how long it may be silent when an answer is due
 * @param maxConcurrent how many answers are waited for at once; 0 for no limit
 * @param dataDir where the journal is
 * @param statsInterval between two samples of a container; zero for none
 * @param engineMetrics where the engine's own Prometheus page is; null for none
 * @param engineMetricsEvery how often it is read
 * @param diskUsage how often it is asked what takes the engine's disk
 * @param hostProc where the host's {@code /proc} is; null if it is not to be read
 * @param socketsInterval between two readings of a container's TCP states and shared memory
 * @param roll when a new segment begins
 * @param syncInterval how long a sample may wait for the disk; other records wait a second at most
 * @param filter which containers are recorded
 * @param execEvents what becomes of events of commands within containers
 * @param redaction what is removed before it is written
 * @param logs what is recorded of the logs of containers
 * @param logFilter of which containers
 * @param logRedaction what is removed from their lines
 * @param minFree bytes to leave free on the disk
 * @param limits how much of the journal is kept
 * @param archives where a segment must be archived before it is deleted; null if nowhere
 * @param queueSize samples that may wait for the writer
 * @param stopGrace how long a stop may take
 * @param access who else may read the journal
 * @param listen where metrics are served; null for nowhere
 * @param protection who is kept out there
 * @param metricLabels which labels they have
 * @param logDetail what stands in the recorder's own log
 * @param logFormat how its lines look
 * @param plugin the socket on which an engine finds its plugin, if this is one; null if not
 */
record RecorderConfig(
        EngineAddress engine,
        Duration engineTimeout,
        int maxConcurrent,
        Path dataDir,
        Duration statsInterval,
        MetricsPage.@Nullable Address engineMetrics,
        Duration engineMetricsEvery,
        DiskUsage diskUsage,
        @Nullable Path hostProc,
        Duration socketsInterval,
        Roll roll,
        Duration syncInterval,
        ContainerFilter filter,
        ExecEvents execEvents,
        Redaction redaction,
        LogMode logs,
        ContainerFilter logFilter,
        LogRedaction logRedaction,
        long minFree,
        Limits limits,
        @Nullable Path archives,
        int queueSize,
        Duration stopGrace,
        Access access,
        @Nullable ListenAddress listen,
        Protection protection,
        LabelRules metricLabels,
        Logging.Detail logDetail,
        Logging.Format logFormat,
        @Nullable Path plugin) {

    static final String DEFAULT_DATA_DIR = "/srv/events";

    /** The port of docker-stats-exporter, from this host alone. */
    private static final String DEFAULT_LISTEN = "127.0.0.1:9200";

    /** Says another default, for an image in which this host is the container: what anybody sets counts before. */
    private static final String DEFAULT_LISTEN_VARIABLE = "SHIPLOG_DEFAULT_LISTEN";

    private static final String NONE = "none";

    /** The long names of all options that a file may set. */
    static final Set<String> OPTIONS = CommandLineOptions.settings();

    /** How often the engine is asked what takes its disk. */
    enum DiskUsage {
        OFF,
        DAILY
    }

    /**
     * Reads the settings.
     *
     * @throws UsageException that names the place of the first setting that makes no sense
     */
    static RecorderConfig of(Settings settings, Map<String, String> environment) throws UsageException {
        return new RecorderConfig(
                engine(settings, environment),
                settings.one("engine-timeout", "30s", Readings::engineTimeout),
                settings.one("max-concurrent", "0", text -> text.equals("0") ? 0 : Readings.count(text)),
                settings.one("data-dir", DEFAULT_DATA_DIR, Readings::directory),
                settings.one("stats-interval", "5s", Readings::statsInterval),
                settings.orNull("engine-metrics", MetricsPage.Address::of),
                settings.one("engine-metrics-every", "60s", text -> Readings.atLeast(Duration.ofSeconds(5), text)),
                settings.one("disk-usage", "off", text -> Readings.choice(text, DiskUsage.values())),
                settings.orNull("host-proc", Readings::directory),
                settings.one("sockets-interval", "1m", text -> Readings.atLeast(Duration.ofSeconds(10), text)),
                settings.one("roll", "hourly", text -> Readings.choice(text, Roll.values())),
                settings.one("sync-interval", "10s", text -> Readings.atLeast(Duration.ofMillis(10), text)),
                filter(settings, ""),
                settings.one("exec-events", "keep", text -> Readings.choice(text, ExecEvents.values())),
                settings.one("redact", "secrets", text -> Readings.choice(text, Redaction.values())),
                settings.one("logs", "off", text -> Readings.choice(text, LogMode.values())),
                filter(settings, "logs-"),
                logRedaction(settings),
                settings.one("min-free", "64MiB", Amounts::bytes),
                new Limits(
                        settings.one("keep-for", "0", Readings::keepFor),
                        settings.one("keep-bytes", "0", Readings::keepBytes),
                        settings.find("keep-until-archived") != null),
                settings.orNull("keep-until-archived", Readings::directory),
                settings.one("queue-size", "4096", Readings::count),
                settings.one("stop-grace", "5s", Readings::duration),
                Readings.access(settings.one("group", "", Readings::group), settings.one("mode", "", Readings::mode)),
                settings.one("listen", defaultListen(environment).toString(), RecorderConfig::listen)
                        .orElse(null),
                ProtectionSettings.read(settings),
                metricLabels(settings),
                settings.one("log-level", "info", text -> Readings.choice(text, Logging.Detail.values())),
                settings.one("log-format", "text", text -> Readings.choice(text, Logging.Format.values())),
                settings.orNull("plugin", RecorderConfig::socket));
    }

    /** The options as people type them, for the journal; none of them is secret. */
    Map<String, String> described() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("docker-host", engine.toString());
        options.put("engine-timeout", Readings.text(engineTimeout));
        options.put("max-concurrent", Integer.toString(maxConcurrent));
        options.put("data-dir", dataDir.toString());
        options.put("stats-interval", Readings.text(statsInterval));
        options.put("engine-metrics", engineMetrics == null ? "" : engineMetrics.toString());
        options.put("engine-metrics-every", Readings.text(engineMetricsEvery));
        options.put("disk-usage", Readings.label(diskUsage));
        options.put("host-proc", text(hostProc));
        options.put("sockets-interval", Readings.text(socketsInterval));
        options.put("roll", Readings.label(roll));
        options.put("sync-interval", Readings.text(syncInterval));
        options.put("include", Readings.texts(filter.include()));
        options.put("exclude", Readings.texts(filter.exclude()));
        options.put("exec-events", Readings.label(execEvents));
        options.put("redact", Readings.label(redaction));
        options.put("logs", Readings.label(logs));
        options.put("logs-include", Readings.texts(logFilter.include()));
        options.put("logs-exclude", Readings.texts(logFilter.exclude()));
        options.put("redact-log", logRedaction.text());
        options.put("min-free", Long.toString(minFree));
        options.put("keep-for", Readings.text(limits.keepFor()));
        options.put("keep-bytes", Long.toString(limits.keepBytes()));
        options.put("keep-until-archived", text(archives));
        options.put("queue-size", Integer.toString(queueSize));
        options.put("stop-grace", Readings.text(stopGrace));
        options.put("group", access.group());
        options.put("mode", access.mode());
        options.put("listen", listen == null ? NONE : listen.toString());
        Login login = protection.login();
        options.put("listen-user", login == null ? "" : login.user());
        options.put("listen-password-file", login == null ? "" : text(login.file()));
        Protection.KeyFiles tls = protection.tls();
        options.put("listen-cert", tls == null ? "" : tls.certificate().toString());
        options.put("listen-key", tls == null ? "" : tls.key().toString());
        options.put("metric-label", String.join(",", metricLabels.keys()));
        options.put("metric-const", String.join(",", metricLabels.constantTexts()));
        options.put("log-level", Readings.label(logDetail));
        options.put("log-format", Readings.label(logFormat));
        options.put("plugin", plugin == null ? "" : plugin.toString());
        return options;
    }

    private static String text(@Nullable Path path) {
        return path == null ? "" : path.toString();
    }

    private static EngineAddress engine(Settings settings, Map<String, String> environment) throws UsageException {
        Settings.Setting setting = settings.find("docker-host");
        boolean dockerHost = !environment.getOrDefault("DOCKER_HOST", "").isBlank();
        // DOCKER_HOST belongs to the environment, which counts before a file.
        if (setting == null || dockerHost && setting.origin() == Settings.Origin.FILE) {
            setting = new Settings.Setting(List.of(""), Settings.Origin.ENVIRONMENT, "DOCKER_HOST");
        }
        return setting.read(setting.value(), host -> EngineAddress.of(host, environment));
    }

    private static ContainerFilter filter(Settings settings, String prefix) throws UsageException {
        return new ContainerFilter(
                settings.all(prefix + "include", ContainerRule::parse),
                settings.all(prefix + "exclude", ContainerRule::parse));
    }

    private static LogRedaction logRedaction(Settings settings) throws UsageException {
        Settings.Setting setting = settings.find("redact-log");
        try {
            return setting == null ? LogRedaction.NONE : LogRedaction.of(setting.values());
        } catch (IllegalArgumentException e) {
            throw new UsageException(setting.place() + ": " + e.getMessage());
        }
    }

    /** Where metrics are served if nobody says. */
    static ListenAddress defaultListen(Map<String, String> environment) throws UsageException {
        String said = environment.getOrDefault(DEFAULT_LISTEN_VARIABLE, "").strip();
        try {
            return ListenAddress.of(said.isEmpty() ? DEFAULT_LISTEN : said);
        } catch (IllegalArgumentException e) {
            throw new UsageException(DEFAULT_LISTEN_VARIABLE + ": " + e.getMessage());
        }
    }

    private static Optional<ListenAddress> listen(String text) {
        return text.equals(NONE) ? Optional.empty() : Optional.of(ListenAddress.of(text));
    }

    private static LabelRules metricLabels(Settings settings) throws UsageException {
        return new LabelRules(
                labels(settings, "metric-label", LabelRules::keys, List.of()),
                labels(settings, "metric-const", LabelRules::constants, Map.of()));
    }

    private static <T> T labels(Settings settings, String option, Function<Collection<String>, T> reader, T unless)
            throws UsageException {
        Settings.Setting setting = settings.find(option);
        if (setting == null) {
            return unless;
        }
        try {
            return reader.apply(setting.values());
        } catch (IllegalArgumentException e) {
            throw new UsageException(setting.place() + ": " + e.getMessage());
        }
    }

    private static Path socket(String text) {
        if (text.startsWith("unix://")) {
            throw new IllegalArgumentException("\"" + text + "\" is an address; write only the path of the socket");
        }
        return Readings.file(text);
    }
}
