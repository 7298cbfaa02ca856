package dev.shiplog.recorder;

import dev.shiplog.recorder.exposition.ListenAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The settings of docker-stats-exporter as settings of ours, so that who comes from it starts with what is there: the
 * variables of its environment, and its YAML. What has no meaning here is told and stops nothing.
 */
final class ExporterSettings {
    /** The keys at the top of its YAML; none of them is an option of ours. */
    static final Set<String> SECTIONS = Set.of("server", "docker", "collection", "metrics", "logging", "performance");

    /** Without a command line and without a name of the environment: a password is for files only. */
    static final String PASSWORD = "listen-password";

    private static final String ADDRESS = "server.address";
    private static final String PORT = "server.port";
    private static final String ENABLED = ".enabled";
    private static final String ANY = ".*";
    private static final String CERTIFICATES =
            "TLS to the engine needs DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH with ca.pem, cert.pem and key.pem";

    /** What is given under a section counts only if the section is enabled, and then these are needed, or these. */
    private static final Map<String, List<List<String>>> SWITCHED = Map.of(
            "server.auth",
            List.of(List.of("username"), List.of("password", "password_file")),
            "server.tls",
            List.of(List.of("cert_file"), List.of("key_file")));

    private static final List<Row> ROWS = List.of(
            row(ADDRESS, "EXPORTER_ADDRESS", "listen", ExporterSettings::host),
            row(PORT, "EXPORTER_PORT", "listen", text -> text),
            row("server.auth.username", "", "listen-user", text -> text),
            row("server.auth.password", "", PASSWORD, text -> text),
            row("server.auth.password_file", "", "listen-password-file", text -> text),
            row("server.tls.cert_file", "", "listen-cert", text -> text),
            row("server.tls.key_file", "", "listen-key", text -> text),
            row("docker.host", "", "docker-host", text -> text), // DOCKER_HOST is the docker command's
            row(
                    "collection.interval",
                    "COLLECTION_INTERVAL",
                    "stats-interval",
                    text -> text.matches("0[a-z]*") ? "" : text),
            row("collection.timeout", "COLLECTION_TIMEOUT", "engine-timeout", text -> text),
            row("collection.filters.include.labels", "", "include", ExporterSettings::label),
            row("collection.filters.include.names", "", "include", text -> "name=~" + text),
            row("collection.filters.include.images", "", "include", text -> "image=~" + text),
            row("collection.filters.exclude.labels", "", "exclude", ExporterSettings::label),
            row("collection.filters.exclude.names", "", "exclude", text -> "name=~" + text),
            row("collection.filters.exclude.images", "", "exclude", text -> "image=~" + text),
            row("metrics.global_labels" + ANY, "", "metric-const", text -> text),
            row("logging.level", "LOG_LEVEL", "log-level", ExporterSettings::level),
            row("logging.format", "LOG_FORMAT", "log-format", text -> text.toLowerCase(Locale.ROOT)),
            row("performance.max_concurrent", "MAX_CONCURRENT", "max-concurrent", text -> text),
            idle("server.metrics_path", "EXPORTER_METRICS_PATH", "/metrics", "metrics are always at /metrics"),
            idle("server.health_path", "/health", "it is always /health"),
            idle("server.ready_path", "/ready", "it is always /ready"),
            idle("docker.api_version", "DOCKER_API_VERSION", "", "the version is agreed with the engine"),
            idle("docker.tls.enabled", "false", CERTIFICATES),
            idle("docker.tls.verify", "true", "the engine's certificate is always verified"),
            idle("docker.tls.ca_cert", "", CERTIFICATES),
            idle("docker.tls.cert", "", CERTIFICATES),
            idle("docker.tls.key", "", CERTIFICATES),
            idle("collection.collectors.container", "true", "containers are always served"),
            idle("collection.collectors.system", "true", "counts of the engine are always served"),
            idle("metrics.namespace", "", "names have no prefix"),
            idle("metrics.cache.enabled", "", "a scrape always gets what was recorded last"),
            idle("metrics.cache.ttl", "", "a scrape always gets what was recorded last"),
            idle("logging.output", "stderr", "the log goes to standard error"),
            idle("performance.workers", "WORKERS", "", "there are as many as it takes, --max-concurrent at the most"),
            idle("performance.pprof_enabled", "false", "there is no profiler"));

    /**
     * One key of theirs.
     *
     * @param variable that says the same in their environment; may be empty
     * @param option of ours that it sets; empty for none
     * @param form makes of their text ours, or the words to tell if it sets none; empty for nothing
     */
    private record Row(String path, String variable, String option, UnaryOperator<String> form) {
        boolean isFor(String given) {
            return path.equals(given)
                    || path.endsWith(ANY) && given.startsWith(path.substring(0, path.length() - ANY.length() + 1));
        }
    }

    /** What they set. */
    private record Given(List<String> texts, String place) {}

    private final Map<String, Settings.Setting> settings = new HashMap<>();
    private final List<String> notes = new ArrayList<>();

    /** @throws UsageException if a section is enabled and not complete */
    ExporterSettings(ConfigFile file, Map<String, String> environment) throws UsageException {
        Map<String, Given> given = new LinkedHashMap<>();
        file.exporter()
                .forEach((path, value) -> given.put(path, new Given(value.texts(), path + " in " + file.name())));
        for (Row row : ROWS) {
            String text = environment.getOrDefault(row.variable, "").strip();
            if (!row.variable.isEmpty() && !text.isEmpty()) {
                given.put(row.path, new Given(List.of(text), row.variable));
            }
        }
        given.values().removeIf(value -> value.texts.stream().allMatch(String::isEmpty));
        for (String section : SWITCHED.keySet()) {
            check(section, given, file);
        }
        if (given.containsKey(ADDRESS) || given.containsKey(PORT)) {
            ListenAddress usual = RecorderConfig.defaultListen(environment);
            given.putIfAbsent(ADDRESS, new Given(List.of(usual.host()), ""));
            given.putIfAbsent(PORT, new Given(List.of(Integer.toString(usual.port())), ""));
        }
        translate(given, file);
    }

    /** What they set for an option of ours, or null. */
    Settings.@Nullable Setting find(String option) {
        return settings.get(option);
    }

    /** What is set and has no meaning here, a line each. */
    List<String> notes() {
        return notes;
    }

    private void check(String section, Map<String, Given> given, ConfigFile file) throws UsageException {
        Given enabled = given.remove(section + ENABLED);
        if (enabled == null || !isTrue(enabled)) {
            boolean some = given.keySet().removeIf(path -> path.startsWith(section + "."));
            if (some && enabled == null) {
                notes.add(file.name() + ": " + section + " does not count without " + section + ENABLED + ": true");
            }
            return;
        }
        for (List<String> needed : Objects.requireNonNull(SWITCHED.get(section))) {
            if (needed.stream().noneMatch(key -> given.containsKey(section + "." + key))) {
                throw new UsageException(
                        enabled.place + ": " + section + "." + String.join(" or ", needed) + " is needed as well");
            }
        }
    }

    /** As YAML has it and as Go has it: what was meant to keep strangers out must not let them in. */
    private static boolean isTrue(Given enabled) throws UsageException {
        String text = enabled.texts.get(0);
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "t", "1", "yes", "y", "on" -> true;
            case "false", "f", "0", "no", "n", "off" -> false;
            default -> throw new UsageException(enabled.place + ": \"" + text + "\" is neither true nor false");
        };
    }

    private void translate(Map<String, Given> given, ConfigFile file) {
        Map<String, List<String>> values = new HashMap<>();
        Map<String, List<String>> places = new HashMap<>();
        Set<String> unknown = new LinkedHashSet<>(given.keySet());
        for (Row row : ROWS) {
            given.forEach((path, value) -> {
                if (!row.isFor(path)) {
                    return;
                }
                unknown.remove(path);
                List<String> texts = value.texts.stream()
                        .filter(text -> !text.isEmpty())
                        .map(text -> path.equals(row.path) ? text : path.substring(row.path.length() - 1) + "=" + text)
                        .map(row.form)
                        .filter(text -> !text.isEmpty())
                        .toList();
                if (row.option.isEmpty()) {
                    texts.stream()
                            .limit(1)
                            .forEach(words -> notes.add(
                                    (value.place.equals(row.variable) ? row.variable : file.place(path) + ": " + path)
                                            + " has no meaning here: "
                                            + words));
                } else if (!texts.isEmpty()) {
                    values.computeIfAbsent(row.option, any -> new ArrayList<>()).addAll(texts);
                    if (!value.place.isEmpty()) {
                        places.computeIfAbsent(row.option, any -> new ArrayList<>())
                                .add(value.place);
                    }
                }
            });
        }
        for (String path : unknown) {
            notes.add(file.place(path) + ": " + path + " is not known and has no meaning here");
        }
        values.forEach((option, texts) -> settings.put(
                option,
                new Settings.Setting(
                        option.equals("listen") ? List.of(String.join(":", texts)) : texts,
                        Settings.Origin.FILE,
                        String.join(" and ", Objects.requireNonNull(places.get(option))))));
    }

    private static Row row(String path, String variable, String option, UnaryOperator<String> form) {
        return new Row(path, variable, option, form);
    }

    /** One that sets nothing here, and is told unless its value asks for what is done anyhow. */
    private static Row idle(String path, String usual, String words) {
        return idle(path, "", usual, words);
    }

    private static Row idle(String path, String variable, String usual, String words) {
        return new Row(path, variable, "", text -> text.equalsIgnoreCase(usual) ? "" : words);
    }

    private static String host(String text) {
        return text.indexOf(':') < 0 || text.startsWith("[") ? text : "[" + text + "]";
    }

    /** Their values are plain texts, and an empty one is any. */
    private static String label(String text) {
        int equals = text.indexOf('=');
        String value = text.substring(equals + 1);
        if (equals < 0 || value.isEmpty()) {
            return "label=" + (equals < 0 ? text : text.substring(0, equals));
        }
        boolean plain = value.indexOf('*') < 0 && value.indexOf('?') < 0 && !value.startsWith("~");
        return "label=" + (plain ? text : text.substring(0, equals) + "=~^\\Q" + value + "\\E$");
    }

    private static String level(String text) {
        String level = text.toLowerCase(Locale.ROOT);
        return switch (level) {
            case "trace" -> "debug";
            case "warning" -> "warn";
            case "fatal", "panic" -> "error";
            default -> level;
        };
    }
}
