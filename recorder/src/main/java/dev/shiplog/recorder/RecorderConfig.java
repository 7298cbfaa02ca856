package dev.shiplog.recorder;

import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.retention.Limits;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.recorder.engine.EngineAddress;
import dev.shiplog.recorder.engine.MetricsPage;
import dev.shiplog.recorder.exposition.LabelRules;
import dev.shiplog.recorder.exposition.ListenAddress;
import dev.shiplog.recorder.logs.LogMode;
import dev.shiplog.recorder.source.ContainerFilter;
import dev.shiplog.recorder.source.ExecEvents;
import dev.shiplog.timeline.Amounts;
import dev.shiplog.timeline.ContainerRule;
import dev.shiplog.timeline.redact.LogRedaction;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options of a recorder, checked.
 *
 * @param engine the engine to follow
 * @param dataDir where the journal is
 * @param statsInterval between two samples of a container; zero for none
 * @param engineMetrics where the engine's own Prometheus page is; null for none
 * @param engineMetricsEvery how often it is read
 * @param diskUsage how often it is asked what takes the engine's disk
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
 * @param metricLabels which labels they have
 */
record RecorderConfig(
        EngineAddress engine,
        Path dataDir,
        Duration statsInterval,
        MetricsPage.@Nullable Address engineMetrics,
        Duration engineMetricsEvery,
        DiskUsage diskUsage,
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
        LabelRules metricLabels) {

    static final String DEFAULT_DATA_DIR = "/srv/events";

    /** The port of docker-stats-exporter, from this host alone. */
    private static final String DEFAULT_LISTEN = "127.0.0.1:9200";

    private static final String NONE = "none";

    /** The long names of all options but {@code config}. */
    static final Set<String> OPTIONS = Set.of(
            "docker-host",
            "data-dir",
            "stats-interval",
            "engine-metrics",
            "engine-metrics-every",
            "disk-usage",
            "roll",
            "sync-interval",
            "include",
            "exclude",
            "exec-events",
            "redact",
            "logs",
            "logs-include",
            "logs-exclude",
            "redact-log",
            "min-free",
            "keep-for",
            "keep-bytes",
            "keep-until-archived",
            "queue-size",
            "stop-grace",
            "group",
            "mode",
            "listen",
            "metric-label",
            "metric-const");

    /** More is a mistake, and much more would not fit the clock. */
    private static final Duration LONGEST = Duration.ofDays(1);

    private static final Duration SHORTEST_KEEP = Duration.ofMinutes(1);
    /** A hundred years; a few more would not fit the clock. */
    private static final Duration LONGEST_KEEP = Duration.ofDays(36_500);

    private static final long SMALLEST_KEEP = 1 << 20;

    /** How often the engine is asked what takes its disk. */
    enum DiskUsage {
        OFF,
        DAILY
    }

    /** Reads one text, or throws an {@link IllegalArgumentException}: what is wrong and how to write it. */
    private interface Reading<T> {
        T read(String text);
    }

    /**
     * Reads the settings.
     *
     * @throws UsageException that names the place of the first setting that makes no sense
     */
    static RecorderConfig of(Settings settings, Map<String, String> environment) throws UsageException {
        return new RecorderConfig(
                engine(settings, environment),
                one(settings, "data-dir", DEFAULT_DATA_DIR, RecorderConfig::path),
                one(settings, "stats-interval", "5s", RecorderConfig::statsInterval),
                settings.find("engine-metrics") == null
                        ? null
                        : one(settings, "engine-metrics", "", MetricsPage.Address::of),
                one(settings, "engine-metrics-every", "60s", text -> atLeast(Duration.ofSeconds(5), text)),
                one(settings, "disk-usage", "off", text -> choice(text, DiskUsage.values())),
                one(settings, "roll", "hourly", text -> choice(text, Roll.values())),
                one(settings, "sync-interval", "10s", text -> atLeast(Duration.ofMillis(10), text)),
                new ContainerFilter(rules(settings, "include"), rules(settings, "exclude")),
                one(settings, "exec-events", "keep", text -> choice(text, ExecEvents.values())),
                one(settings, "redact", "secrets", text -> choice(text, Redaction.values())),
                one(settings, "logs", "off", text -> choice(text, LogMode.values())),
                new ContainerFilter(rules(settings, "logs-include"), rules(settings, "logs-exclude")),
                logRedaction(settings),
                one(settings, "min-free", "64MiB", Amounts::bytes),
                new Limits(
                        one(settings, "keep-for", "0", RecorderConfig::keepFor),
                        one(settings, "keep-bytes", "0", RecorderConfig::keepBytes),
                        settings.find("keep-until-archived") != null),
                settings.find("keep-until-archived") == null
                        ? null
                        : one(settings, "keep-until-archived", "", RecorderConfig::path),
                one(settings, "queue-size", "4096", RecorderConfig::count),
                one(settings, "stop-grace", "5s", RecorderConfig::duration),
                access(
                        one(settings, "group", "", RecorderConfig::group),
                        one(settings, "mode", "", RecorderConfig::mode)),
                one(settings, "listen", DEFAULT_LISTEN, RecorderConfig::listen).orElse(null),
                metricLabels(settings));
    }

    /** The options as people type them, for the journal; none of them is secret. */
    Map<String, String> described() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("docker-host", engine.toString());
        options.put("data-dir", dataDir.toString());
        options.put("stats-interval", text(statsInterval));
        options.put("engine-metrics", engineMetrics == null ? "" : engineMetrics.toString());
        options.put("engine-metrics-every", text(engineMetricsEvery));
        options.put("disk-usage", label(diskUsage));
        options.put("roll", label(roll));
        options.put("sync-interval", text(syncInterval));
        options.put("include", texts(filter.include()));
        options.put("exclude", texts(filter.exclude()));
        options.put("exec-events", label(execEvents));
        options.put("redact", label(redaction));
        options.put("logs", label(logs));
        options.put("logs-include", texts(logFilter.include()));
        options.put("logs-exclude", texts(logFilter.exclude()));
        options.put("redact-log", logRedaction.text());
        options.put("min-free", Long.toString(minFree));
        options.put("keep-for", text(limits.keepFor()));
        options.put("keep-bytes", Long.toString(limits.keepBytes()));
        options.put("keep-until-archived", archives == null ? "" : archives.toString());
        options.put("queue-size", Integer.toString(queueSize));
        options.put("stop-grace", text(stopGrace));
        options.put("group", access.group());
        options.put("mode", access.mode());
        options.put("listen", listen == null ? NONE : listen.toString());
        options.put("metric-label", String.join(",", metricLabels.keys()));
        options.put("metric-const", String.join(",", metricLabels.constantTexts()));
        return options;
    }

    private static EngineAddress engine(Settings settings, Map<String, String> environment) throws UsageException {
        Settings.Setting setting = settings.find("docker-host");
        boolean dockerHost = !environment.getOrDefault("DOCKER_HOST", "").isBlank();
        // DOCKER_HOST belongs to the environment, which counts before a file.
        if (setting == null || dockerHost && setting.origin() == Settings.Origin.FILE) {
            setting = new Settings.Setting(List.of(""), Settings.Origin.ENVIRONMENT, "DOCKER_HOST");
        }
        return read(setting, setting.value(), host -> EngineAddress.of(host, environment));
    }

    private static <T> T one(Settings settings, String option, String otherwise, Reading<T> reading)
            throws UsageException {
        Settings.Setting setting = settings.find(option);
        return setting == null ? reading.read(otherwise) : read(setting, setting.value(), reading);
    }

    private static List<ContainerRule> rules(Settings settings, String option) throws UsageException {
        Settings.Setting setting = settings.find(option);
        if (setting == null) {
            return List.of();
        }
        List<ContainerRule> rules = new ArrayList<>();
        for (String text : setting.values()) {
            rules.add(read(setting, text, ContainerRule::parse));
        }
        return List.copyOf(rules);
    }

    private static LogRedaction logRedaction(Settings settings) throws UsageException {
        Settings.Setting setting = settings.find("redact-log");
        try {
            return setting == null ? LogRedaction.NONE : LogRedaction.of(setting.values());
        } catch (IllegalArgumentException e) {
            throw new UsageException(setting.place() + ": " + e.getMessage());
        }
    }

    private static Optional<ListenAddress> listen(String text) {
        return text.equals(NONE) ? Optional.empty() : Optional.of(ListenAddress.of(text));
    }

    private static LabelRules metricLabels(Settings settings) throws UsageException {
        Settings.Setting keys = settings.find("metric-label");
        Settings.Setting constants = settings.find("metric-const");
        try {
            return LabelRules.of(
                    keys == null ? List.of() : keys.values(), constants == null ? List.of() : constants.values());
        } catch (IllegalArgumentException e) {
            throw new UsageException((constants == null ? "metric-label" : constants.place()) + ": " + e.getMessage());
        }
    }

    private static <T> T read(Settings.Setting setting, String text, Reading<T> reading) throws UsageException {
        try {
            return reading.read(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(setting.place() + ": " + e.getMessage());
        }
    }

    private static Path path(String text) {
        try {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("a directory is needed");
            }
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a path", e);
        }
    }

    /** A number need not be known on this host: in a container the host's groups have no names. */
    private static String group(String text) {
        try {
            if (!text.isEmpty()) {
                FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByGroupName(text);
            }
            return text;
        } catch (UserPrincipalNotFoundException e) {
            throw new IllegalArgumentException(
                    "there is no group \"" + text + "\" here; make it, or give the group's number", e);
        } catch (IOException | UnsupportedOperationException e) {
            throw new IllegalArgumentException(
                    "group \"" + text + "\" cannot be looked up; give the group's number", e);
        }
    }

    /** With a group, its members may read unless the mode says otherwise. */
    private static Access access(String group, Set<PosixFilePermission> mode) {
        return new Access(
                group, mode.isEmpty() && !group.isEmpty() ? PosixFilePermissions.fromString("rwxr-x---") : mode);
    }

    /** @return empty for an empty text */
    private static Set<PosixFilePermission> mode(String text) {
        if (text.isEmpty()) {
            return Set.of();
        }
        // Only a recorder writes, and there is one.
        if (!text.matches("0?7[0145][0145]")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a mode of a journal; write 0700, 0750 or 0755: only its owner may write");
        }
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        int bits = Integer.parseInt(text, 8);
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if ((bits & 0400 >> permission.ordinal()) != 0) {
                permissions.add(permission);
            }
        }
        return permissions;
    }

    private static Duration duration(String text) {
        Duration duration = text.equals("0") ? Duration.ZERO : Amounts.duration(text);
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too long; the most is 24h");
        }
        return duration;
    }

    private static Duration statsInterval(String text) {
        return duration(text).isZero() ? Duration.ZERO : atLeast(Duration.ofSeconds(1), text);
    }

    private static Duration atLeast(Duration least, String text) {
        Duration duration = duration(text);
        if (duration.compareTo(least) < 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too short; the least is " + text(least));
        }
        return duration;
    }

    /** A unit that was left out must not delete a journal. */
    private static Duration keepFor(String text) {
        Duration keep = text.equals("0") ? Duration.ZERO : Amounts.duration(text);
        if (!keep.isZero() && keep.compareTo(SHORTEST_KEEP) < 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too short; the least is 1m, and 0 is no limit");
        }
        if (keep.compareTo(LONGEST_KEEP) > 0) {
            throw new IllegalArgumentException("\"" + text + "\" is too long; the most is 36500d, and 0 is no limit");
        }
        return keep;
    }

    /** As {@link #keepFor}. */
    private static long keepBytes(String text) {
        long keep = Amounts.bytes(text);
        if (keep != 0 && keep < SMALLEST_KEEP) {
            throw new IllegalArgumentException("\"" + text + "\" is too small; the least is 1MiB, and 0 is no limit");
        }
        return keep;
    }

    private static int count(String text) {
        if (!text.matches("[1-9]\\d{0,6}")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number from 1 to 9999999");
        }
        return Integer.parseInt(text);
    }

    private static <E extends Enum<E>> E choice(String text, E[] choices) {
        StringBuilder labels = new StringBuilder();
        for (E choice : choices) {
            if (label(choice).equals(text)) {
                return choice;
            }
            labels.append(labels.isEmpty() ? "" : ", ").append(label(choice));
        }
        throw new IllegalArgumentException("\"" + text + "\" is not one of " + labels);
    }

    private static String label(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String text(Duration duration) {
        if (!duration.isZero() && duration.equals(Duration.ofDays(duration.toDays()))) {
            return duration.toDays() + "d";
        }
        return duration.toMillisPart() == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }

    private static String texts(List<ContainerRule> rules) {
        return String.join(",", rules.stream().map(ContainerRule::text).toList());
    }
}
