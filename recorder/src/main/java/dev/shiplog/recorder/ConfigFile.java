package dev.shiplog.recorder;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * What a YAML file sets: options of ours, each a key at its top, and below six keys what docker-stats-exporter has there.
 * Values are the texts that stand there, whatever YAML makes of them elsewhere.
 *
 * @param name of the file
 * @param options each with one text, or with several if it may be given more than once
 * @param exporter what {@link ExporterSettings} understands, by the path of keys with dots between, in the file's order
 */
record ConfigFile(String name, Map<String, List<String>> options, Map<String, Value> exporter) {
    /** Sets nothing. */
    static final ConfigFile NONE = new ConfigFile("", Map.of(), Map.of());

    /** Theirs has four levels; an alias may lead into itself. */
    private static final int DEEPEST = 8;

    /** @param line of its key, from 1 */
    record Value(List<String> texts, int line) {}

    /**
     * Reads a file.
     *
     * @param place who named it
     * @param known the options that it may set
     * @throws UsageException if it cannot be read, or holds anything else
     */
    static ConfigFile read(String name, String place, Set<String> known) throws UsageException {
        ConfigFile file = new ConfigFile(name, new TreeMap<>(), new LinkedHashMap<>());
        Node root = root(name, text(name, place));
        if (root == null || isNull(root)) {
            return file;
        }
        if (!(root instanceof MappingNode map)) {
            throw new UsageException(name + ": not a list of options; write them as in stats-interval: 5s");
        }
        for (NodeTuple entry : map.getValue()) {
            String option = key(entry);
            if (ExporterSettings.SECTIONS.contains(option)) {
                file.add(option, entry, 1);
            } else if (known.contains(option)) {
                boolean list = CommandLineOptions.isList(option);
                file.unlessTwice(
                        entry, option, file.options.put(option, file.texts(option, entry.getValueNode(), list)));
            } else {
                throw new UsageException(name + ": unknown option \"" + option + "\"; the options are "
                        + String.join(", ", known.stream().sorted().toList()));
            }
        }
        return file;
    }

    /** Where in the file a path is. */
    String place(String path) {
        Value value = exporter.get(path);
        return name + (value == null ? "" : ", line " + value.line);
    }

    private void add(String path, NodeTuple entry, int depth) throws UsageException {
        Node node = entry.getValueNode();
        if (node instanceof MappingNode map && depth < DEEPEST) {
            for (NodeTuple inner : map.getValue()) {
                add(path + "." + key(inner), inner, depth + 1);
            }
        } else if (depth == 1 && !isNull(node)) {
            throw new UsageException(path + " in " + name + ": keys below it are needed");
        } else if (!isNull(node)) {
            Value value = new Value(texts(path, node, true), line(entry.getKeyNode()));
            unlessTwice(entry, path, exporter.put(path, value));
        }
    }

    private void unlessTwice(NodeTuple entry, String path, @Nullable Object before) throws UsageException {
        if (before != null) {
            throw new UsageException(
                    name + ", line " + line(entry.getKeyNode()) + ": " + path + " is set a second time");
        }
    }

    private static String text(String name, String place) throws UsageException {
        try {
            return Files.readString(Path.of(name));
        } catch (NoSuchFileException e) {
            throw new UsageException(place + ": " + name + ": no such file");
        } catch (AccessDeniedException e) {
            throw new UsageException(place + ": " + name + ": permission denied");
        } catch (CharacterCodingException e) {
            throw new UsageException(place + ": " + name + ": cannot be read: it is not UTF-8");
        } catch (IOException e) {
            throw new UsageException(place + ": " + name + ": cannot be read: " + e.getMessage());
        }
    }

    private static @Nullable Node root(String name, String text) throws UsageException {
        try {
            return new Compose(LoadSettings.builder().setLabel(name).build())
                    .composeString(text)
                    .orElse(null);
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
    }

    private List<String> texts(String option, Node value, boolean list) throws UsageException {
        List<Node> values = list && value instanceof SequenceNode several ? several.getValue() : List.of(value);
        List<String> texts = new ArrayList<>();
        for (Node each : values) {
            if (isNull(each) || !(each instanceof ScalarNode scalar)) {
                throw new UsageException(option + " in " + name + ": "
                        + (list ? "a value or a list of values is needed" : "one value is needed"));
            }
            texts.add(scalar.getValue());
        }
        return texts;
    }

    private static String key(NodeTuple entry) {
        return entry.getKeyNode() instanceof ScalarNode key ? key.getValue() : "";
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }
}
