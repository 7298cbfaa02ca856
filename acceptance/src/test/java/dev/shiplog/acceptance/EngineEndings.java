package dev.shiplog.acceptance;

import java.io.IOException;
import java.util.List;

/** Incidents in which the engine or the recorder ends. They disturb all that runs: each is made alone. */
final class EngineEndings {
    private static final String HEEDS = "trap 'exit 0' TERM; " + Scene.LOOP;
    private static final String DOWN = "engine killed, and back";
    private static final String RESTART = "engine restarted";
    private static final String LIVE = "engine killed, containers live on";
    private static final String AWAY = "end while the engine is away";
    private static final String NOBODY = "end while the recorder is away";

    private final IncidentStage stage;

    EngineEndings(IncidentStage stage) {
        this.stage = stage;
    }

    /** @param flood whether the engine forgets meanwhile what happened */
    void recorderAway(boolean flood) throws IOException, InterruptedException {
        Scene failed = stage.scene(NOBODY, 0);
        Scene stopped = stage.scene(NOBODY, 1);
        Scene greedy = stage.scene(NOBODY, 2);
        Scene killed = stage.scene(NOBODY, 3);
        Scene later = stage.scene(NOBODY, 4);
        Scene whole = stage.scene(NOBODY, 5);
        Scene gone = stage.scene(NOBODY, 6);
        String failedId = failed.runUntilUp(failed.name, Box.sh(Scene.WAIT + "exit 3"));
        String stoppedId = stopped.runUntilUp(stopped.name, Box.sh("trap 'exit 3' TERM; " + Scene.LOOP));
        String greedyId = greedy.runUntilUp(
                greedy.name, Box.sh(Scene.WAIT + "exec tail /dev/zero").limit(8));
        String killedId = killed.runUntilUp(killed.name, Box.sh(Scene.LOOP));
        String laterId = later.runUntilUp(later.name, Box.sh(Scene.WAIT + "exit 1"));
        stage.awaitRecorded();
        stage.killRecorder();
        failed.go();
        greedy.go();
        stopped.engine.act(stoppedId, "stop");
        killed.engine.act(killedId, "kill");
        whole.awaitEnd(whole.run(whole.name, Box.sh("exit 2")));
        String goneId = gone.run(gone.name, Box.sh("exit 2").host("AutoRemove", true));
        gone.awaitGone(goneId);
        failed.awaitEnd(failedId);
        greedy.awaitEnd(greedyId);
        killed.awaitEnd(killedId);
        if (flood) {
            for (int i = 0; i < 300; i++) { // the engine keeps 256 events
                failed.engine.tag("busybox", "flood");
            }
        }
        stage.startRecorder();
        later.go();
        later.awaitEnd(laterId);
        expect(failed, End.of(failed.name, "failed").code(3));
        expect(stopped, End.of(stopped.name, "stopped").code(3));
        expect(greedy, End.of(greedy.name, "out-of-memory").code(137));
        expect(killed, End.of(killed.name, "killed").code(137));
        expect(whole, End.of(whole.name, "failed").code(2));
        expect(gone, End.of(gone.name, "failed").code(2).perhaps("auto-removed"));
        later.expect(End.of(later.name, "failed").code(1).perhaps("recorder-down"));
    }

    private static void expect(Scene scene, End end) {
        scene.expect(end.unknownIf(true).perhaps("recorder-down"));
    }

    /** Killed and started again; it ends the containers that it finds. */
    void killed() throws IOException, InterruptedException {
        List<Scene> scenes = three(DOWN, "engine-killed");
        Scene stopped = stage.scene(DOWN, 3);
        Scene away = stage.scene(AWAY, 0);
        String awayId = away.runUntilUp(away.name, Box.sh(Scene.WAIT + "exit 5"));
        String id = stopped.runUntilUp(stopped.name, Box.sh(HEEDS));
        stage.awaitRecorded();
        stopped.engine.act(id, "stop");
        stage.killEngine();
        scenes.get(2).notUp();
        away.go();
        away.pass(500);
        stage.engine().restart();
        stage.engineIsBack();
        stopped.expect(End.of(stopped.name, "stopped").code(0));
        away.awaitEnd(awayId);
        away.expect(End.of(away.name, "failed").code(5).unknownIf(true).unheard());
        endAlways(scenes.get(2));
    }

    /**
     * Ended and started again as a service manager does.
     *
     * @param atOnce whether a client ends others just before, so that it may be impossible to tell who ended them
     * @param liveRestore whether it leaves containers alive from then on
     */
    void restarted(boolean atOnce, boolean liveRestore) throws IOException, InterruptedException {
        List<Scene> scenes = three(RESTART, "engine-stopped");
        Scene stopped = stage.scene(RESTART, 3);
        Scene killed = stage.scene(RESTART, 4);
        Scene failed = stage.scene(RESTART, 5);
        String stoppedId = stopped.runUntilUp(stopped.name, Box.sh(HEEDS).restart("always", 0));
        String killedId = killed.runUntilUp(killed.name, Box.sh("trap 'exit 5' TERM; " + Scene.LOOP));
        String failedId = failed.runUntilUp(failed.name, Box.sh(Scene.WAIT + "exit 5"));
        stage.awaitRecorded();
        stopped.engine.act(stoppedId, "stop");
        killed.engine.act(killedId, "kill?signal=TERM");
        failed.go();
        failed.awaitEnd(failedId);
        killed.awaitEnd(killedId);
        scenes.get(2).notUp();
        stopped.notUp();
        if (!atOnce) {
            stopped.pass(3000);
        }
        if (liveRestore) {
            stage.engine().restartWithLiveRestore();
        } else {
            stage.engine().restart();
        }
        stage.engineIsBack();
        // Its policy says that the engine starts it again.
        stopped.expect(End.of(stopped.name, "stopped").code(0).again("engine").unknownIf(atOnce));
        endAlways(stopped);
        killed.expect(End.of(killed.name, "killed").code(5).unknownIf(atOnce));
        failed.expect(End.of(failed.name, "failed").code(5));
        endAlways(scenes.get(2));
    }

    /** Killed and started again with live restore, while containers live on. */
    void livedThrough() throws IOException, InterruptedException {
        Scene ends = stage.scene(LIVE, 0);
        Scene stopped = stage.scene(LIVE, 1);
        Scene greedy = stage.scene(LIVE, 2);
        Scene failed = stage.scene(AWAY, 1);
        Scene host = stage.scene(AWAY, 2);
        String endsId = ends.runUntilUp(ends.name, Box.sh(Scene.WAIT + "exit 6"));
        String stoppedId = stopped.runUntilUp(stopped.name, Box.sh(HEEDS));
        String greedyId = greedy.runUntilUp(
                greedy.name, Box.sh(Scene.WAIT + "exec tail /dev/zero").limit(8));
        String failedId = failed.runUntilUp(failed.name, Box.sh(Scene.WAIT + "exit 5"));
        String hostId = host.runUntilUp(host.name, Box.sh(Scene.LOOP));
        long pid = host.state(hostId).path("Pid").asLong();
        stage.awaitRecorded();
        stage.killEngine();
        failed.go();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        failed.pass(500);
        stage.engine().restart();
        stage.engineIsBack();
        ends.pass(2500); // an engine that has just come back may report late what was before
        ends.go();
        greedy.go();
        stopped.engine.act(stoppedId, "stop");
        for (Scene scene : List.of(ends, greedy, failed, host)) {
            scene.awaitEnd(scene.name);
        }
        stage.awaitRecorded();
        ends.expect(End.of(ends.name, "failed").code(6).with("live-restored"));
        stopped.expect(End.of(stopped.name, "stopped").code(0).with("live-restored"));
        greedy.expect(End.of(greedy.name, "out-of-memory")
                .code(137)
                .with("live-restored")
                .unknownIf(greedy.oomUnnoticed(greedyId)));
        failed.expect(
                End.of(failed.name, "failed").code(5).unknownIf(true).unheard().perhaps("live-restored"));
        host.expect(End.of(host.name, "signalled")
                .code(137)
                .unknownIf(true)
                .unheard()
                .perhaps("live-restored"));
        for (String id : List.of(endsId, failedId, hostId)) {
            ends.engine.remove(id);
        }
    }

    /** One that heeds the signal, one that does not, and one that the engine starts again. */
    private List<Scene> three(String kind, String cause) throws IOException {
        Scene heeds = stage.scene(kind, 0);
        Scene deaf = stage.scene(kind, 1);
        Scene always = stage.scene(kind, 2);
        heeds.runUntilUp(heeds.name, Box.sh(HEEDS));
        deaf.runUntilUp(deaf.name, Box.sh(Scene.LOOP).config("StopTimeout", 1));
        always.runUntilUp(always.name, Box.sh(HEEDS).restart("always", 0));
        heeds.expect(End.of(heeds.name, cause).code(0));
        deaf.expect(End.of(deaf.name, cause).code(137));
        always.expect(End.of(always.name, cause).code(0).again("engine"));
        return List.of(heeds, deaf, always);
    }

    private static void endAlways(Scene always) throws IOException {
        always.awaitUp();
        always.engine.remove(always.name);
        always.expect(End.of(always.name, "removed").code(137));
    }
}
