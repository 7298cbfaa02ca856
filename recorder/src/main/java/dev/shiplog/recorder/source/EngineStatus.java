package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.writer.Arrival;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reports whether the engine can be reached and who it is: to the writer, to the {@link ContainerTracker}, and in the
 * log. Once a connection is over, it reports nothing more about it. Thread safe.
 */
final class EngineStatus {
    private static final System.Logger LOG = System.getLogger(EngineStatus.class.getName());

    private final Clock clock;
    private final RecordQueue queue;
    private final ContainerTracker containers;

    private boolean down;
    /** When the stream ended last, ns since the epoch, or 0 if none was ever open. */
    private long endedAt;
    /** When the first try to reach the engine began, ns since the epoch. */
    private long begunAt;
    /** Why nobody listens. */
    private String reason = "the recorder was not running";

    private HostSource.@Nullable Identity identity;
    /** For any thread: one that asks must not wait for a queue that is full. */
    private volatile EngineState state = new EngineState(false, 0, "", "", "it has not answered yet", Map.of());

    /** The facts that are missing, as last reported. */
    private List<String> refusals = List.of();

    EngineStatus(Clock clock, RecordQueue queue, ContainerTracker containers) {
        this.clock = clock;
        this.queue = queue;
        this.containers = containers;
    }

    /** The first try to reach the engine begins. */
    synchronized void begin() {
        begunAt = clock.now().received();
        state = state.downSince(begunAt, state.reason());
    }

    /** The stream is open: its headers, a message or, where both are late, an answer beside it says so. */
    synchronized void open(EventConnection connection) {
        if (connection.declared || connection.over) {
            return;
        }
        connection.declared = true;
        connection.fresh = down || endedAt == 0;
        down = false;
        if (endedAt != 0) {
            state = state.reconnectedAfter(reason);
        }
        if (!state.up()) {
            state = state.upSince(clock.now().received(), connection.greeting.apiVersion());
        }
        Record now = clock.mark(new Mark.EngineUp("", "", connection.greeting.apiVersion()));
        queue.put(
                new Arrival.Connected(now, connection.fresh, connection.asked, !connection.greeting.podman(), reason));
        containers.connected();
        connection.settled.countDown();
    }

    /** Whether it can be reached now. */
    EngineState state() {
        return state;
    }

    synchronized boolean isOver(EventConnection connection) {
        return connection.over;
    }

    /**
     * The engine said who it is.
     *
     * @param facts what it said
     * @param missing a line for each fact that it did not give
     */
    synchronized void introduced(
            EventConnection connection, HostSource.Identity engine, List<Record> facts, List<String> missing) {
        if (connection.over) {
            return;
        }
        boolean news = !refusals.isEmpty();
        if (connection.fresh || identity == null || !engine.mayBe(identity)) {
            String api = connection.greeting.apiVersion();
            Record up = clock.mark(new Mark.EngineUp(engine.id(), engine.version(), api));
            queue.put(new Arrival.Introduced(up, engine.id()));
            news = true;
            LOG.log(Level.INFO, "engine {0} answers, API {1}", engine.version(), api);
        }
        if (news) {
            facts.forEach(queue::put);
        }
        identity = engine;
        state = state.ofVersion(engine.version());
        if (!missing.isEmpty() && !missing.equals(refusals)) {
            LOG.log(Level.WARNING, "facts about the host are not recorded: {0}", String.join("; ", missing));
        }
        refusals = missing;
    }

    /** The stream ended; most often it can be opened again at once. False if it never was open. */
    synchronized boolean ended(EventConnection connection, String why) {
        connection.over = true;
        connection.settled.countDown();
        if (!connection.declared) {
            return false;
        }
        long silentNanos = connection.closedByUs ? System.nanoTime() - connection.lastHeard : 0;
        Clock.Reading now = clock.now();
        endedAt = now.received() - silentNanos;
        reason = why;
        queue.put(
                new Arrival.Ended(new Record(0, Kind.MARK, "", endedAt, now.received(), now.monotonic(), new byte[0])));
        LOG.log(Level.DEBUG, "event stream: {0}", why);
        return true;
    }

    /**
     * The engine cannot be reached.
     *
     * @param question what the log asks whoever reads it to look at, or empty
     */
    synchronized void away(String why, String question) {
        if (endedAt != 0) {
            reason = why;
        }
        if (!down) {
            down = true;
            long since = endedAt == 0 ? begunAt : endedAt;
            queue.put(new Arrival.Disconnected(clock.mark(since, new Mark.EngineDown(why))));
            containers.disconnected();
            state = state.downSince(since, why);
            String asked = question.isEmpty() ? "" : " (" + question + ")";
            LOG.log(Level.WARNING, "{0}{1}; trying again until it answers", why, asked);
        }
    }
}
