package dev.shiplog.replay.ecs;

import dev.shiplog.timeline.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of what was read of a container's sockets: TCP by state, and shared memory. */
final class SocketFields {
    private static final List<String> STATES = List.of(
            "established",
            "syn_sent",
            "syn_recv",
            "fin_wait1",
            "fin_wait2",
            "time_wait",
            "close",
            "close_wait",
            "last_ack",
            "listen",
            "closing",
            "unknown");

    private SocketFields() {}

    static void write(Json reading, Document document) {
        Json tcp = reading.get("tcp");
        if (tcp != null) {
            STATES.forEach(state -> document.number("shiplog.tcp." + state, tcp.get(state)));
        }
        document.text("shiplog.tcp.skipped", reading.text("tcp_skipped"));
        Json shm = reading.get("shm");
        if (shm != null) {
            Json size = shm.get("size");
            Json used = shm.get("used");
            document.number("shiplog.shm.size", size);
            document.number("shiplog.shm.used", used);
            document.number("shiplog.shm.free", shm.get("free"));
            document.decimal("shiplog.shm.pct", share(used, size));
        }
        document.text("shiplog.shm.skipped", reading.text("shm_skipped"));
    }

    private static double share(@Nullable Json part, @Nullable Json whole) {
        return part == null || whole == null || !Document.isLong(part) || !Document.isLong(whole)
                ? Double.NaN
                : Double.parseDouble(part.text()) / Double.parseDouble(whole.text());
    }
}
