package dev.shiplog.timeline.payload;

import dev.shiplog.timeline.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * What a description of a container says of its first process.
 *
 * @param pid on the host; 0 if there is none
 * @param hostNetwork whether it was given the host's network in place of one of its own
 * @param hostIpc whether it was given the host's shared memory
 */
public record ProcessView(long pid, boolean hostNetwork, boolean hostIpc) {
    /** There is none, as far as anything tells. */
    public static final ProcessView NONE = new ProcessView(0, false, false);

    private static final String HOST = "host";

    /** Reads the answer to an inspect. */
    static ProcessView of(Json description) {
        Json state = description.get("State");
        Json config = description.get("HostConfig");
        return new ProcessView(
                pid(state == null ? null : state.get("Pid")),
                config != null && config.text("NetworkMode").equals(HOST),
                config != null && config.text("IpcMode").equals(HOST));
    }

    private static long pid(@Nullable Json member) {
        long number = member == null || member.type() != Json.Type.NUMBER ? 0 : CounterLayout.number(member.text());
        return number > 0 && number <= Integer.MAX_VALUE ? number : 0;
    }
}
