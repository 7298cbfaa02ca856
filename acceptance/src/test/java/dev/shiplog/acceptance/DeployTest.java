package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.shiplog.recorder.RecorderOptions;
import dev.shiplog.replay.command.Verbs;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files of {@code deploy} are understood by the programs that read them, where these are installed. */
class DeployTest {
    private static final Path DEPLOY = Path.of("..", "deploy");

    @TempDir
    private Path directory;

    /** Fails unless the command ends well and says nothing. */
    private void runSilently(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(out).as("%s", List.of(command)).isEmpty();
        assertThat(process.exitValue()).isZero();
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    @Test
    void systemdUnderstandsTheUnits() throws Exception {
        Transcript.require("systemd-analyze", "systemd-analyze", "--version");
        String scripts = Path.of("..", "scripts").toRealPath().toString();
        for (String name : List.of(
                "systemd/shiplog-archive.service",
                "systemd/shiplog-archive.timer",
                "systemd/shiplog-recorder.service",
                "elastic/shiplog-ship.service")) {
            Path unit = DEPLOY.resolve(name);
            Files.writeString(
                    directory.resolve(unit.getFileName()),
                    Files.readString(unit).replace("/opt/shiplog/scripts", scripts));
        }
        try (Stream<Path> units = Files.list(directory)) {
            runSilently(Stream.concat(
                            Stream.of("systemd-analyze", "verify", "--man=no"),
                            units.sorted().map(Path::toString))
                    .toArray(String[]::new));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose.yaml", "compose.monitoring.yaml", "elastic/compose.ship.yaml"})
    void composeUnderstandsTheServices(String name) throws Exception {
        boolean isAlone = isInstalled("docker-compose");
        if (!isAlone) {
            Transcript.require("docker-compose", "docker", "compose", "version");
        }
        Stream<String> compose = isAlone ? Stream.of("docker-compose") : Stream.of("docker", "compose");
        runSilently(Stream.concat(compose, Stream.of("-f", DEPLOY.resolve(name).toString(), "config", "--quiet"))
                .toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "compose.yaml",
                "compose.monitoring.yaml",
                "elastic/compose.ship.yaml",
                "elastic/filebeat.yml",
                "grafana/provisioning/dashboards/shiplog.yaml",
                "grafana/provisioning/datasources/prometheus.yaml"
            })
    void filesToDeployAreYaml(String name) throws IOException {
        Path file = DEPLOY.resolve(name);
        Object content = new Load(LoadSettings.builder().setLabel(name).build()).loadFromString(Files.readString(file));
        assertThat(content).isInstanceOf(Map.class);
        assertThat((Map<?, ?>) content).isNotEmpty();
    }

    /** An option that the unit or the service gives is one that ship has. */
    @ParameterizedTest
    @ValueSource(strings = {"compose.ship.yaml", "shiplog-ship.service"})
    void filesToDeployShipAsShipUnderstands(String name) throws IOException {
        String text = Files.readString(DEPLOY.resolve("elastic").resolve(name));
        List<String> words;
        if (name.endsWith(".yaml")) {
            Map<?, ?> root = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(text);
            Map<?, ?> service = (Map<?, ?>) ((Map<?, ?>) root.get("services")).get("ship");
            words = ((List<?>) service.get("command"))
                    .stream().map(String::valueOf).toList();
        } else {
            Matcher line = Pattern.compile("^ExecStart=\\S+/replay ship (.*)$", Pattern.MULTILINE)
                    .matcher(text);
            assertThat(line.find()).isTrue();
            words = List.of(line.group(1).split(" "));
        }
        assertThat(words).contains("--follow").last().isEqualTo("/srv/events");
        String[] command = Stream.concat(Stream.of("ship"), words.stream()).toArray(String[]::new);
        assertThatCode(() -> Verbs.commandLine().parseArgs(command)).doesNotThrowAnyException();
    }

    /** What a container is started with is what the recorder knows. */
    @ParameterizedTest
    @ValueSource(strings = {"compose.yaml", "compose.monitoring.yaml"})
    void filesToDeployRecordAsTheRecorderUnderstands(String name) throws Exception {
        Map<?, ?> root = (Map<?, ?>)
                new Load(LoadSettings.builder().build()).loadFromString(Files.readString(DEPLOY.resolve(name)));
        Map<?, ?> service = (Map<?, ?>) ((Map<?, ?>) root.get("services")).get("events");
        Map<String, String> environment = new HashMap<>();
        ((Map<?, ?>) service.get("environment"))
                .forEach((variable, value) -> environment.put((String) variable, String.valueOf(value)));
        assertThat(environment).containsKey("SHIPLOG_KEEP_BYTES");
        RecorderOptions.check(List.of(), environment);
    }

    /**
     * The recorder waits for the engine at boot and outlives it when the host shuts down. That an init does what the unit says
     * cannot be tried here: this engine is no unit, and nothing is booted.
     */
    @Test
    void theRecorderIsThereBeforeTheEngineAndAfterIt() throws Exception {
        Map<String, List<String>> unit = new HashMap<>();
        for (String line : Files.readAllLines(DEPLOY.resolve("systemd/shiplog-recorder.service"))) {
            String[] parts = line.split("=", 2);
            if (!line.startsWith("#") && parts.length == 2) {
                unit.computeIfAbsent(parts[0], key -> new ArrayList<>()).addAll(List.of(parts[1].split(" ")));
            }
        }
        assertThat(unit.get("Before")).contains("docker.service");
        for (String pull : List.of("After", "Requires", "Wants", "BindsTo", "PartOf", "Requisite")) {
            assertThat(unit.getOrDefault(pull, List.of()))
                    .as("%s would order it after the engine, or end it with the engine", pull)
                    .noneMatch(other -> other.startsWith("docker"))
                    .noneMatch(other -> other.startsWith("network"));
        }
        assertThat(unit.get("Type"))
                .as("the engine waits until this is up, and this must not wait for the engine")
                .containsExactly("exec");
        List<String> command = unit.get("ExecStart");
        assertThat(command).first().asString().endsWith("/scripts/recorder");
        RecorderOptions.check(command.subList(1, command.size()), Map.of());
    }
}
