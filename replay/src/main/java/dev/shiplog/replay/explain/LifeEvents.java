package dev.shiplog.replay.explain;

import dev.shiplog.timeline.payload.EventView;

/** What events tell of lives. Not thread safe. */
final class LifeEvents {
    /** An event tells of a start some time after it. */
    private static final long LATE = 60 * Life.SECOND;

    /** It tells of the start of a life that a description told of before no later than this; a restart comes later. */
    private static final long STARTING = Life.SECOND;

    private static final int MAX_UNCLAIMED = 16;

    private final Lives lives;

    LifeEvents(Lives lives) {
        this.lives = lives;
    }

    /** Takes an event of a container. */
    void happen(String id, EventView event, long time) {
        Track track = lives.track(id);
        String named = track.container.name();
        track.container = track.container.after(event);
        switch (event.action()) {
            case "start" -> start(track, time);
            case "die" -> die(track, event, time);
            case "destroy", "remove" -> destroy(track, time);
            case "kill" -> add(track, new Happening(time, "kill", attribute(track, event, "signal")));
            case "stop", "restart", "oom", "update", "pause", "unpause" ->
                add(track, new Happening(time, event.action(), ""));
            case "rename" -> add(track, new Happening(time, "rename", named));
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
        } else if (happening.is("kill") || happening.is("oom")) {
            track.unclaimed.add(happening); // it runs since before the first record
            if (track.unclaimed.size() > MAX_UNCLAIMED) {
                track.unclaimed.removeFirst();
            }
        }
    }

    private void start(Track track, long time) {
        track.connecting = 0;
        OpenLife open = track.open;
        if (open != null && open.startDescribed && open.started <= time && time - open.started < LATE) {
            open.startDescribed = false;
            open.started = time;
            lives.begun(track, time);
            return;
        }
        if (open != null) {
            lives.end(track, open, time, Life.End.FOUND);
        }
        OpenLife last = track.last;
        if (last != null && last.startDescribed && last.end == Life.End.FOUND && time - last.started < STARTING) {
            lives.takeBack(last); // a description told of it before its events did
            last.startDescribed = false;
            last.started = time;
            last.end = Life.End.NONE;
            track.open = last;
            track.last = null;
            track.lastEnded = last.previousEnd;
            return;
        }
        lives.open(track, time, false);
    }

    private void die(Track track, EventView event, long time) {
        OpenLife open = track.open;
        if (open == null) {
            OpenLife last = track.last;
            if (last != null && last.end == Life.End.FOUND && last.nextStart == 0) {
                lives.takeBack(last);
                open = last; // reported all the same
            } else {
                open = lives.fresh(track, 0);
                open.before = track.described != null && track.described.isAlive() ? track.described : null;
                track.unclaimed.forEach(open::add);
                track.unclaimed.clear();
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
        lives.end(track, open, time, Life.End.EVENT);
    }

    private void destroy(Track track, long time) {
        if (track.open != null) {
            lives.end(track, track.open, time, Life.End.FOUND);
        }
        if (track.last != null && time - track.last.ended <= LifeReader.SETTLING) {
            track.last.destroyed = time;
        }
        lives.remove(track);
    }

    void sample(String id, Sample sample) {
        Track track = lives.known(id);
        if (track != null && track.open != null && sample.time() >= track.open.started) {
            track.open.add(sample);
        }
    }

    /** Takes a line of a log, which may come after the end that it tells of. */
    void print(String id, Printed line) {
        Track track = lives.known(id);
        if (track == null) {
            return;
        }
        OpenLife last = track.last;
        if (track.open != null && track.open.mayHavePrinted(line.time())) {
            track.open.add(line);
        } else if (last != null && last.mayHavePrinted(line.time()) && line.time() <= last.ended + Life.SECOND) {
            last.add(line);
        }
    }

    /** Takes a change that no event reported. */
    void found(String id, String change, long time) {
        Track track = lives.track(id);
        OpenLife open = track.open;
        if (change.equals("die") && open != null) {
            lives.end(track, open, time, Life.End.FOUND);
        } else if (change.equals("destroy")) {
            destroy(track, time);
        }
    }
}
