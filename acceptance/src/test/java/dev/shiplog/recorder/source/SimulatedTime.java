package dev.shiplog.recorder.source;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Time that passes only when a test lets it, and what is to be done then; with a wall clock that may be set. */
public final class SimulatedTime {
    /** From {@code from} on, by the monotonic clock, the wall clock was ahead of it by {@code offset} ns. */
    public record Reign(long from, long offset) {}

    private record Task(long at, long number, Runnable what) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::number));
    private final List<Reign> reigns = new ArrayList<>();
    private long now = 1_000_000_000L;
    private long number;

    /** @param epoch what the wall clock shows at first, ns since the epoch */
    public SimulatedTime(long epoch) {
        reigns.add(new Reign(Long.MIN_VALUE, epoch - now));
    }

    /** The monotonic clock, ns. */
    public long nanos() {
        return now;
    }

    /** The wall clock, ns since the epoch. */
    public long wall() {
        return now + reigns.get(reigns.size() - 1).offset();
    }

    public List<Reign> reigns() {
        return reigns;
    }

    /** Sets the wall clock. */
    public void set(long step) {
        reigns.add(new Reign(now, reigns.get(reigns.size() - 1).offset() + step));
    }

    /** Does something later. */
    public void after(long nanos, Runnable what) {
        tasks.add(new Task(now + nanos, number++, what));
    }

    /** Lets time pass, and does what is due. */
    public void pass(long nanos) {
        long until = now + nanos;
        while (!tasks.isEmpty() && tasks.element().at() <= until) {
            Task due = tasks.remove();
            now = Math.max(now, due.at());
            due.what().run();
        }
        now = Math.max(now, until);
    }
}
