package dev.shiplog.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs a scripted engine by itself, with containers that live and die for ever: {@code --socket PATH}. With
 * {@code --probes SECONDS} they only live, and each has a health check as often as that.
 */
public final class ScriptedEngineMain {
    private static final String USAGE =
            "usage: shiplog-testkit --socket PATH [--containers N] [--tick MILLIS] [--probes SECONDS]";

    private ScriptedEngineMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        String socket = "";
        int containers = 5;
        int tick = 1000;
        int probes = 0;
        try {
            for (int i = 0; i < args.length; i += 2) {
                String value = args[i + 1];
                switch (args[i]) {
                    case "--socket" -> socket = value;
                    case "--containers" -> containers = Integer.parseInt(value);
                    case "--tick" -> tick = Integer.parseInt(value);
                    case "--probes" -> probes = Integer.parseInt(value);
                    default -> throw new IllegalArgumentException(args[i]);
                }
            }
            if (socket.isEmpty()) {
                throw new IllegalArgumentException("--socket is missing");
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            System.err.println(e.getMessage() + "; " + USAGE);
            System.exit(2);
        }
        try (ScriptedEngine engine = ScriptedEngine.at(Path.of(socket)).tick(Duration.ofMillis(tick))) {
            System.out.println("scripted engine on " + engine.address());
            List<String> names = begin(engine, containers);
            if (probes > 0) {
                probe(engine, names, Duration.ofSeconds(probes));
            } else {
                play(engine);
            }
        }
    }

    private static List<String> begin(ScriptedEngine engine, int containers) {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= containers; i++) {
            String service = i % 2 == 1 ? "web" : "worker";
            engine.create(
                    service + i,
                    "shop/" + service + ":4.2",
                    Map.of("com.docker.compose.project", "shop", "com.docker.compose.service", service));
            engine.start(service + i);
            names.add(service + i);
        }
        return names;
    }

    /** Nothing happens but health checks, one container after the other. */
    private static void probe(ScriptedEngine engine, List<String> names, Duration every) throws InterruptedException {
        while (true) {
            for (String name : names) {
                Thread.sleep(every.toMillis() / names.size());
                engine.exec(name, "/bin/sh -c curl -f http://localhost/");
            }
        }
    }

    /** Web and worker live on; batch jobs come and go, some badly; one container falls ill and is restarted. */
    private static void play(ScriptedEngine engine) throws InterruptedException {
        for (int round = 1; ; round++) {
            String job = "batch" + round;
            Thread.sleep(2000);
            engine.start(job);
            Thread.sleep(2000);
            engine.health("web1", "unhealthy");
            Thread.sleep(2000);
            if (round % 2 == 0) {
                engine.outOfMemory(job);
            } else {
                engine.die(job, 0);
            }
            engine.restart("web1");
            Thread.sleep(2000);
            engine.health("web1", "healthy");
            engine.destroy(job);
        }
    }
}
