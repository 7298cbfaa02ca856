package dev.shiplog.timeline.metric;

import dev.shiplog.timeline.payload.EventView;

/** What the events of one container count, from 0 at the first that is read. Not thread safe. */
public final class Life {
    private long oomEvents;
    private long restarts;
    private long started;
    private boolean ended;

    /** Takes its next event. */
    public void apply(EventView event) {
        switch (event.action()) {
            case "oom" -> oomEvents++;
            case "die" -> ended = true;
            case "start" -> {
                restarts += ended ? 1 : 0;
                ended = false;
                startedAt(event.time());
            }
            default -> {}
        }
    }

    /** Learns from a description or an event when it was started, in ns since the epoch. The newest counts. */
    public void startedAt(long time) {
        started = Math.max(started, time);
    }

    /** How often the kernel killed a process of it for lack of memory. */
    public long oomEvents() {
        return oomEvents;
    }

    /** How often it was started after it had ended, by whomever. */
    public long restarts() {
        return restarts;
    }

    /** When it was last started, ns since the epoch; 0 if that is not known. */
    public long started() {
        return started;
    }
}
