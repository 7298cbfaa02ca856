package dev.shiplog.timeline.payload;

import dev.shiplog.timeline.json.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a description of a container says of its state. Times are ns since the epoch, 0 for one that is not there.
 *
 * @param status the engine's word: {@code created}, {@code running}, {@code paused}, {@code restarting}, {@code removing},
 *     {@code exited} or {@code dead}
 * @param started when the process was last started
 * @param finished when it last ended; may be before {@code started}
 * @param oomKilled whether the kernel killed the main process, or a child, for lack of memory, since it was started
 * @param error why the engine could not start it; empty if it could
 * @param health the result of its check: starting, healthy or unhealthy; empty without one
 * @param restarts how often the restart policy started it
 * @param process its first process
 */
public record StateView(
        long created,
        String status,
        long started,
        long finished,
        int exitCode,
        boolean oomKilled,
        String error,
        String health,
        int restarts,
        ProcessView process) {

    /** Reads the answer to an inspect; null if it has no state. */
    public static @Nullable StateView of(Json description) {
        Json state = description.get("State");
        if (state == null || state.type() != Json.Type.OBJECT) {
            return null;
        }
        Json health = state.get("Health");
        return new StateView(
                time(description.text("Created")),
                status(state),
                time(state.text("StartedAt")),
                time(state.text("FinishedAt")),
                integer(state.get("ExitCode")),
                isTrue(state, "OOMKilled"),
                state.text("Error"),
                health == null ? "" : health(health.text("Status")),
                integer(description.get("RestartCount")),
                ProcessView.of(description));
    }

    /** Podman says {@code stopped} and {@code configured} for what Docker calls exited and created. */
    private static String status(Json state) {
        String status = state.text("Status").toLowerCase(Locale.ROOT);
        return switch (status) {
            case "stopped" -> "exited";
            case "configured", "initialized" -> "created";
            case "" ->
                isTrue(state, "Restarting")
                        ? "restarting"
                        : isTrue(state, "Paused")
                                ? "paused"
                                : isTrue(state, "Running") ? "running" : isTrue(state, "Dead") ? "dead" : "exited";
            default -> status;
        };
    }

    private static String health(String status) {
        return status.equals("none") ? "" : status;
    }

    private static boolean isTrue(Json object, String name) {
        Json member = object.get(name);
        return member != null && member.type() == Json.Type.TRUE;
    }

    private static int integer(@Nullable Json member) {
        try {
            return member == null ? 0 : Integer.parseInt(member.text());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** A time in RFC 3339, ns since the epoch; 0 for Go's year 1, and for what is no time. */
    public static long time(String rfc3339) {
        if (rfc3339.isEmpty() || rfc3339.startsWith("0001-")) {
            return 0;
        }
        try {
            Instant instant = OffsetDateTime.parse(rfc3339).toInstant();
            return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
        } catch (DateTimeException | ArithmeticException e) {
            return 0;
        }
    }
}
