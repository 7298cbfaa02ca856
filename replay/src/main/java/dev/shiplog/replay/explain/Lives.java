package dev.shiplog.replay.explain;

import dev.shiplog.timeline.payload.Container;
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
import org.jspecify.annotations.Nullable;

/**
 * The lives of the containers of a host: those that go on, and those that are over and whose aftermath is not known yet.
 * Not thread safe.
 */
final class Lives {
    /** For so long an end that a description shows may still be reported by an event. */
    private static final long REPORTING = 10 * Life.SECOND;

    /** An engine that is back says so soon what it is, and what it reported is recorded just before that. */
    private static final long SHORTLY = 5 * Life.SECOND;

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

    /** The engine says whether it lets its containers live while it is away; of what it reported just before, too. */
    void liveRestore(boolean does) {
        liveRestore = does;
        for (OpenLife life : held) {
            life.liveRestore = now - life.endKnownAt < SHORTLY ? does : life.liveRestore;
        }
    }

    /** A life that is to be learned; {@code started} is 0 if that is not known. */
    OpenLife fresh(Track track, long started) {
        OpenLife life = new OpenLife(track.container, started);
        life.previousEnd = track.lastEnded;
        life.earlier = track.described;
        holes.forEach(life::add);
        return life;
    }

    /** @param described whether only its description tells of the start */
    void open(Track track, long time, boolean described) {
        OpenLife life = fresh(track, time);
        life.startDescribed = described;
        life.before = described ? track.described : null;
        track.unclaimed.clear();
        track.open = life;
        begun(track, time);
    }

    /** The container runs since {@code time}: what that says of the life before, and of others. */
    void begun(Track track, long time) {
        if (track.last != null && time <= track.last.settledAt()) {
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

    void end(Track track, OpenLife life, long time, Life.End how) {
        found.remove(track);
        life.container = track.container;
        life.ended = time;
        life.end = how;
        life.endKnownAt = now;
        life.liveRestore = liveRestore;
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

    /** Hands out the lives whose aftermath is known. */
    void release() {
        if (!found.isEmpty()) {
            endFound();
        }
        while (listening.isWhole() && !held.isEmpty() && isSettled(held.peek())) {
            handOut(held.remove());
        }
    }

    /** An end that was reported late is described just after that. */
    private boolean isSettled(OpenLife life) {
        return life.settledAt() < now && life.endKnownAt + REPORTING < now;
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
        life.companions = companions(life);
        out.accept(life.life(host, now));
    }

    private int companions(OpenLife life) {
        String project = life.container.labels().getOrDefault(Explanation.PROJECT, "");
        int count = 0;
        for (Track track : project.isEmpty() ? List.<Track>of() : tracks.values()) {
            boolean ranOn = track.open != null && track.open.started < life.ended;
            boolean isOther = !track.container.id().equals(life.container.id());
            count += ranOn && isOther && project.equals(track.container.labels().get(Explanation.PROJECT)) ? 1 : 0;
        }
        return count;
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

    /** The containers without a life. */
    List<LifeReader.Idle> idle() {
        List<LifeReader.Idle> idle = new ArrayList<>();
        for (Track track : tracks.values()) {
            Described described = track.described;
            if (track.open == null && track.lastEnded == 0 && described != null) {
                boolean neverStarted = described.state().status().equals("created");
                idle.add(new LifeReader.Idle(
                        track.container, neverStarted, described.state().finished()));
            }
        }
        return idle;
    }

    Track track(String id) {
        return tracks.computeIfAbsent(id, Track::new);
    }

    /** The container with this id; null if nothing is known of it. */
    @Nullable
    Track known(String id) {
        return tracks.get(id);
    }

    /** Takes a life back that was over: it is still being learned, and so when it ended. */
    void takeBack(OpenLife life) {
        held.remove(life);
    }

    /** The container seems to have ended, although no event says so; or does not any more. */
    void suspect(Track track, boolean ended) {
        if (ended) {
            found.add(track);
        } else {
            found.remove(track);
        }
    }

    /** The container is gone. */
    void remove(Track track) {
        track.destroyed = true;
        gone.add(track.container.id());
        if (track.last == null) {
            tracks.remove(track.container.id());
        }
    }

    /** Whether what is said of this container was asked before it went. */
    boolean isGone(String id) {
        return gone.contains(id) && !tracks.containsKey(id);
    }

    /** Receipt of the first record, ns since the epoch; 0 before there is one. */
    long begun() {
        return begun;
    }

    /** As {@link Shutdown#note}. */
    void shutDown(long time, boolean ofEngine) {
        List<OpenLife> running = new ArrayList<>();
        for (Track track : tracks.values()) {
            if (track.open != null) {
                running.add(track.open);
            }
        }
        Shutdown.note(time, ofEngine, held, running);
    }
}
