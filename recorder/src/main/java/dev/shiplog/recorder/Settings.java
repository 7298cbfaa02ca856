package dev.shiplog.recorder;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Finds what was set and where: by a flag, in the environment ({@code SHIPLOG_STATS_INTERVAL} for
 * {@code --stats-interval}) or in the YAML file; the first of these that sets an option counts. Settings are texts
 * here; {@link RecorderConfig} knows what they mean.
 */
final class Settings {
    private static final String PREFIX = "SHIPLOG_";
    /** The options that may be given more than once; in the environment they are joined by commas. */
    private static final Set<String> LISTS =
            Set.of("metric-label", "metric-const", "include", "exclude", "logs-include", "logs-exclude", "redact-log");

    /** One of these in the environment, since a comma may be a part of it. */
    private static final Set<String> WITH_COMMAS = Set.of("redact-log");

    private final Map<String, List<String>> flags;
    private final Map<String, String> environment;
    private final Map<String, List<String>> file;
    private final String fileName;

    enum Origin {
        FLAG,
        ENVIRONMENT,
        FILE
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
        Setting config = find("config", Map.of(), "");
        this.fileName = config == null ? "" : config.value();
        this.file = config == null ? Map.of() : readFile(config, options);
    }

    /** What was set for the option, or null. */
    @Nullable
    Setting find(String option) {
        return find(option, file, fileName);
    }

    private @Nullable Setting find(String option, Map<String, List<String>> inFile, String name) {
        List<String> values = flags.get(option);
        if (values != null) {
            return new Setting(values, Origin.FLAG, "--" + option);
        }
        String variable = PREFIX + option.toUpperCase(Locale.ROOT).replace('-', '_');
        String text = environment.getOrDefault(variable, "");
        if (!text.isBlank()) {
            List<String> texts = LISTS.contains(option) && !WITH_COMMAS.contains(option)
                    ? Arrays.stream(text.split(",")).map(String::strip).toList()
                    : List.of(text.strip());
            return new Setting(texts, Origin.ENVIRONMENT, variable);
        }
        values = inFile.get(option);
        return values == null ? null : new Setting(values, Origin.FILE, option + " in " + name);
    }

    private static Map<String, List<String>> readFile(Setting config, Set<String> options) throws UsageException {
        String name = config.value();
        Object root;
        try {
            root = new Load(LoadSettings.builder().setLabel(name).build())
                    .loadFromString(Files.readString(Path.of(name)));
        } catch (NoSuchFileException e) {
            throw new UsageException(config.place() + ": " + name + ": no such file");
        } catch (AccessDeniedException e) {
            throw new UsageException(config.place() + ": " + name + ": permission denied");
        } catch (CharacterCodingException e) {
            throw new UsageException(config.place() + ": " + name + ": cannot be read: it is not UTF-8");
        } catch (IOException e) {
            throw new UsageException(config.place() + ": " + name + ": cannot be read: " + e.getMessage());
        } catch (MarkedYamlEngineException e) {
            // Not the line itself, as its message has it: there may be a secret in it.
            throw new UsageException(name
                    + e.getProblemMark()
                            .map(mark -> ", line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1))
                            .orElse("")
                    + ": not YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new UsageException(name + ": not YAML");
        }
        Map<String, List<String>> settings = new TreeMap<>();
        if (root == null) {
            return settings;
        }
        if (!(root instanceof Map<?, ?> map)) {
            throw new UsageException(name + ": not a list of options; write them as in stats-interval: 5s");
        }
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String option = String.valueOf(entry.getKey());
            if (!options.contains(option)) {
                throw new UsageException(name + ": unknown option \"" + option + "\"; the options are "
                        + String.join(", ", options.stream().sorted().toList()));
            }
            settings.put(option, texts(option, entry.getValue(), name));
        }
        return settings;
    }

    private static List<String> texts(String option, @Nullable Object value, String file) throws UsageException {
        boolean list = LISTS.contains(option);
        List<?> values = list && value instanceof List<?> several ? several : Collections.singletonList(value);
        List<String> texts = new ArrayList<>();
        for (Object each : values) {
            if (each == null || each instanceof List || each instanceof Map) {
                throw new UsageException(option + " in " + file + ": "
                        + (list ? "a value or a list of values is needed" : "one value is needed"));
            }
            texts.add(each.toString());
        }
        return texts;
    }
}
