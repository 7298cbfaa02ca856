package dev.shiplog.replay.ecs;

import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.StateView;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The fields of a container's description. */
final class DescriptionFields {
    /** An index takes no other text for an address. */
    private static final Pattern ADDRESS =
            Pattern.compile("(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}"
                    + "|([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}");

    private DescriptionFields() {}

    static void write(Json description, Document document) {
        document.text("docker.container.command", DockerWords.command(description));
        StateView state = StateView.of(description);
        if (state != null) {
            document.time("docker.container.created", state.created());
            document.text("docker.container.status", state.status());
        }
        document.texts("docker.container.ip_addresses", addresses(description));
        Json config = description.get("Config");
        document.texts("docker.container.labels", config == null ? null : config.get("Labels"));
        document.number("docker.container.size.root_fs", description.get("SizeRootFs"));
        document.number("docker.container.size.rw", description.get("SizeRw"));
        Json of = description.get("State");
        Json health = of == null ? null : of.get("Health");
        if (state != null && health != null && !state.health().isEmpty()) {
            writeHealth(state.health(), health, document);
        }
        document.text("shiplog.inspect", description.text());
    }

    private static List<String> addresses(Json description) {
        Json settings = description.get("NetworkSettings");
        Json networks = settings == null ? null : settings.get("Networks");
        return networks == null
                ? List.of()
                : networks.children().stream()
                        .map(network -> network.text("IPAddress"))
                        .filter(address -> ADDRESS.matcher(address).matches())
                        .toList();
    }

    private static void writeHealth(String status, Json health, Document document) {
        document.text("docker.healthcheck.status", status);
        document.number("docker.healthcheck.failingstreak", health.get("FailingStreak"));
        Json last = last(health.get("Log"));
        if (last != null) {
            document.time("docker.healthcheck.event.start_date", StateView.time(last.text("Start")));
            document.time("docker.healthcheck.event.end_date", StateView.time(last.text("End")));
            document.number("docker.healthcheck.event.exit_code", last.get("ExitCode"));
            document.text("docker.healthcheck.event.output", last.text("Output"));
        }
    }

    private static @Nullable Json last(@Nullable Json list) {
        return list == null || list.children().isEmpty()
                ? null
                : list.children().get(list.children().size() - 1);
    }
}
