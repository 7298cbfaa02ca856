package dev.shiplog.timeline;

import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.EventView;
import dev.shiplog.timeline.payload.ProcessView;
import dev.shiplog.timeline.payload.StateView;
import org.jspecify.annotations.Nullable;

/**
 * One container, as the records up to some moment tell: a fold of its events and descriptions. Times are ns since the
 * epoch, 0 for one that is not known.
 *
 * <p>Events and descriptions are recorded in the order of their receipt, but a description may be of a moment before the
 * event that was received before it. Both have the engine's clock. So a description counts for the state only if it is of
 * the life that the events have reached; what it says of how the container was made always counts. Whether it is paused,
 * how healthy it is and what it is called have no time in a description: there events count, unless some are missing. After
 * such a gap the newest description counts, for all that no event has told since. Not thread safe.
 */
public final class ContainerState implements Cloneable {
    /** What a container does. */
    public enum Status {
        /** Nothing tells. */
        UNKNOWN,
        CREATED,
        RUNNING,
        PAUSED,
        /** It ended, and waits for its restart policy. */
        RESTARTING,
        EXITED,
        REMOVING,
        /** The engine failed to remove it. */
        DEAD,
        REMOVED
    }

    /** The engine says what happened so much later than it happened. */
    private static final long SECOND = 1_000_000_000L;

    private Container container;
    private Status status = Status.UNKNOWN;
    private long created;
    private long started;
    private long finished;
    private long removed;
    private int exitCode;
    private boolean exitCodeKnown;
    private boolean oomKilled;
    private String health = "";
    private String error = "";
    private int restarts;
    private boolean listed;
    private byte[] description = {};
    /** The newest description; null if there is none. */
    private @Nullable Container newestWhose;

    private @Nullable StateView newestState;

    private long described;
    private long changed;

    /** What the newest description says of the state; null if nothing. */
    private @Nullable Status describedStatus;

    /** What events told since {@link #missed}: descriptions may be older. */
    private boolean nameTold;

    private boolean statusTold;
    private boolean healthTold;
    private boolean oomTold;

    /** When the last life that events tell of ended, and the one before the last start. */
    private long died;

    private long diedBefore;

    /** The break in listening after which it was made or last described; 0 if none. */
    private int toldAfter;

    ContainerState(String id) {
        container = Container.unknown(id);
    }

    void name(Container named) {
        container = named;
    }

    /** Takes an event of it, at {@code time}. */
    void apply(EventView event, long time) {
        container = container.after(event);
        nameTold = true;
        String action = event.action();
        changed = changesDescription(action) ? time : changed;
        statusTold |= changesStatus(action);
        switch (action) {
            case "create" -> {
                status = Status.CREATED;
                created = time;
                listed = false;
            }
            case "start" -> start(time);
            case "die" -> die(event, time);
            case "stop" -> status = status == Status.RESTARTING ? Status.EXITED : status; // it had died before
            case "pause" -> status = Status.PAUSED;
            case "unpause" -> status = Status.RUNNING;
            case "oom" -> {
                oomKilled = true;
                oomTold = true;
            }
            case "destroy", "remove" -> remove(time);
            default -> {
                if (action.startsWith("health_status: ")) {
                    health = action.substring("health_status: ".length());
                    healthTold = true;
                }
            }
        }
    }

    private static boolean changesStatus(String action) {
        return switch (action) {
            case "create", "start", "die", "pause", "unpause" -> true;
            default -> false;
        };
    }

    private static boolean changesDescription(String action) {
        return changesStatus(action)
                || switch (action) {
                    case "rename", "update", "oom" -> true;
                    default -> action.startsWith("health_status: ");
                };
    }

    /** All that happened up to the break in listening with this number is known of it. */
    void told(int breaks) {
        toldAfter = breaks;
    }

    int toldAfter() {
        return toldAfter;
    }

    /** Events of it may be missing before the next record: what they told before says nothing of what comes. */
    void missed() {
        nameTold = false;
        statusTold = false;
        healthTold = false;
        oomTold = false;
        died = 0;
        diedBefore = 0;
    }

    /** Events of it are missing: the newest description counts, also if the recorder saw no other one since. */
    void fallBack() {
        Container whose = newestWhose;
        if (whose != null) {
            take(whose, newestState);
        }
    }

    private void start(long time) {
        boolean isDescribed = isAlive() && started > died && time >= started && time - started < SECOND;
        status = Status.RUNNING;
        died = died == 0 ? time - SECOND : died; // no earlier life that is not known
        diedBefore = died;
        started = isDescribed ? started : time; // a description is more exact
        oomKilled = false;
        oomTold = true;
        health = health.isEmpty() ? "" : "starting";
        error = "";
        listed = false;
    }

    private void die(EventView event, long time) {
        status = Status.EXITED;
        died = time;
        finished = time;
        listed = false;
        try {
            exitCode = Integer.parseInt(event.attribute("exitCode"));
            exitCodeKnown = true;
        } catch (NumberFormatException e) {
            exitCodeKnown = false;
        }
    }

    /** Takes a change that no event reported. A description that came first says more, and is kept. */
    void found(String change, long time) {
        listed = true;
        changed = time;
        switch (change) {
            case "start" -> status = isAlive() ? status : Status.RUNNING;
            case "die" -> end(time);
            case "create" -> status = status == Status.UNKNOWN ? Status.CREATED : status;
            case "destroy" -> remove(time);
            default -> {}
        }
    }

    private void remove(long time) {
        exitCodeKnown &= !isAlive(); // else it is the code of an earlier end
        status = Status.REMOVED;
        removed = time;
    }

    private void end(long time) {
        if (isAlive() || status == Status.UNKNOWN) {
            status = Status.EXITED;
            died = time;
            exitCodeKnown = false;
        }
    }

    /**
     * Takes a description.
     *
     * @param whose who it is by this description
     * @param state what it says of the state; null if nothing
     * @param time when the engine gave it
     */
    void describe(Container whose, @Nullable StateView state, byte[] newDescription, long time) {
        description = newDescription;
        described = time;
        describedStatus = state == null ? null : status(state.status());
        newestWhose = whose;
        newestState = state;
        take(whose, state);
    }

    private void take(Container whose, @Nullable StateView state) {
        container = nameTold ? whose.withStateOf(container) : whose;
        if (state == null || status == Status.REMOVED) {
            return;
        }
        created = state.created() == 0 ? created : state.created();
        restarts = state.restarts();
        Status word = status(state.status());
        if (isOfThisLife(state, word)) {
            become(state, word);
        }
    }

    private boolean isOfThisLife(StateView state, Status word) {
        boolean ended = status == Status.EXITED || status == Status.RESTARTING;
        return switch (word) {
            case RUNNING, PAUSED -> died == 0 || state.started() > died;
            case CREATED -> started == 0 && (!statusTold || status == Status.CREATED);
            case EXITED, RESTARTING, DEAD, REMOVING, UNKNOWN ->
                died == 0
                        || state.started() > (ended ? diedBefore : died)
                                && (!statusTold || !ended || state.finished() > died - SECOND);
            case REMOVED -> false;
        };
    }

    private void become(StateView state, Status word) {
        boolean aliveBoth = isAlive() && isAlive(word);
        if (!statusTold && state.finished() != 0) {
            boolean alive = isAlive(word);
            died = alive
                    ? Math.min(state.finished(), state.started() - 1)
                    : state.finished(); // the clock may be set back
            diedBefore = alive ? died : diedBefore;
        }
        status = statusTold && aliveBoth ? status : word;
        started = state.started() == 0 ? started : state.started();
        finished = state.finished() == 0 ? finished : state.finished();
        oomKilled = state.oomKilled() || oomTold && oomKilled;
        health = healthTold ? health : state.health();
        error = state.error();
        if (state.finished() != 0 && !isAlive(word)) {
            exitCode = state.exitCode();
            exitCodeKnown = true;
        }
    }

    /** Takes a description that came later, and tells of now: the state is known already, so that only its bytes count. */
    void describeNow(StateView state, byte[] newDescription, long time) {
        boolean wanted = description.length == 0 || isChangedSinceDescribed();
        if (wanted && status(state.status()) == status) {
            description = newDescription;
            described = time;
            describedStatus = status;
        }
    }

    private static Status status(String word) {
        return switch (word) {
            case "created" -> Status.CREATED;
            case "running" -> Status.RUNNING;
            case "paused" -> Status.PAUSED;
            case "restarting" -> Status.RESTARTING;
            case "removing" -> Status.REMOVING;
            case "exited" -> Status.EXITED;
            case "dead" -> Status.DEAD;
            default -> Status.UNKNOWN;
        };
    }

    /** The same state, which goes its own way from here on. */
    public ContainerState copy() {
        try {
            return (ContainerState) clone(); // all that it refers to is never changed
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    /** Who it is. */
    public Container container() {
        return container;
    }

    public Status status() {
        return status;
    }

    /** Whether its process exists: also while it is paused. */
    public boolean isAlive() {
        return isAlive(status);
    }

    private static boolean isAlive(Status status) {
        return status == Status.RUNNING || status == Status.PAUSED;
    }

    public long created() {
        return created;
    }

    /** When its process was last started. */
    public long started() {
        return started;
    }

    /** When its process last ended; may be before it was {@link #started}. */
    public long finished() {
        return finished;
    }

    public long removed() {
        return removed;
    }

    /** The code that its process last ended with; null if that is not known, or it never ended. */
    public @Nullable Integer exitCode() {
        return exitCodeKnown ? exitCode : null;
    }

    /** Whether it, or a child of it, was killed for lack of memory since it was started. */
    public boolean oomKilled() {
        return oomKilled;
    }

    /** {@code starting}, {@code healthy} or {@code unhealthy}; empty if it has no check. */
    public String health() {
        return health;
    }

    /** Why the engine could not start it; empty if it could. */
    public String error() {
        return error;
    }

    /** How often its restart policy started it, by its newest description. */
    public int restarts() {
        return restarts;
    }

    /** Whether no event reported its last change: it was found in a list, after nobody had listened. */
    public boolean isListed() {
        return listed;
    }

    /** Its first process, by its newest description, which may be of an earlier life. */
    public ProcessView process() {
        StateView newest = newestState;
        return newest == null ? ProcessView.NONE : newest.process();
    }

    /** What the engine last answered to an inspect, as recorded; empty if nothing was. Not to be changed. */
    public byte[] description() {
        return description;
    }

    /** Drops the description, which is most of what it takes in memory. */
    public void forgetDescription() {
        description = new byte[0];
    }

    /** When the engine gave the {@link #description}; 0 if there is none. */
    public long described() {
        return described;
    }

    /** When an event, or a list after nobody had listened, last told of a change that a description shows; 0 if none did. */
    public long changed() {
        return changed;
    }

    /** Whether the {@link #description} is older than the state: something changed since, as far as is known. */
    public boolean isChangedSinceDescribed() {
        return description.length > 0 && (changed > described || describedStatus != null && describedStatus != status);
    }
}
