package dev.shiplog.replay.ecs;

import dev.shiplog.timeline.json.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of an event. */
final class EventFields {
    /** Types of events, their actions ({@code *} for any other), and what the schema calls these: category and type. */
    private static final String TABLE = """
            container network volume service node secret config: create = configuration creation
            container network: destroy remove = configuration deletion
            volume: destroy = configuration deletion
            service node secret config: remove = configuration deletion
            container: rename update = configuration change
            network: update = configuration change
            service node secret config: * = configuration change
            volume: * = configuration info
            container: start exec_start = process start
            container: die exec_die = process end
            container: kill oom pause unpause = process change
            container: archive-path copy export = file access
            container: extract-to-dir = file change
            container: * = process info
            image plugin: pull = package installation
            image: import load = package installation
            image: delete = package deletion
            image: tag untag = package change
            plugin: remove = package deletion
            plugin: enable disable = package change
            image plugin: * = package info
            network: connect = network start
            network: disconnect = network end
            network: * = network info
            daemon: reload = configuration change
            daemon: * = host info
            """;

    private static final Map<String, Meaning> MEANINGS = new HashMap<>();

    private record Meaning(String category, String type) {}

    static {
        TABLE.lines().forEach(line -> {
            String[] cells = line.split(" ?[:=] ");
            String[] meaning = cells[2].split(" ");
            for (String type : cells[0].split(" ")) {
                for (String action : cells[1].split(" ")) {
                    MEANINGS.put(type + " " + action, new Meaning(meaning[0], meaning[1]));
                }
            }
        });
    }

    private EventFields() {}

    static void write(Json event, Document document) {
        String type = event.text("Type");
        String action = event.text("Action");
        int colon = action.indexOf(':'); // as in "health_status: healthy"
        String word = colon < 0 ? action : action.substring(0, colon);
        document.text("event.action", word);
        Meaning meaning = MEANINGS.getOrDefault(type + " " + word, MEANINGS.get(type + " *"));
        if (meaning != null) {
            document.texts("event.category", List.of(meaning.category));
            document.texts("event.type", List.of(meaning.type));
        }
        document.text("docker.event.type", type);
        document.text("docker.event.action", action);
        document.text("docker.event.status", event.text("status"));
        document.text("docker.event.id", event.text("id"));
        document.text("docker.event.from", event.text("from"));
        Json actor = event.get("Actor");
        if (actor != null) {
            document.text("docker.event.actor.id", actor.text("ID"));
            writeAttributes(word, actor.get("Attributes"), document);
        }
    }

    private static void writeAttributes(String action, @Nullable Json attributes, Document document) {
        document.texts("docker.event.actor.attributes", attributes);
        String code = attributes == null ? "" : attributes.text("exitCode");
        if ((action.equals("die") || action.equals("exec_die")) && Document.isLong(code)) {
            document.signed("process.exit_code", Long.parseLong(code));
        }
    }
}
