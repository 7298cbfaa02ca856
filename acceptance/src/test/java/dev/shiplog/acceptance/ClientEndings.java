package dev.shiplog.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Incidents in which a client of the engine, a probe or the host has a part. */
final class ClientEndings {
    private static final long MIB = 1 << 20;
    private static final String HEEDS = "trap 'exit 0' TERM; " + Scene.LOOP;

    private ClientEndings() {}

    /** The kinds, by name. */
    static Map<String, Script> kinds() {
        Map<String, Script> kinds = new LinkedHashMap<>();
        kinds.put("stop by a client", ClientEndings::stop);
        kinds.put("kill by a client", ClientEndings::kill);
        kinds.put("rm -f by a client", ClientEndings::remove);
        kinds.put("restart by a client", ClientEndings::restart);
        kinds.put("start by a client", ClientEndings::start);
        kinds.put("pause, then an end", ClientEndings::pause);
        kinds.put("kill by the host", ClientEndings::host);
        kinds.put("unhealthy, then an end", ClientEndings::unhealthy);
        kinds.put("limit changed, then out of memory", ClientEndings::limit);
        kinds.put("image moved, then a failure", ClientEndings::image);
        return kinds;
    }

    private static void stop(Scene s) throws IOException {
        switch (s.turn(6)) {
            case 0 -> stop(s, Box.sh(HEEDS), 10, 0);
            case 1 -> stop(s, Box.sh(Scene.LOOP), 1, 137); // has no handler
            case 2 -> stop(s, Box.sh("trap 'exit 3' TERM; " + Scene.LOOP), 10, 3);
            case 3 -> stop(s, Box.sh(Scene.LOOP).init(), 10, 143);
            case 4 -> stop(s, Box.sh("trap 'exit 0' INT; " + Scene.LOOP).config("StopSignal", "SIGINT"), 10, 0);
            default -> {
                stop(s, Box.sh(HEEDS).restart("always", 0), 10, 0);
                s.engine.remove(s.name); // a restart of the engine would start it again
            }
        }
    }

    private static void stop(Scene s, Box box, int grace, int code) throws IOException {
        String id = s.runUntilUp(s.name, box);
        s.pass(s.random.nextInt(500));
        s.engine.act(id, "stop?t=" + grace);
        s.expect(End.of(s.name, "stopped").code(code));
    }

    private static void kill(Scene s) throws IOException {
        boolean heard = s.turn(6) < 3;
        String command = List.of(
                        Scene.LOOP,
                        "trap 'exit 5' TERM; " + Scene.LOOP,
                        "trap 'exit 0' TERM; " + Scene.LOOP,
                        Scene.WAIT + "exit 4",
                        Scene.WAIT + "exit 0",
                        HEEDS)
                .get(s.turn(6));
        Box box = Box.sh(command);
        String id = s.runUntilUp(s.name, s.turn(6) == 0 && s.random.nextBoolean() ? box.init() : box);
        String signal = List.of("KILL", "TERM", "15", "USR1", "HUP", "HUP").get(s.turn(6));
        s.engine.act(id, "kill?signal=" + signal);
        if (!heard) {
            s.pass(3000);
            s.go();
        }
        switch (s.turn(6)) {
            case 0 -> s.expect(End.of(s.name, "killed").code(137));
            case 1 -> s.expect(End.of(s.name, "killed").code(5));
            case 2 -> s.expect(End.of(s.name, "killed").code(0));
            // It could be a slow answer to the signal.
            case 3 -> s.expect(End.of(s.name, "failed").code(4).unknownIf(true));
            case 4 -> s.expect(End.of(s.name, "completed").code(0).unknownIf(true));
            default -> {
                s.engine.act(id, "stop");
                s.expect(End.of(s.name, "stopped").code(0));
            }
        }
        s.awaitEnd(id);
    }

    private static void remove(Scene s) throws IOException {
        if (s.turn(3) < 2) {
            String id = s.runUntilUp(s.name, Box.sh(s.turn(3) == 0 ? HEEDS : Scene.LOOP));
            s.engine.remove(id);
            s.expect(End.of(s.name, "removed").code(137));
        } else {
            String id = s.run(s.name, Box.sh("sleep " + s.moment() + "; exit 3"));
            s.awaitEnd(id);
            s.engine.remove(id);
            s.expect(End.of(s.name, "failed").code(3));
        }
    }

    private static void restart(Scene s) throws IOException {
        boolean heeds = s.turn(2) == 0;
        String id = s.runUntilUp(s.name, Box.sh(heeds ? HEEDS : Scene.LOOP));
        s.notUp();
        s.engine.act(id, "restart?t=" + (heeds ? 10 : 1));
        s.awaitUp();
        s.expect(End.of(s.name, "restarted").code(heeds ? 0 : 137).again("client"));
        s.engine.act(id, "kill");
        s.awaitEnd(id);
        s.expect(End.of(s.name, "killed").code(137));
    }

    private static void start(Scene s) throws IOException {
        String id = s.run(s.name, Box.sh("sleep " + s.moment() + "; exit 3"));
        s.awaitEnd(id);
        if (s.turn(2) == 0) {
            s.engine.act(id, "stop"); // does nothing
        }
        s.pass(300);
        s.engine.start(id);
        s.awaitEnd(id);
        s.expect(End.of(s.name, "failed").code(3).again("client"));
        s.expect(End.of(s.name, "failed").code(3));
    }

    private static void pause(Scene s) throws IOException {
        String id = s.runUntilUp(s.name, Box.sh(HEEDS));
        s.engine.act(id, "pause");
        s.pass(200);
        switch (s.turn(4)) {
            case 0 -> {
                s.engine.act(id, "stop");
                s.expect(End.of(s.name, "stopped").code(0));
            }
            case 1 -> {
                s.engine.act(id, "kill");
                s.expect(End.of(s.name, "killed").code(137));
            }
            case 2 -> {
                s.engine.remove(id);
                s.expect(End.of(s.name, "removed").code(137));
                return;
            }
            default -> {
                s.engine.act(id, "unpause");
                s.engine.act(id, "kill?signal=TERM");
                s.expect(End.of(s.name, "killed").code(0));
            }
        }
        s.awaitEnd(id);
    }

    private static void host(Scene s) throws IOException {
        boolean again = s.turn(2) == 1;
        Box box = Box.sh(HEEDS);
        String id = s.runUntilUp(s.name, again ? box.restart("always", 0) : box);
        s.notUp();
        ProcessHandle.of(s.state(id).path("Pid").asLong()).orElseThrow().destroyForcibly();
        End end = End.of(s.name, "signalled").code(137);
        if (again) {
            s.awaitUp();
            s.engine.remove(id);
            s.expect(end.again("policy"));
            s.expect(End.of(s.name, "removed").code(137));
        } else {
            s.awaitEnd(id);
            s.expect(end);
        }
    }

    private static void unhealthy(Scene s) throws IOException {
        switch (s.turn(5)) {
            case 0 -> {
                String id = sick(s, HEEDS);
                s.engine.act(id, "stop");
                s.expect(End.of(s.name, "stopped").code(0).with("unhealthy"));
            }
            case 1 -> {
                String id = sick(s, HEEDS);
                s.engine.act(id, "kill");
                s.awaitEnd(id);
                s.expect(End.of(s.name, "killed").code(137).with("unhealthy"));
            }
            case 2 -> {
                String id = sick(s, Scene.WAIT + "exit 2");
                s.go();
                s.awaitEnd(id);
                s.expect(End.of(s.name, "failed").code(2).with("unhealthy"));
            }
            case 3 -> { // its own probe ends it
                Box box = Box.sh("trap 'exit 1' TERM; " + Scene.LOOP).health("kill -TERM 1; exit 1");
                s.awaitEnd(s.run(s.name, box));
                s.expect(End.of(s.name, "failed", "signalled").code(1).perhaps("unhealthy"));
            }
            default -> { // it was unhealthy, but recovers
                String id = s.runUntilUp(s.name, Box.sh(Scene.WAIT + "exit 1").health("[ -e /s/well ]"));
                s.awaitHealth(id, "unhealthy");
                s.write("well", "");
                s.awaitHealth(id, "healthy");
                s.go();
                s.awaitEnd(id);
                s.expect(End.of(s.name, "failed").code(1));
            }
        }
    }

    private static String sick(Scene s, String command) throws IOException {
        String id = s.runUntilUp(s.name, Box.sh(command).health("echo I feel ill; exit 1"));
        s.awaitHealth(id, "unhealthy");
        return id;
    }

    private static void limit(Scene s) throws IOException {
        boolean less = s.turn(3) < 2;
        String after = s.turn(3) == 2 ? "exit 1" : "exec tail /dev/zero";
        String id = s.runUntilUp(s.name, Box.sh(Scene.WAIT + after).limit(less ? 64 : 8));
        long bytes = (s.turn(3) == 0 ? 8 : 16) * MIB;
        s.engine.update(id, Map.of("Memory", bytes, "MemorySwap", bytes));
        s.pass(300);
        s.go();
        s.awaitEnd(id);
        s.expect(
                s.turn(3) == 2
                        ? End.of(s.name, "failed").code(1).perhaps("limit-changed")
                        : End.of(s.name, "out-of-memory")
                                .code(137)
                                .with("limit-changed")
                                .unknownIf(s.oomUnnoticed(id)));
    }

    private static void image(Scene s) throws IOException {
        String repository = s.name + "-image";
        s.engine.tag("busybox", repository);
        Box box = Box.sh("sleep " + s.moment() + "; exit ${CODE}").config("Image", repository);
        String old = s.run(s.name, box.config("Env", List.of("CODE=0")));
        s.awaitEnd(old);
        boolean moved = s.turn(2) == 0;
        if (moved) {
            s.engine.commit(old, repository);
        }
        s.engine.remove(old);
        String id = s.run(s.name, box.config("Env", List.of("CODE=1")));
        s.awaitEnd(id);
        JsonNode made = s.engine.inspect(id);
        if (!made.path("Config").path("Image").asText().equals(repository)) {
            throw new IllegalStateException(s + ": " + made);
        }
        End end = End.of(s.name, "failed").code(1);
        s.expect(End.of(s.name, "completed").code(0).again("recreated"));
        s.expect(moved ? end.with("image-moved") : end);
    }
}
