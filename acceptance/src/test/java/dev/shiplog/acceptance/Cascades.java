package dev.shiplog.acceptance;

import java.io.IOException;

/** Incidents of compose projects, in which one end brings about others. */
final class Cascades {
    private Cascades() {}

    static void play(Scene s) throws IOException {
        switch (s.turn(5)) {
            case 0 -> stoppedAfterwards(s);
            case 1 -> failedFor(s);
            case 2 -> namespace(s);
            case 3 -> youngInstance(s);
            default -> down(s);
        }
    }

    private static Box service(Scene s, String service, String command) {
        return Box.sh(command).service(s.name, service);
    }

    /** One fails, and a client stops the others, as compose does. */
    private static void stoppedAfterwards(Scene s) throws IOException {
        String db = s.name + "-db";
        String app = s.name + "-app";
        String web = s.name + "-web";
        String appId = s.runUntilUp(app, service(s, "app", "trap 'exit 0' TERM; " + Scene.LOOP));
        String webId = s.runUntilUp(web, service(s, "web", "trap 'exit 3' TERM; " + Scene.LOOP));
        s.awaitEnd(s.run(db, service(s, "db", "sleep " + s.moment() + "; exit 1")));
        s.engine.act(appId, "stop");
        s.engine.act(webId, "stop");
        s.expect(End.of(db, "failed").code(1).followedBy(app, web));
        s.expect(End.of(app, "stopped").code(0).movedBy(db));
        s.expect(End.of(web, "stopped").code(3).movedBy(db));
    }

    /** One ends, and another fails for want of it. */
    private static void failedFor(Scene s) throws IOException {
        String db = s.name + "-db";
        String app = s.name + "-app";
        s.write("there", "");
        String appId = s.runUntilUp(
                app, service(s, "app", "touch /s/up; while [ -e /s/there ]; do sleep 0.1; done; sleep 2; exit 1"));
        String dbId = s.run(
                db,
                service(s, "db", "sleep " + s.moment() + "; rm /s/there; exec tail /dev/zero")
                        .limit(8));
        s.awaitEnd(dbId);
        s.awaitEnd(appId);
        boolean unnoticed = s.oomUnnoticed(dbId);
        s.expect(End.of(db, "out-of-memory").code(137).followedBy(app).unknownIf(unnoticed));
        s.expect(End.of(app, "failed").code(1).movedBy(db));
    }

    /** One ends, and the kernel ends the other, who lives in its pid namespace. */
    private static void namespace(Scene s) throws IOException {
        String db = s.name + "-db";
        String app = s.name + "-app";
        String dbId = s.runUntilUp(db, service(s, "db", Scene.WAIT + "exit 4"));
        String appId = s.runUntilUp(app, service(s, "app", Scene.LOOP).host("PidMode", "container:" + dbId));
        s.go();
        s.awaitEnd(dbId);
        s.awaitEnd(appId);
        s.expect(End.of(db, "failed").code(4).movedBy(End.ANY));
        s.expect(End.of(app, "signalled").code(137).movedBy(End.ANY));
    }

    /** One fails; a client restarts the other, and stops it when its new instance is a tenth of a second old. */
    private static void youngInstance(Scene s) throws IOException {
        String db = s.name + "-db";
        String app = s.name + "-app";
        String appId = s.runUntilUp(app, service(s, "app", "trap 'exit 0' TERM; " + Scene.LOOP));
        s.awaitEnd(s.run(db, service(s, "db", "sleep " + s.moment() + "; exit 1")));
        s.engine.act(appId, "restart");
        s.pass(116);
        s.engine.act(appId, "stop?t=1");
        s.expect(End.of(db, "failed").code(1).movedBy(End.ANY));
        s.expect(End.of(app, "restarted").code(0).again("client").movedBy(End.ANY));
        s.expect(End.of(app, "stopped").movedBy(End.ANY));
    }

    /** A client stops all. */
    private static void down(Scene s) throws IOException {
        String db = s.name + "-db";
        String app = s.name + "-app";
        String dbId = s.runUntilUp(db, service(s, "db", "trap 'exit 0' TERM; " + Scene.LOOP));
        String appId = s.runUntilUp(app, service(s, "app", "trap 'exit 0' TERM; " + Scene.LOOP));
        s.engine.act(appId, "stop");
        s.engine.act(dbId, "stop");
        s.engine.remove(appId);
        s.engine.remove(dbId);
        s.expect(End.of(app, "stopped").code(0).movedBy(End.ANY));
        s.expect(End.of(db, "stopped").code(0).movedBy(End.ANY));
    }
}
