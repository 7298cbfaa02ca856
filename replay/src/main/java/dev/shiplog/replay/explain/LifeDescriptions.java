package dev.shiplog.replay.explain;

import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.ContainerView;
import dev.shiplog.timeline.payload.StateView;
import java.io.IOException;

/**
 * What descriptions tell of lives: of a start and of an end that no event reported, of a start that failed, and of what
 * events do not say. Not thread safe.
 */
final class LifeDescriptions {
    private static final long SHORTLY = 5 * Life.SECOND;
    /** A description tells the start of a process exactly, an event a little later. */
    private static final long LATE = 60 * Life.SECOND;

    private final Lives lives;

    LifeDescriptions(Lives lives) {
        this.lives = lives;
    }

    /** Takes a description. */
    void describe(String id, byte[] payload, long received, boolean restated) {
        Described described = Described.of(Json.parse(payload), received);
        if (described == null || lives.isGone(id)) {
            return;
        }
        Track track = lives.track(id);
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
            lives.open(track, started, true);
            return;
        }
        if (started > open.started) {
            lives.end(track, open, started, Life.End.FOUND);
            lives.open(track, started, true);
            return;
        }
        Described before = open.before;
        if (before != null && before.limit() != described.limit()) {
            open.previousLimit = before.limit();
        }
        open.container = track.container;
        open.before = described;
        open.foundAt = 0;
        lives.suspect(track, false);
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
                lives.suspect(track, true);
            }
        } else if (last != null
                && state.finished() > last.previousEnd
                && state.finished() <= last.ended + SHORTLY
                && last.nextStart == 0) {
            if (last.end == Life.End.NOT_STARTED || !state.error().isEmpty()) {
                return; // it tells of a start that failed since
            }
            last.after = described;
            String name = last.container.name(); // it may have been renamed since
            last.container = name.isEmpty() ? track.container : track.container.named(name);
            boolean covers = state.started() < last.ended && state.finished() > last.ended - SHORTLY;
            if (last.started == 0 && covers && state.started() > last.previousEnd) {
                last.started = state.started();
                last.startToldLater = true;
            }
            if (last.end == Life.End.FOUND && state.finished() > last.started) {
                lives.takeBack(last);
                lives.end(track, last, state.finished(), Life.End.FOUND);
            }
        }
    }

    /** A whole life passed while nobody listened. */
    private void missed(Track track, Described described) {
        StateView state = described.state();
        if (lives.begun() == 0 || state.finished() < lives.begun() || state.started() == 0) {
            return;
        }
        OpenLife life = lives.fresh(track, state.started());
        life.after = described;
        life.startDescribed = true;
        lives.end(track, life, state.finished(), Life.End.FOUND);
    }
    /** The engine connects a container to its networks before it starts it, and takes it off again if it cannot. */
    void network(String id, String action, long time) {
        Track track = lives.known(id);
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
        OpenLife life = lives.fresh(track, 0);
        life.after = described;
        track.errorTold = described.state().error();
        track.failedAt = 0;
        lives.end(track, life, time, Life.End.NOT_STARTED);
    }
}
