package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Ten containers with different loads, by the docker command of an engine. The engine starts them again after itself. */
final class FigureFleet {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Path socket;
    private final Path directory;
    private final Map<String, String> namesById = new LinkedHashMap<>();

    /** @param directory for what the command prints */
    FigureFleet(Path socket, Path directory) {
        this.socket = socket;
        this.directory = directory;
    }

    Set<String> ids() {
        return namesById.keySet();
    }

    String name(String id) {
        return namesById.get(id);
    }

    void launch() throws IOException, InterruptedException {
        docker("network", "create", "second");
        String spin = "while :; do :; done";
        String broadcast =
                "for to in $(ip -4 -o addr | sed -n 's/.* brd \\([0-9.]*\\) .*/\\1/p'); do ping -s 900 -i 0.1 $to & done; wait";
        create("limited", List.of("--cpus", "0.15", "--network", "none"), spin);
        create("busy", List.of("--cpus", "0.3", "--network", "none"), spin);
        String burst = "timeout 1 sh -c '" + spin + "'";
        create("pair", List.of("--network", "none"), "while :; do " + burst + " & " + burst + "; sleep 3; done");
        create(
                "cache",
                List.of("--memory", "16m", "--network", "none"),
                "while :; do dd if=/dev/zero of=/f bs=1M count=30; cat /f >/dev/null; sleep 2; done");
        create(
                "heap",
                List.of("--memory", "48m", "--network", "none"),
                "{ head -c 20000000 /dev/zero; sleep 100000; } | tail -c 20000000");
        create(
                "disk",
                throttling(),
                "while :; do dd if=/dev/zero of=/f bs=64k count=20 conv=fsync; dd if=/f of=/dev/null bs=64k iflag=direct;"
                        + " sleep 0.5; done");
        create("talker", List.of(), broadcast);
        create("listener", List.of(), "sleep 100000");
        create("idle", List.of("--network", "none"), "sleep 100000");
        create("again", List.of(), "while :; do sleep 0.2; done");
        for (String name : List.of("talker", "listener")) {
            docker("network", "connect", "second", name);
        }
        List<String> start = new ArrayList<>(List.of("start"));
        start.addAll(namesById.values());
        docker(start.toArray(String[]::new));
    }

    /** One more, at once. */
    void run(String name, List<String> options, String script) throws IOException, InterruptedException {
        create(name, options, script);
        docker("start", name);
    }

    private void create(String name, List<String> options, String script) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("create", "--name", name, "--restart", "always"));
        command.addAll(List.of("--stop-signal", "KILL"));
        command.addAll(options);
        command.addAll(List.of("busybox", "sh", "-c", script + " 2>/dev/null"));
        namesById.put(docker(command.toArray(String[]::new)).strip(), name);
    }

    private List<String> throttling() throws IOException {
        String device = device(socket);
        return device.isEmpty() ? List.of() : List.of("--network", "none", "--device-write-bps", device + ":1gb");
    }

    /**
     * The block device that an engine is on; empty if it is on none. On cgroup v1, newer kernels count what block devices do
     * only once somebody has a limit on it.
     */
    static String device(Path socket) throws IOException {
        int device = ((Long) Files.getAttribute(socket.getParent(), "unix:dev")).intValue();
        Path sys = Path.of("/sys/dev/block", (device >> 8 & 0xfff) + ":" + (device & 0xff), "uevent");
        if (!Files.exists(sys)) {
            return "";
        }
        Matcher name = Pattern.compile("DEVNAME=(.*)").matcher(Files.readString(sys));
        assertThat(name.find()).isTrue();
        return "/dev/" + name.group(1);
    }

    /** A docker command for the engine behind a socket. */
    static ProcessBuilder command(Path socket, String... arguments) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/docker", "-H", "unix://" + socket));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("DOCKER_"));
        return builder;
    }

    /** Pauses a container, again and again: a busy engine may give up before all of its processes stand still. */
    void pause(String name) {
        await().atMost(PATIENCE)
                .until(
                        () -> command(socket, "pause", name)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .redirectError(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .waitFor(),
                        code -> code == 0);
    }

    /** Runs it to its end; gives what it printed. */
    String docker(String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "docker", "");
        Process process = command(socket, arguments)
                .redirectOutput(output.toFile())
                .redirectErrorStream(true)
                .start();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as("%s: %s", Arrays.toString(arguments), Files.readString(output))
                .isZero();
        return Files.readString(output);
    }
}
