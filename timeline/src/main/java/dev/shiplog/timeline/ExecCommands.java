package dev.shiplog.timeline;

import dev.shiplog.timeline.payload.EventView;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Knows what runs within containers by {@code docker exec} and by health checks: the event of an end has an id and no
 * command, the events before it have both. Not thread safe.
 */
public final class ExecCommands {
    /** Those whose end never came are forgotten. */
    private static final int MOST = 4_096;

    private static final int MOST_CHARACTERS = 1 << 20;

    private final Map<String, String> commands = new LinkedHashMap<>();
    private long characters;

    /** What an event says of a command in a container. */
    public enum Step {
        CREATED,
        STARTED,
        DIED;

        /** Null if the event says none of these. Podman says {@code exec} and {@code exec_died}. */
        public static @Nullable Step of(EventView event) {
            if (!event.ofContainer()) {
                return null;
            }
            return switch (event.action().split(":", 2)[0]) {
                case "exec_create", "exec" -> CREATED;
                case "exec_start" -> STARTED;
                case "exec_die", "exec_died" -> DIED;
                default -> null;
            };
        }
    }

    /** Takes the next event; the command that it is about, or an empty text if that is not known or it is about none. */
    public String take(EventView event) {
        Step step = Step.of(event);
        String id = event.attribute("execID");
        if (step == null) {
            return "";
        }
        if (step == Step.DIED) {
            String command = commands.remove(id);
            characters -= command == null ? 0 : command.length();
            return command == null ? "" : command;
        }
        int colon = event.action().indexOf(": ");
        String command = colon < 0 ? "" : event.action().substring(colon + 2);
        if (!id.isEmpty() && !command.isEmpty()) {
            remember(id, command);
        }
        return command;
    }

    private void remember(String id, String command) {
        String old = commands.put(id, command);
        characters += command.length() - (old == null ? 0 : old.length());
        Iterator<String> oldest = commands.values().iterator();
        while (commands.size() > MOST || characters > MOST_CHARACTERS && commands.size() > 1) {
            characters -= oldest.next().length();
            oldest.remove();
        }
    }
}
