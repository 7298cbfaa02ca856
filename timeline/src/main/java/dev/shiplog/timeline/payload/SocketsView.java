package dev.shiplog.timeline.payload;

import dev.shiplog.timeline.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a record of a container's sockets says.
 *
 * @param tcp its TCP sockets by state; empty if they were not read
 * @param shmSize bytes that its shared memory may take; NaN if that was not read
 * @param shmUsed bytes that it takes; likewise
 */
public record SocketsView(Map<String, Long> tcp, double shmSize, double shmUsed) {
    /** Reads a payload; null if it is none. */
    public static @Nullable SocketsView of(byte[] payload) {
        Json json = Json.parse(payload);
        if (json == null || json.type() != Json.Type.OBJECT) {
            return null;
        }
        Map<String, Long> states = new LinkedHashMap<>();
        Json tcp = json.get("tcp");
        if (tcp != null) {
            for (int i = 0; i < tcp.names().size(); i++) {
                Json count = tcp.children().get(i);
                if (count.type() == Json.Type.NUMBER) {
                    states.put(tcp.names().get(i), CounterLayout.number(count.text()));
                }
            }
        }
        Json shm = json.get("shm");
        return new SocketsView(states, number(shm, "size"), number(shm, "used"));
    }

    /** Bytes that there is room for; NaN if that was not read. */
    public double shmFree() {
        return shmSize - shmUsed;
    }

    /** What it takes of what it may take; NaN if that was not read. */
    public double shmPercent() {
        return 100.0 * shmUsed / shmSize;
    }

    private static double number(@Nullable Json object, String name) {
        Json member = object == null ? null : object.get(name);
        return member == null || member.type() != Json.Type.NUMBER ? Double.NaN : CounterLayout.number(member.text());
    }
}
