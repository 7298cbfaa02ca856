package dev.shiplog.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Runs a scripted engine by itself, with containers that live and die for ever: {@code --socket PATH}. */
public final class ScriptedEngineMain {
    private static final String USAGE = "usage: shiplog-testkit --socket PATH [--containers N] [--tick MILLIS]";

    private ScriptedEngineMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        String socket = "";
        int containers = 5;
        int tick = 1000;
        try {
            for (int i = 0; i < args.length; i += 2) {
                String value = args[i + 1];
                switch (args[i]) {
                    case "--socket" -> socket = value;
                    case "--containers" -> containers = Integer.parseInt(value);
                    case "--tick" -> tick = Integer.parseInt(value);
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
            play(engine, containers);
        }
    }

    /** Web and worker live on; batch jobs come and go, some badly; one container falls ill and is restarted. */
    private static void play(ScriptedEngine engine, int containers) throws InterruptedException {
        for (int i = 1; i <= containers; i++) {
            String service = i % 2 == 1 ? "web" : "worker";
            engine.create(
                    service + i,
                    "shop/" + service + ":4.2",
                    Map.of("com.docker.compose.project", "shop", "com.docker.compose.service", service));
            engine.start(service + i);
        }
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
