package dev.shiplog.replay.ecs;

import dev.shiplog.timeline.json.Json;
import java.util.List;

/** The fields of the engine's answers to {@code /info} and {@code /version}. */
final class HostFields {
    private record Row(String name, List<String> members) {}

    private static final List<Row> NUMBERS = List.of(
            new Row("docker.info.containers.total", List.of("Containers")),
            new Row("docker.info.containers.running", List.of("ContainersRunning")),
            new Row("docker.info.containers.paused", List.of("ContainersPaused")),
            new Row("docker.info.containers.stopped", List.of("ContainersStopped")),
            new Row("docker.info.images", List.of("Images")));

    /** Of two members the first is that of {@code /info}, the second that of {@code /version}. */
    private static final List<Row> TEXTS = List.of(
            new Row("docker.info.id", List.of("ID")),
            new Row("host.architecture", List.of("Architecture")),
            new Row("host.os.type", List.of("OSType", "Os")),
            new Row("host.os.full", List.of("OperatingSystem")),
            new Row("host.os.version", List.of("OSVersion")),
            new Row("host.os.kernel", List.of("KernelVersion")),
            new Row("shiplog.engine.version", List.of("ServerVersion", "Version")),
            new Row("shiplog.engine.api_version", List.of("ApiVersion")));

    private HostFields() {}

    static void write(Json answer, Document document) {
        NUMBERS.forEach(row -> document.number(row.name, answer.get(row.members.get(0))));
        TEXTS.forEach(row -> document.text(
                row.name,
                row.members.stream()
                        .map(answer::text)
                        .filter(text -> !text.isEmpty())
                        .findFirst()
                        .orElse("")));
    }
}
