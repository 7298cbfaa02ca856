package dev.shiplog.acceptance;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Incidents that containers bring about by themselves, with the kernel's help. */
final class OwnEndings {
    private static final String OOM = "out-of-memory";
    private static final String CHILD_OOM = "child-out-of-memory";
    private static final String GREEDY = "tail /dev/zero";

    private OwnEndings() {}

    /** The kinds, by name. */
    static Map<String, Script> kinds() {
        Map<String, Script> kinds = new LinkedHashMap<>();
        kinds.put("main process out of memory", OwnEndings::outOfMemory);
        kinds.put("child out of memory", OwnEndings::childOutOfMemory);
        kinds.put("exit code of its own", OwnEndings::exitCode);
        kinds.put("could not be started", OwnEndings::notStarted);
        kinds.put("crash by a signal of its own", OwnEndings::crash);
        kinds.put("restart by policy", OwnEndings::policy);
        kinds.put("restart loop", OwnEndings::loop);
        kinds.put("life of 100 ms", OwnEndings::shortLife);
        kinds.put("removed by --rm", OwnEndings::autoRemoved);
        kinds.put("exec that dies", OwnEndings::exec);
        kinds.put("cascade in a project", Cascades::play);
        return kinds;
    }

    private static void outOfMemory(Scene s) throws IOException {
        Box box = switch (s.turn(3)) {
            case 0 -> Box.sh("sleep " + s.moment() + "; exec " + GREEDY);
            case 1 -> Box.sh("sleep " + s.moment() + "; a=0123456789abcdef; while :; do a=$a$a; done");
            default -> Box.of("tail", "/dev/zero");
        };
        String id = s.run(s.name, box.limit(8 + s.random.nextInt(8)));
        s.awaitEnd(id);
        s.expect(End.of(s.name, OOM).code(137).unknownIf(s.oomUnnoticed(id)));
    }

    private static void childOutOfMemory(Scene s) throws IOException {
        String first = "sleep " + s.moment() + "; " + GREEDY + "; ";
        switch (s.turn(5)) {
            case 0 -> child(s, first + "exit 3", End.of(s.name, CHILD_OOM).code(3));
            case 1 ->
                child(s, first + "sleep 1; exit 0", End.of(s.name, CHILD_OOM).code(0));
            case 2 ->
                // Whom the kernel killed is not to be told: the shell passes its child's code on.
                child(s, first + "exit $?", End.of(s.name, CHILD_OOM, OOM).code(137));
            case 3 -> {
                String id = s.runUntilUp(
                        s.name,
                        Box.sh("trap 'exit 0' TERM; " + first + Scene.LOOP).limit(8));
                s.pass(1500);
                s.engine.act(id, "stop");
                s.expect(End.of(s.name, "stopped").code(0));
            }
            default ->
                child(
                        s,
                        first + "sleep 5; exit 0",
                        End.of(s.name, CHILD_OOM, "completed").code(0));
        }
    }

    private static void child(Scene s, String command, End end) throws IOException {
        String id = s.run(s.name, Box.sh(command).limit(8));
        s.awaitEnd(id);
        s.expect(end.unknownIf(s.oomUnnoticed(id)));
    }

    private static void exitCode(Scene s) throws IOException {
        int code = List.of(0, 1, 2, 42, 126, 127, 255, 3).get(s.turn(8));
        s.awaitEnd(s.run(s.name, Box.sh("sleep " + s.moment() + "; exit " + code)));
        s.expect(End.of(s.name, code == 0 ? "completed" : "failed").code(code));
    }

    private static void notStarted(Scene s) throws IOException {
        if (s.turn(3) < 2) {
            boolean missing = s.turn(3) == 0;
            String id = s.create(s.name, missing ? Box.of("/no/such") : Box.of("/etc/passwd"));
            failToStart(s, id);
            s.engine.update(id, Map.of("CpuShares", 512)); // its description is asked for
            s.expect(End.of(s.name, "not-started").code(missing ? 127 : 126).unheard());
        } else {
            s.write("tool", "#!/bin/sh\nexit 4\n");
            String id = s.run(s.name, Box.of("/s/tool"));
            s.awaitEnd(id);
            s.remove("tool");
            failToStart(s, id);
            s.expect(End.of(s.name, "failed").code(4));
            s.expect(End.of(s.name, "not-started").code(127).unheard().unknownIf(true));
        }
    }

    private static void failToStart(Scene s, String id) {
        try {
            s.engine.start(id);
        } catch (IOException e) {
            return; // as it must be
        }
        throw new IllegalStateException(s + " was started");
    }

    private static void crash(Scene s) throws IOException {
        List<String> signals = List.of("SEGV", "ABRT", "KILL", "FPE", "TERM", "ILL", "BUS", "INT");
        List<Integer> codes = List.of(139, 134, 137, 136, 143, 132, 135, 130);
        int which = s.turn(8);
        boolean crashed = !List.of("KILL", "TERM", "INT").contains(signals.get(which));
        Box box = Box.sh("sleep " + s.moment() + "; kill -" + signals.get(which) + " $$; sleep 9");
        // The first process of a pid namespace does not get its own signals.
        s.awaitEnd(s.run(s.name, s.random.nextBoolean() ? box.init() : box.host("PidMode", "host")));
        s.expect(End.of(s.name, crashed ? "crashed" : "signalled").code(codes.get(which)));
    }

    private static void policy(Scene s) throws IOException {
        String once = "[ ! -e /n ] || { " + Scene.LOOP + "; }; touch /n; sleep " + s.moment() + "; ";
        String trap = "trap 'exit 0' TERM; ";
        switch (s.turn(4)) {
            case 0 -> {
                String id = s.runUntilUp(s.name, Box.sh(trap + once + "exit 3").restart("on-failure", 3));
                s.engine.act(id, "stop");
                s.expect(End.of(s.name, "failed").code(3).again("policy"));
                s.expect(End.of(s.name, "stopped").code(0));
            }
            case 1 -> {
                String id = s.runUntilUp(s.name, Box.sh(once + "exit 0").restart("always", 0));
                s.engine.remove(id);
                s.expect(End.of(s.name, "completed").code(0).again("policy"));
                s.expect(End.of(s.name, "removed").code(137));
            }
            case 2 -> {
                String id = s.runUntilUp(
                        s.name,
                        Box.sh(trap + once + "kill -9 $$; sleep 9").init().restart("always", 0));
                s.engine.act(id, "stop?t=1");
                s.engine.remove(id); // a restart of the engine would start it again
                s.expect(End.of(s.name, "signalled").code(137).again("policy"));
                s.expect(End.of(s.name, "stopped"));
            }
            default -> {
                String id = s.runUntilUp(
                        s.name, Box.sh(once + "exec " + GREEDY).limit(8).restart("unless-stopped", 0));
                s.engine.remove(id);
                s.expect(End.of(s.name, OOM).code(137).again("policy"));
                s.expect(End.of(s.name, "removed").code(137));
            }
        }
    }

    private static void loop(Scene s) throws IOException {
        if (s.turn(2) == 0) {
            s.awaitEnd(s.run(s.name, Box.sh("exit 1").restart("on-failure", 4)));
            for (int i = 0; i < 4; i++) {
                s.expect(End.of(s.name, "failed").code(1).again("policy").perhaps("restart-loop"));
            }
            s.expect(End.of(s.name, "failed").code(1).with("restart-loop"));
        } else {
            String fifth =
                    "echo x >> /n; [ $(wc -l < /n) -lt 5 ] || { trap 'exit 0' TERM; " + Scene.LOOP + "; }; exit 0";
            String id = s.runUntilUp(s.name, Box.sh(fifth).restart("always", 0));
            s.engine.act(id, "stop");
            s.engine.remove(id);
            for (int i = 0; i < 4; i++) {
                s.expect(End.of(s.name, "completed").code(0).again("policy").perhaps("restart-loop"));
            }
            s.expect(End.of(s.name, "stopped").code(0).perhaps("restart-loop"));
        }
    }

    private static void shortLife(Scene s) throws IOException {
        int code = List.of(7, 0).get(s.turn(2));
        String id = s.run(s.name, Box.sh("sleep 0.1; exit " + code));
        s.awaitEnd(id);
        End end = End.of(s.name, code == 0 ? "completed" : "failed").code(code);
        s.expect(s.lifeMillis(id) < 900 ? end.with("short-life") : end); // unless the machine is busy
    }

    private static void autoRemoved(Scene s) throws IOException {
        Box box = Box.sh(List.of("exit 3", "exit 0", "trap 'exit 0' TERM; " + Scene.LOOP, "exec " + GREEDY)
                        .get(s.turn(4)))
                .host("AutoRemove", true);
        String id;
        if (s.turn(4) == 2) {
            id = s.runUntilUp(s.name, box);
            s.engine.act(id, "stop");
            s.expect(End.of(s.name, "stopped").code(0).with("auto-removed"));
        } else {
            id = s.run(s.name, s.turn(4) == 3 ? box.limit(8) : box);
            s.expect(List.of(
                            End.of(s.name, "failed").code(3),
                            End.of(s.name, "completed").code(0),
                            End.of(s.name, OOM),
                            End.of(s.name, OOM).code(137).unknownIf(true))
                    .get(s.turn(4))
                    .with("auto-removed"));
        }
        s.awaitGone(id);
    }

    private static void exec(Scene s) throws IOException {
        String id = s.runUntilUp(s.name, Box.sh("trap 'exit 6' TERM; " + Scene.WAIT + "exit 0"));
        s.engine.exec(id, "sh", "-c", "exit 9");
        s.engine.exec(id, "sh", "-c", "kill -9 $$");
        if (s.turn(2) == 0) {
            s.go();
            s.expect(End.of(s.name, "completed").code(0));
        } else {
            s.engine.exec(id, "kill", "-TERM", "1");
            s.expect(End.of(s.name, "failed", "signalled").code(6));
        }
        s.awaitEnd(id);
    }
}
