package dev.shiplog.replay.explain;

import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.ContainerView;
import dev.shiplog.timeline.payload.EventView;
import dev.shiplog.timeline.payload.StateView;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;

/** The lives of the containers of a host, as they are being learned. Not thread safe. */
final class Lives {
    /** For so long an end that a description shows may still be reported by an event. */
    private static final long REPORTING = 10 * Life.SECOND;

    /** An engine that is shut down asks all containers to end within some 10 ms, and more on a busy host. */
    private static final long TOGETHER = 150_000_000L;

    private static final long SHORTLY = 5 * Life.SECOND;
    /** A description tells the start and the end of a process exactly, events a little later. */
    private static final long LATE = 60 * Life.SECOND;

    /** An event tells of a start no later than this, and a restart comes later. */
    private static final long STARTING = Life.SECOND;

    private static final int MAX_REMEMBERED = 1 << 16;
    private static final int MAX_HOLES = 64;

    private final Consumer<Life> out;
    private final Listening listening;
    private final Map<String, Track> tracks = new HashMap<>();
    private final PriorityQueue<OpenLife> held = new PriorityQueue<>(Comparator.comparingLong(life -> life.ended));
    /** Those that seem to have ended, although no event says so. */
    private final Set<Track> found = new LinkedHashSet<>();
    /** Of each name, the image of the newest life: reference and id. */
    private final Map<String, Container> images = remembering();
    /** Containers that are gone: what is said of them later was asked before. */
    private final Set<String> gone = Collections.newSetFromMap(remembering());

    private final Deque<Hole> holes = new ArrayDeque<>();
    private String host = "";
    /** By the newest answer of the engine. */
    private boolean liveRestore;

    private long now;
    /** Receipt of the first record. */
    private long begun;

    Lives(Consumer<Life> out, Listening listening) {
        this.out = out;
        this.listening = listening;
    }

    @SuppressWarnings("serial")
    private static <T> Map<String, T> remembering() {
        return new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
                return size() > MAX_REMEMBERED;
            }
        };
    }

    /** @param received of the record that comes next, 0 if it only repeats others */
    void at(String hostNow, long received) {
        host = hostNow;
        now = received == 0 ? now : received;
        begun = begun == 0 ? now : begun;
    }

    /** The engine says whether it lets its containers live while it is away. */
    void liveRestore(boolean does) {
        liveRestore = does;
        for (OpenLife life : held) {
            life.liveRestore = life.liveRestore == null ? Boolean.valueOf(does) : life.liveRestore;
        }
    }

    /** Takes an event of a container. */
    void happen(String id, EventView event, long time) {
        Track track = track(id);
        track.container = track.container.after(event);
        switch (event.action()) {
            case "start" -> start(track, time);
            case "die" -> die(track, event, time);
            case "destroy", "remove" -> destroy(track, time);
            case "kill" -> add(track, new Happening(time, "kill", attribute(track, event, "signal")));
            case "stop", "restart", "oom", "update", "pause", "unpause", "rename" ->
                add(track, new Happening(time, event.action(), ""));
            default -> {
                if (event.action().startsWith("health_status: ")) {
                    String status = event.action().substring("health_status: ".length());
                    add(track, new Happening(time, "health_status", status));
                }
            }
        }
    }

    private static String attribute(Track track, EventView event, String name) {
        return track.disguises(name) ? "" : event.attribute(name);
    }

    /** A restart is reported after the start with which it ends; all else belongs to the life that is on or was last. */
    private static void add(Track track, Happening happening) {
        boolean ofLast = track.open == null || happening.is("restart");
        OpenLife life = ofLast ? track.last : track.open;
        if (life != null) {
            life.add(happening);
        }
    }

    private void start(Track track, long time) {
        track.connecting = 0;
        OpenLife open = track.open;
        if (open != null && open.startDescribed && open.started <= time && time - open.started < LATE) {
            open.startDescribed = false;
            open.started = time;
            begun(track, time);
            return;
        }
        if (open != null) {
            end(track, open, time, Life.End.FOUND);
        }
        OpenLife last = track.last;
        if (last != null && last.startDescribed && last.end == Life.End.FOUND && time - last.started < STARTING) {
            held.remove(last); // a description told of it before its events did
            last.startDescribed = false;
            last.started = time;
            last.end = Life.End.NONE;
            track.open = last;
            track.last = null;
            track.lastEnded = last.previousEnd;
            return;
        }
        open(track, time, false);
    }

    private void open(Track track, long time, boolean described) {
        OpenLife life = new OpenLife(track.container, time);
        life.startDescribed = described;
        life.previousEnd = track.lastEnded;
        life.before = described ? track.described : null;
        holes.forEach(life::add);
        track.open = life;
        begun(track, time);
    }

    private void begun(Track track, long time) {
        if (track.last != null && time - track.last.ended <= LifeReader.SETTLING) {
            track.last.nextStart = time;
        }
        Container container = track.container;
        for (OpenLife life : held) {
            boolean sameName = life.container.name().equals(container.name())
                    && !container.name().isEmpty()
                    && !life.container.id().equals(container.id());
            life.recreated |= sameName && life.destroyed != 0;
        }
    }

    private void die(Track track, EventView event, long time) {
        OpenLife open = track.open;
        if (open == null) {
            OpenLife last = track.last;
            if (last != null && last.end == Life.End.FOUND && last.nextStart == 0) {
                held.remove(last);
                open = last; // reported all the same
            } else {
                open = new OpenLife(track.container, 0);
                open.previousEnd = track.lastEnded;
                open.before = track.described != null && track.described.isAlive() ? track.described : null;
                holes.forEach(open::add);
            }
        }
        Integer code = null;
        try {
            code = Integer.valueOf(attribute(track, event, "exitCode"));
        } catch (NumberFormatException e) {
            // The description may tell.
        }
        open.exitCode = code;
        open.add(new Happening(time, "die", code == null ? "" : code.toString()));
        end(track, open, time, Life.End.EVENT);
    }

    private void end(Track track, OpenLife life, long time, Life.End how) {
        found.remove(track);
        life.container = track.container;
        life.ended = time;
        life.end = how;
        Described after = life.after;
        if (how == Life.End.FOUND && after != null && after.state().finished() > life.started) {
            life.ended = after.state().finished();
        }
        Container image = images.get(life.container.name());
        boolean moved = image != null
                && !image.imageId().isEmpty()
                && image.image().equals(life.container.image())
                && !life.container.imageId().isEmpty();
        life.previousImage = moved && image != null ? image.imageId() : "";
        if (!life.container.name().isEmpty()) {
            images.put(life.container.name(), life.container);
        }
        track.open = null;
        track.last = life;
        track.lastEnded = life.ended;
        held.add(life);
    }

    private void destroy(Track track, long time) {
        if (track.open != null) {
            end(track, track.open, time, Life.End.FOUND);
        }
        if (track.last != null && time - track.last.ended <= LifeReader.SETTLING) {
            track.last.destroyed = time;
        }
        track.destroyed = true;
        gone.add(track.container.id());
        if (track.last == null) {
            tracks.remove(track.container.id());
        }
    }

    /** The engine connects a container to its networks before it starts it, and takes it off again if it cannot. */
    void network(String id, String action, long time) {
        Track track = tracks.get(id);
        if (track == null || track.open != null) {
            return;
        }
        if (action.equals("connect")) {
            track.connecting = time;
        } else if (action.equals("disconnect") && track.connecting != 0) {
            track.connecting = 0;
            track.failedAt = time;
            Described described = track.described;
            if (described != null && !described.state().error().isEmpty()) {
                fail(track, described, time); // for the same reason as the time before, of which it is no news
            }
        }
    }

    private void fail(Track track, Described described, long time) {
        OpenLife life = new OpenLife(track.container, 0);
        life.after = described;
        life.previousEnd = track.lastEnded;
        track.errorTold = described.state().error();
        track.failedAt = 0;
        holes.forEach(life::add);
        end(track, life, time, Life.End.NOT_STARTED);
    }

    /** Takes a description. */
    void describe(String id, byte[] payload, long received, boolean restated) {
        Described described = Described.of(Json.parse(payload), received);
        if (described == null || gone.contains(id) && !tracks.containsKey(id)) {
            return;
        }
        Track track = track(id);
        try {
            track.container = ContainerView.scanInspect(payload, label -> true);
        } catch (IOException e) {
            return;
        }
        track.described = described;
        StateView state = described.state();
        if (described.isAlive()) {
            alive(track, described);
        } else if (described.isOver() && state.finished() != 0) {
            over(track, described);
            if (track.open == null && state.finished() > track.lastEnded + SHORTLY && !restated) {
                missed(track, described);
            }
        }
        boolean news = !state.error().isEmpty() && !state.error().equals(track.errorTold);
        boolean recent = track.failedAt != 0 && received - track.failedAt < LifeReader.SETTLING;
        if (news && !described.isAlive() && track.open == null && recent && !restated) {
            fail(track, described, track.failedAt);
        }
        track.errorTold = state.error();
    }

    private void alive(Track track, Described described) {
        long started = described.state().started();
        OpenLife open = track.open;
        if (started <= track.lastEnded) {
            return; // of the life before
        }
        if (open == null) {
            open(track, started, true);
            return;
        }
        if (started > open.started) {
            end(track, open, started, Life.End.FOUND);
            open(track, started, true);
            return;
        }
        Described before = open.before;
        if (before != null && before.limit() != described.limit()) {
            open.previousLimit = before.limit();
        }
        open.container = track.container;
        open.before = described;
        open.foundAt = 0;
        found.remove(track);
        OpenLife last = track.last;
        if (last != null && last.nextStart != 0) {
            last.restartsAfter = described.state().restarts();
        }
    }

    private void over(Track track, Described described) {
        StateView state = described.state();
        OpenLife open = track.open;
        OpenLife last = track.last;
        if (open != null) {
            boolean ofThis = state.started() <= open.started
                    && state.started() > track.lastEnded - SHORTLY
                    && state.finished() > track.lastEnded;
            if (ofThis && (open.startDescribed || open.started - state.started() < LATE)) {
                open.after = described;
                open.foundAt = described.time();
                found.add(track);
            }
        } else if (last != null
                && state.finished() > last.previousEnd
                && state.finished() <= last.ended + SHORTLY
                && last.nextStart == 0) {
            if (last.end == Life.End.NOT_STARTED || !state.error().isEmpty()) {
                return; // it tells of a start that failed since
            }
            last.after = described;
            last.container = track.container;
            if (last.end == Life.End.FOUND && state.finished() > last.started) {
                held.remove(last);
                last.ended = state.finished();
                track.lastEnded = last.ended;
                held.add(last);
            }
        }
    }

    /** A whole life passed while nobody listened. */
    private void missed(Track track, Described described) {
        StateView state = described.state();
        if (begun == 0 || state.finished() < begun || state.started() == 0) {
            return;
        }
        OpenLife life = new OpenLife(track.container, state.started());
        life.after = described;
        life.startDescribed = true;
        life.previousEnd = track.lastEnded;
        holes.forEach(life::add);
        end(track, life, state.finished(), Life.End.FOUND);
    }

    /** Takes a change that no event reported. */
    void found(String id, String change, long time) {
        Track track = track(id);
        OpenLife open = track.open;
        if (change.equals("die") && open != null) {
            end(track, open, time, Life.End.FOUND);
        } else if (change.equals("destroy")) {
            destroy(track, time);
        }
    }

    void sample(String id, Sample sample) {
        Track track = tracks.get(id);
        if (track != null && track.open != null && sample.time() >= track.open.started) {
            track.open.add(sample);
        }
    }

    void add(Silence silence) {
        each(life -> life.add(silence));
    }

    /** @param id of the container of which events may be missing; empty for all */
    void miss(String id, Hole hole) {
        if (id.isEmpty()) {
            holes.add(hole);
            if (holes.size() > MAX_HOLES) {
                holes.removeFirst();
            }
        }
        each(life -> {
            if (id.isEmpty() || id.equals(life.container.id())) {
                life.add(hole);
            }
        });
    }

    private void each(Consumer<OpenLife> action) {
        for (Track track : tracks.values()) {
            if (track.open != null) {
                action.accept(track.open);
            }
        }
        held.forEach(action);
    }

    /**
     * The engine or the recorder ended. Those that were asked to end at one moment, and all of which ended just before, may
     * have ended with it; not if anybody ran on who was not asked.
     */
    void shutDown(long time, boolean ofEngine) {
        boolean anyRuns = tracks.values().stream().anyMatch(track -> track.open != null);
        List<OpenLife> over = held.stream()
                .filter(life -> life.started < time && life.shutdown == null)
                .toList();
        long[] asked = over.stream()
                .mapToLong(life -> life.has("stop") ? life.asked() : 0)
                .toArray();
        for (int i = 0; i < asked.length; i++) {
            if (asked[i] == 0) {
                continue;
            }
            int together = 0;
            long newest = 0;
            boolean spared = false;
            for (int j = 0; j < asked.length; j++) {
                OpenLife other = over.get(j);
                boolean with = asked[j] != 0 && Math.abs(asked[j] - asked[i]) <= TOGETHER;
                together += with ? 1 : 0;
                newest = with ? Math.max(newest, other.ended) : newest;
                spared |= !with && other.started < asked[i] && other.ended > asked[i] + TOGETHER;
            }
            for (Track track : tracks.values()) {
                long other = track.open == null ? 0 : track.open.asked();
                together += other != 0 && Math.abs(other - asked[i]) <= TOGETHER ? 1 : 0;
            }
            boolean complete = !anyRuns && !spared && time - newest <= SHORTLY;
            if (complete || together > 1) {
                over.get(i).shutdown = new Shutdown(time, ofEngine, complete, together);
            }
        }
    }

    /** Hands out the lives whose aftermath is known. */
    void release() {
        if (!found.isEmpty()) {
            endFound();
        }
        while (listening.isWhole() && !held.isEmpty() && held.peek().ended + LifeReader.SETTLING < now) {
            handOut(held.remove());
        }
    }

    private void endFound() {
        for (Track track : new ArrayList<>(found)) {
            OpenLife open = track.open;
            if (open != null && open.foundAt != 0 && now - open.foundAt > REPORTING) {
                end(track, open, open.foundAt, Life.End.FOUND);
            }
        }
    }

    private void handOut(OpenLife life) {
        Track track = tracks.get(life.container.id());
        if (track != null && track.last == life) {
            track.last = null;
            if (track.destroyed) {
                tracks.remove(life.container.id());
            }
        }
        life.liveRestore = life.liveRestore == null ? Boolean.valueOf(liveRestore) : life.liveRestore;
        out.accept(life.life(host, now));
    }

    /** Hands out all that are over; gives the others. */
    List<Life> end() {
        for (Track track : new ArrayList<>(found)) {
            OpenLife open = track.open;
            if (open != null) {
                end(track, open, open.foundAt, Life.End.FOUND);
            }
        }
        while (!held.isEmpty()) {
            handOut(held.remove());
        }
        List<Life> running = new ArrayList<>();
        for (Track track : tracks.values()) {
            if (track.open != null) {
                running.add(track.open.life(host, now));
            }
        }
        tracks.clear();
        holes.clear();
        return running;
    }

    private Track track(String id) {
        return tracks.computeIfAbsent(id, Track::new);
    }
}
