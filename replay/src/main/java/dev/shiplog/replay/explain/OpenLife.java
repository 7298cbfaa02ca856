package dev.shiplog.replay.explain;

import dev.shiplog.timeline.payload.Container;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A life that is still being learned; what it holds is bounded. Not thread safe. */
final class OpenLife {
    private static final int MAX_HAPPENINGS = 64;
    private static final int MAX_SAMPLES = 64;
    private static final int MAX_STRETCHES = 16;
    private static final int MAX_LINES = 10;
    /** On a busy host, so long after a container began does the engine tell of it. */
    private static final long TOLD_LATE = Life.SECOND / 2;

    Container container;
    long started;
    /** Whether only a description tells of the start. */
    boolean startDescribed;

    /** Whether nothing told of the start before a description that was given after the end. */
    boolean startToldLater;

    long ended;
    Life.End end = Life.End.NONE;

    @Nullable
    Integer exitCode;

    @Nullable
    Described before;

    @Nullable
    Described after;
    /** When it was first known that it has ended although no event says so; 0 if that is not known. */
    long foundAt;

    long previousEnd;
    long nextStart;
    int restartsAfter = -1;
    long destroyed;
    boolean recreated;

    @Nullable
    Shutdown shutdown;

    /** Receipt of what told of its end, ns since the epoch. */
    long endKnownAt;
    /** Whether the engine that reported its end lets containers live while it is away. */
    boolean liveRestore;

    String previousImage = "";
    long previousLimit = -1;
    int companions;

    /** The newest description of the container before this life. */
    @Nullable
    Described earlier;

    private final Deque<Happening> happenings = new ArrayDeque<>();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private final Deque<Printed> printed = new ArrayDeque<>();
    private final Deque<Hole> holes = new ArrayDeque<>();
    private final Deque<Silence> silences = new ArrayDeque<>();

    OpenLife(Container container, long started) {
        this.container = container;
        this.started = started;
    }

    void add(Happening happening) {
        add(happenings, happening, MAX_HAPPENINGS);
    }

    void add(Sample sample) {
        add(samples, sample, MAX_SAMPLES);
    }

    void add(Printed line) {
        add(printed, line, MAX_LINES);
    }

    void add(Hole hole) {
        boolean over = ended != 0 && hole.from() > ended + Life.SECOND * 5;
        if (hole.to() >= started && !over) {
            add(holes, hole, MAX_STRETCHES);
        }
    }

    void add(Silence silence) {
        if (silence.to() >= started && (ended == 0 || silence.from() <= ended + LifeReader.SETTLING)) {
            add(silences, silence, MAX_STRETCHES);
        }
    }

    private static <T> void add(Deque<T> all, T next, int most) {
        all.add(next);
        if (all.size() > most) {
            all.removeFirst();
        }
    }

    /** Whether a line of that time may be its own: the engine tells of a start when the container runs already. */
    boolean mayHavePrinted(long time) {
        return time >= started || time >= started - TOLD_LATE && time > previousEnd;
    }

    /** Whether events of it may be missing between two times. */
    boolean missed(long since, long until) {
        return holes.stream().anyMatch(hole -> hole.touches(since, until));
    }

    /** Until when what happens may belong to its end: an engine that comes back starts containers a little later. */
    long settledAt() {
        long at = ended + LifeReader.SETTLING;
        for (Silence silence : silences) {
            at = Math.max(at, silence.to() + Restart.STARTING);
        }
        return at;
    }

    /** When it was asked to end by the first of the signals that belong to its end; 0 if it was not. */
    long asked() {
        Happening asked = life("", 0).asked();
        return asked == null ? 0 : asked.time();
    }

    boolean has(String action) {
        return happenings.stream().anyMatch(happening -> happening.is(action));
    }

    /** What is known of it now. */
    Life life(String host, long knownUntil) {
        List<Happening> inOrder = new ArrayList<>(happenings);
        inOrder.sort(Comparator.comparingLong(Happening::time));
        return new Life(
                host,
                container,
                started,
                ended,
                exitCode(),
                end,
                inOrder,
                before,
                after,
                List.copyOf(samples),
                printed.stream().sorted(Comparator.comparingLong(Printed::time)).toList(),
                List.copyOf(holes),
                List.copyOf(silences),
                new Context(
                        knownUntil,
                        previousEnd,
                        nextStart,
                        restartsAfter,
                        destroyed,
                        recreated,
                        shutdown,
                        liveRestore,
                        previousImage,
                        previousLimit,
                        companions,
                        startToldLater,
                        earlier));
    }

    /** A label of the container may take the place of the event's own exit code; nothing stands in for the description's. */
    private @Nullable Integer exitCode() {
        boolean described =
                after != null && (end == Life.End.NOT_STARTED || after.state().finished() != 0);
        return described && after != null ? Integer.valueOf(after.state().exitCode()) : exitCode;
    }
}
