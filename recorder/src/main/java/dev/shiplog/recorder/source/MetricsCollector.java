package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.MetricsPage;
import dev.shiplog.recorder.writer.Arrival;
import dev.shiplog.recorder.writer.Checkpoint;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.EngineMetricsView;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Records the engine's own Prometheus page from when the engine says so up to when it says that it is enough, as it tells its
 * plugins. In between, and from one run to the next, there is a gap. A page that cannot be read is a gap, too, and is asked
 * for again soon: the engine may be starting. It asks nothing of the engine's API.
 *
 * <p>An engine whose plugins outlive it ({@code live-restore}) makes its socket anew when it starts, and the one that was
 * mounted into its plugin is dead for ever. Only another start of the plugin helps, which the engine makes if this one ends.
 */
public final class MetricsCollector implements Closeable, Checkpoint {
    private static final System.Logger LOG = System.getLogger(MetricsCollector.class.getName());

    /** Until a page is asked for again that could not be read. */
    private static final Duration AGAIN = Duration.ofSeconds(2);
    /** How long the engine waits to be told whether a page could be read: it does nothing else meanwhile. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** More such tries in a row, after the engine has started and asked for pages, and its socket is dead. */
    private static final int DEAD = 2;

    private static final String NOT_STARTED = "the engine has not asked for its metrics to be collected";
    private static final String STOPPED = "the engine asked to stop collecting its metrics";
    private static final String NOT_RUNNING = "the recorder was not running";

    private final MetricsPage page;
    private final Clock clock;
    private final RecordQueue queue;
    private final OpenGap gap;
    private final long everyNanos;
    private final Runnable dead;
    private final Thread thread = new Thread(this::run, "shiplog-engine-metrics");

    /** Up to when the runs before have pages or state that there is none, and when their newest record was received. */
    private long restoredTo;

    private long newest;

    // For the lock: what the engine wants.
    private boolean wanted;
    private boolean news;
    private String unwanted = NOT_STARTED;
    /** Whether the engine asked for pages since the last one that was read. */
    private boolean askedAnew;
    /** How the newest try went, empty if well; null if there was none since the engine asked. */
    private @Nullable String outcome;

    // For the thread that reads.
    private boolean downStated;
    /** Whether this run has read a page. */
    private boolean hasRead;
    /** Failed tries in a row since the engine asked anew. */
    private int failures;
    /** Whether nobody has stated yet what is missing since the run before. */
    private boolean sinceRunBefore;
    /** Why nothing is read, as last told. */
    private String told = "";

    private volatile EngineState state = new EngineState(false, 0, "", "", NOT_STARTED, Map.of());

    /**
     * @param every so often the page is read
     * @param dead is run, once, when the socket that was mounted is dead, and only another start of this plugin helps
     */
    public MetricsCollector(MetricsPage page, Clock clock, RecordQueue queue, Duration every, Runnable dead) {
        this.page = page;
        this.clock = clock;
        this.queue = queue;
        this.gap = new OpenGap(clock, queue, Kind.ENGINE_METRICS, "the engine's metrics");
        this.everyNanos = every.toNanos();
        this.dead = dead;
        thread.setDaemon(true);
    }

    @Override
    public void restore(Record record, @Nullable Mark mark) {
        newest = Math.max(newest, record.received());
        if (record.kind() == Kind.ENGINE_METRICS) {
            restoredTo = Math.max(restoredTo, record.received());
        } else if (mark instanceof Mark.Gap stated && stated.kind().equals(Kind.ENGINE_METRICS.label())) {
            restoredTo = Math.max(restoredTo, stated.to());
        }
    }

    /** Waits for the engine's word; what is missing since the run before becomes a gap. */
    public void begin() {
        if (newest != 0) {
            gap.pause(restoredTo == 0 ? newest : restoredTo, NOT_RUNNING);
            sinceRunBefore = true;
        }
        state = state.downSince(clock.now().received(), NOT_STARTED);
        thread.start();
    }

    /** The engine wants its metrics collected. Gives what is wrong with its page, or an empty text. */
    public String startMetrics() {
        long until = System.nanoTime() + PATIENCE.toNanos();
        try {
            synchronized (this) {
                wanted = true;
                askedAnew = true;
                news = true;
                outcome = null;
                notifyAll();
                for (long left = PATIENCE.toNanos(); outcome == null && left > 0; left = until - System.nanoTime()) {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                }
                return outcome == null ? "" : outcome;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "this plugin is ending";
        }
    }

    /** It wants that no longer: most often it is about to end. */
    public synchronized String stopMetrics() {
        wanted = false;
        unwanted = STOPPED;
        news = true;
        notifyAll();
        return "";
    }

    /** Whether pages are read now. */
    public EngineState engine() {
        return state;
    }

    private void run() {
        boolean well = true;
        try {
            while (true) {
                if (await(well ? everyNanos : Math.min(everyNanos, AGAIN.toNanos()))) {
                    well = read();
                } else {
                    rest();
                }
            }
        } catch (InterruptedException e) {
            gap.state(); // we stop
        }
    }

    /** Waits until it is time for a page, or the engine says something new; false if it wants nothing. */
    private synchronized boolean await(long patienceNanos) throws InterruptedException {
        long until = System.nanoTime() + patienceNanos;
        for (long left = patienceNanos; !news && left > 0; left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        news = false;
        return wanted;
    }

    private boolean read() {
        try {
            byte[] bytes = page.get();
            EngineMetricsSource.view(bytes);
            gap.ended();
            up(bytes);
            queue.put(clock.stamp(Kind.ENGINE_METRICS, "", 0, bytes));
            hasRead = true;
            failures = 0;
            tried("");
            return true;
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            if (tried(why)) {
                failed(why);
            }
            return false;
        }
    }

    /** False if the engine stopped it meanwhile, so that failing is what was to be expected. */
    private synchronized boolean tried(String why) {
        askedAnew &= !why.isEmpty();
        outcome = why;
        notifyAll();
        return wanted;
    }

    private synchronized boolean isAskedAnew() {
        return askedAnew;
    }

    /** The engine wants nothing now, which is no error. */
    private void rest() {
        String why;
        synchronized (this) {
            why = unwanted;
        }
        if (!told.equals(why)) {
            told = why;
            LOG.log(Level.INFO, why);
        }
        stateRunBefore();
        down(why);
        gap.pause(gap.coveredTo(), why);
        gap.missing(why);
    }

    private void failed(String why) {
        stateRunBefore();
        down(why);
        gap.missing(why);
        failures = isAskedAnew() ? failures + 1 : 0;
        if (hasRead && failures >= DEAD) {
            hasRead = false;
            dead.run();
        }
    }

    private void stateRunBefore() {
        if (sinceRunBefore) {
            gap.state();
            sinceRunBefore = false;
        }
    }

    private void up(byte[] bytes) {
        sinceRunBefore = false;
        told = "";
        String version = state.version();
        boolean introduces = version.isEmpty();
        if (!state.up() || introduces) {
            version = EngineMetricsView.info(bytes, "version"); // which an engine that just began does not know yet
        }
        if (!state.up() || introduces && !version.isEmpty()) {
            String id = EngineMetricsView.info(bytes, "daemon_id");
            queue.put(new Arrival.Introduced(clock.mark(new Mark.EngineUp(id, version, "")), id));
            String who = version.isEmpty() ? "an engine that is just starting" : "engine " + version;
            LOG.log(Level.INFO, "{0}: its metrics are collected", who);
        }
        if (!state.up()) {
            state = downStated ? state.reconnectedAfter(state.reason()) : state;
            state = state.upSince(clock.now().received(), "");
            downStated = false;
        }
        state = state.ofVersion(version);
    }

    private void down(String why) {
        long since = state.up() ? gap.coveredTo() : state.since();
        state = state.downSince(since, why);
        if (!downStated) {
            downStated = true;
            queue.put(clock.mark(since, new Mark.EngineDown(why)));
        }
    }

    /** Idempotent. */
    @Override
    public void close() {
        page.close();
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
