package dev.shiplog.recorder;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds what was set and where: by a flag, in the environment ({@code SHIPLOG_STATS_INTERVAL} for
 * {@code --stats-interval}) or in the YAML file, and last by what {@link ExporterSettings} understands; the first of these
 * that sets an option counts. Settings are texts here; {@link RecorderConfig} knows what they mean.
 */
final class Settings {
    private static final String PREFIX = "SHIPLOG_";

    /** May be given more than once, but is one in the environment, since a comma may be a part of it. */
    private static final String WITH_COMMAS = "redact-log";

    /** Read elsewhere: by launchers, scripts and tests; or Kubernetes' own, where a service is called shiplog. */
    private static final Pattern OF_OTHERS =
            Pattern.compile(PREFIX + "(JAVA_OPTS|DEFAULT_LISTEN|SEED|(TEST|SERVICE|PORT)(_.*)?)");

    private static final System.Logger LOG = System.getLogger(Settings.class.getName());

    private final Map<String, List<String>> flags;
    private final Map<String, String> environment;
    private final Set<String> options;
    private final ConfigFile file;
    private final ExporterSettings exporter;

    enum Origin {
        FLAG,
        ENVIRONMENT,
        FILE
    }

    /** Reads one text, or throws an {@link IllegalArgumentException}: what is wrong and how to write it. */
    interface Reading<T> {
        T read(String text);
    }

    /**
     * The texts that one place gives to an option.
     *
     * @param place as people know it
     */
    record Setting(List<String> values, Origin origin, String place) {
        String value() {
            return values.get(values.size() - 1);
        }

        /** @throws UsageException that names the place, if the text makes no sense */
        <T> T read(String text, Reading<T> reading) throws UsageException {
            try {
                return reading.read(text);
            } catch (IllegalArgumentException e) {
                throw new UsageException(place + ": " + e.getMessage());
            }
        }
    }

    /**
     * @param flags by long name without the hyphens
     * @param options the names that a file may set
     * @throws UsageException if the file cannot be read or holds anything else
     */
    Settings(Map<String, List<String>> flags, Map<String, String> environment, Set<String> options)
            throws UsageException {
        this.flags = flags;
        this.environment = environment;
        this.options = options;
        Setting config = typed("config");
        file = config == null ? ConfigFile.NONE : ConfigFile.read(config.value(), config.place(), options);
        exporter = new ExporterSettings(file, environment);
    }

    /** What was set for the option, or null. */
    @Nullable
    Setting find(String option) {
        Setting typed = typed(option);
        if (typed != null) {
            return typed;
        }
        List<String> values = file.options().get(option);
        return values == null ? exporter.find(option) : new Setting(values, Origin.FILE, option + " in " + file.name());
    }

    /** Reads what was set for the option last, or else {@code otherwise}. */
    <T> T one(String option, String otherwise, Reading<T> reading) throws UsageException {
        Setting setting = find(option);
        return setting == null ? reading.read(otherwise) : setting.read(setting.value(), reading);
    }

    /** Reads what was set for the option last; null if nothing was. */
    <T> @Nullable T orNull(String option, Reading<T> reading) throws UsageException {
        Setting setting = find(option);
        return setting == null ? null : setting.read(setting.value(), reading);
    }

    /** Reads all that was set for the option. */
    <T> List<T> all(String option, Reading<T> reading) throws UsageException {
        Setting setting = find(option);
        if (setting == null) {
            return List.of();
        }
        List<T> all = new ArrayList<>();
        for (String text : setting.values()) {
            all.add(setting.read(text, reading));
        }
        return List.copyOf(all);
    }

    /** That one option was set and another not, which it needs. */
    UsageException lacks(String set, String needed) {
        Setting setting = find(set);
        return new UsageException((setting == null ? set : setting.place()) + ": --" + needed + " is needed as well");
    }

    /** Says what has no meaning, and to those who want all details what was set and where. */
    void tell() {
        exporter.notes().forEach(note -> LOG.log(Level.WARNING, "{0}", note));
        for (String variable : unknown()) {
            LOG.log(Level.WARNING, "{0}: there is no such setting; recorder --help lists them", variable);
        }
        for (String option : new TreeSet<>(options)) {
            Setting setting = find(option);
            if (setting != null) {
                LOG.log(Level.DEBUG, "{0}: {1}", setting.place(), String.join(", ", setting.values()));
            }
        }
    }

    /** Variables that look like settings, as one that is misspelt does. */
    List<String> unknown() {
        return environment.keySet().stream()
                .filter(variable -> variable.startsWith(PREFIX) && !isKnown(variable))
                .sorted()
                .toList();
    }

    private boolean isKnown(String variable) {
        return options.stream().anyMatch(option -> variable(option).equals(variable))
                || variable.equals(variable("config"))
                || OF_OTHERS.matcher(variable).matches();
    }

    private static String variable(String option) {
        return PREFIX + option.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private @Nullable Setting typed(String option) {
        List<String> values = flags.get(option);
        if (values != null) {
            return new Setting(values, Origin.FLAG, "--" + option);
        }
        if (option.equals(ExporterSettings.PASSWORD)) {
            return null;
        }
        String variable = variable(option);
        String text = environment.getOrDefault(variable, "");
        if (text.isBlank()) {
            return null;
        }
        List<String> texts = CommandLineOptions.isList(option) && !option.equals(WITH_COMMAS)
                ? Arrays.stream(text.split(",")).map(String::strip).toList()
                : List.of(text.strip());
        return new Setting(texts, Origin.ENVIRONMENT, variable);
    }
}
