package dev.shiplog.recorder;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * What a YAML file sets. Values are the texts that stand there, whatever YAML makes of them elsewhere.
 *
 * @param name of the file
 * @param options each with one text, or with several if it may be given more than once
 */
record ConfigFile(String name, Map<String, List<String>> options) {
    /** Sets nothing. */
    static final ConfigFile NONE = new ConfigFile("", Map.of());

    /**
     * Reads a file.
     *
     * @param place who named it
     * @param known the options that it may set
     * @throws UsageException if it cannot be read, or holds anything else
     */
    static ConfigFile read(String name, String place, Set<String> known) throws UsageException {
        Map<String, List<String>> options = new TreeMap<>();
        Node root = root(name, text(name, place));
        if (root == null || isNull(root)) {
            return new ConfigFile(name, options);
        }
        if (!(root instanceof MappingNode map)) {
            throw new UsageException(name + ": not a list of options; write them as in stats-interval: 5s");
        }
        for (NodeTuple entry : map.getValue()) {
            String option = entry.getKeyNode() instanceof ScalarNode key ? key.getValue() : "";
            if (!known.contains(option)) {
                throw new UsageException(name + ": unknown option \"" + option + "\"; the options are "
                        + String.join(", ", known.stream().sorted().toList()));
            }
            if (options.put(option, texts(option, entry.getValueNode(), name)) != null) {
                throw new UsageException(name + ", line " + line(entry.getKeyNode()) + ": " + option
                        + " is set a second time");
            }
        }
        return new ConfigFile(name, options);
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

    private static List<String> texts(String option, Node value, String file) throws UsageException {
        boolean list = CommandLineOptions.isList(option);
        List<Node> values = list && value instanceof SequenceNode several ? several.getValue() : List.of(value);
        List<String> texts = new ArrayList<>();
        for (Node each : values) {
            if (isNull(each) || !(each instanceof ScalarNode scalar)) {
                throw new UsageException(option + " in " + file + ": "
                        + (list ? "a value or a list of values is needed" : "one value is needed"));
            }
            texts.add(scalar.getValue());
        }
        return texts;
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }
}
