package dev.shiplog.replay.explain;

import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.StateView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a description says that bears on an end.
 *
 * @param time when the recorder received it, ns since the epoch
 * @param policy of restarts: {@code no}, {@code always}, {@code unless-stopped}, {@code on-failure}; empty if not known
 * @param maxRestarts after which the policy {@code on-failure} gives up; 0 for never
 * @param limit of its memory in bytes; 0 for none
 * @param autoRemove whether the engine removes it when it ends
 * @param stopSignal the number of the signal that asks it to end
 * @param probes the last ones of its health check, the newest last
 */
record Described(
        long time,
        StateView state,
        String policy,
        long maxRestarts,
        long limit,
        boolean autoRemove,
        int stopSignal,
        List<Probe> probes) {
    /**
     * A run of the health check.
     *
     * @param end RFC 3339
     * @param output its beginning
     */
    public record Probe(String end, String exitCode, String output) {}

    private static final int MAX_PROBES = 3;
    private static final int MAX_OUTPUT = 200;

    /** Reads the answer to an inspect; null if it says nothing of the state. */
    static @Nullable Described of(@Nullable Json description, long time) {
        StateView state = description == null ? null : StateView.of(description);
        if (description == null || state == null) {
            return null;
        }
        Json host = description.get("HostConfig");
        Json restart = host == null ? null : host.get("RestartPolicy");
        Json config = description.get("Config");
        Json autoRemove = host == null ? null : host.get("AutoRemove");
        return new Described(
                time,
                state,
                restart == null ? "" : restart.text("Name").isEmpty() ? "no" : restart.text("Name"),
                number(restart == null ? null : restart.get("MaximumRetryCount")),
                number(host == null ? null : host.get("Memory")),
                autoRemove != null && autoRemove.type() == Json.Type.TRUE,
                Signals.number(config == null ? "" : config.text("StopSignal")),
                probes(description.get("State")));
    }

    private static long number(@Nullable Json json) {
        try {
            return json == null ? 0 : Long.parseLong(json.text());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static List<Probe> probes(@Nullable Json state) {
        Json health = state == null ? null : state.get("Health");
        Json log = health == null ? null : health.get("Log");
        List<Probe> probes = new ArrayList<>();
        List<Json> runs = log == null ? List.of() : log.children();
        for (Json run : runs.subList(Math.max(0, runs.size() - MAX_PROBES), runs.size())) {
            Json code = run.get("ExitCode");
            String output = run.text("Output").strip();
            probes.add(new Probe(
                    run.text("End"),
                    code == null ? "?" : code.text(),
                    output.length() > MAX_OUTPUT ? output.substring(0, MAX_OUTPUT) + "…" : output));
        }
        return List.copyOf(probes);
    }

    /** Whether its process has ended. */
    boolean isOver() {
        return switch (state.status().toLowerCase(Locale.ROOT)) {
            case "exited", "restarting", "dead", "removing" -> true;
            default -> false;
        };
    }

    /** Whether the policy is about to start it again. */
    boolean isRestarting() {
        return state.status().equals("restarting");
    }

    boolean isAlive() {
        return state.status().equals("running") || state.status().equals("paused");
    }

    /** Whether the policy would have started it again, but had done so as often as it may. */
    boolean gaveUp() {
        return policy.equals("on-failure")
                && state.status().equals("exited")
                && state.exitCode() != 0
                && maxRestarts > 0
                && state.restarts() >= maxRestarts;
    }

    /** Whether the engine starts it again after an end with this code, unless a client had it stopped. */
    boolean restartsAfter(@Nullable Integer exitCode) {
        return switch (policy) {
            case "always", "unless-stopped" -> true;
            case "on-failure" -> exitCode != null && exitCode != 0;
            default -> false;
        };
    }
}
