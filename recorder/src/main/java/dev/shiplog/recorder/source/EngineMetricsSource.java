package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.recorder.engine.MetricsPage;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.recorder.writer.Tally;
import dev.shiplog.timeline.payload.EngineMetricsView;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Records the engine's own Prometheus page every so often, at a quiet moment if there is one, and has {@link
 * EventCountCheck} compare what the engine counted with what was heard. A page that cannot be read is a gap.
 */
public final class EngineMetricsSource implements Closeable {
    /** How long a page may be late for the sake of a quiet moment. */
    private static final Duration LATEST = Duration.ofSeconds(15);

    private static final long LOOK_MILLIS = 100;

    private final MetricsPage page;
    private final Clock clock;
    private final RecordQueue queue;
    private final Tally tally;
    private final EventCountCheck check;
    private final OpenGap gap;
    private final long everyNanos;
    private final Thread thread = new Thread(this::run, "shiplog-engine-metrics");

    /** @param every so often the page is read */
    public EngineMetricsSource(
            MetricsPage page,
            Clock clock,
            RecordQueue queue,
            Tally tally,
            Supplier<EngineState> engine,
            Duration every) {
        this.page = page;
        this.clock = clock;
        this.queue = queue;
        this.tally = tally;
        this.check = new EventCountCheck(clock, queue, tally, engine);
        this.gap = new OpenGap(clock, queue, Kind.ENGINE_METRICS, "the engine's metrics");
        this.everyNanos = every.toNanos();
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        long due = System.nanoTime();
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                boolean quiet = awaitQuiet(Math.min(LATEST.toNanos(), everyNanos / 2));
                record(quiet);
                due += everyNanos * Math.max(1, Math.floorDiv(System.nanoTime() - due, everyNanos) + 1);
            }
        } catch (InterruptedException e) {
            gap.state(); // we stop
        }
    }

    /** @throws IOException if this is no engine's page */
    static EngineMetricsView view(byte[] page) throws IOException {
        EngineMetricsView view = EngineMetricsView.scan(page);
        if (!view.ofEngine()) {
            throw new IOException("the page has no metric of an engine; does something else answer in its place?");
        }
        return view;
    }

    private boolean awaitQuiet(long patienceNanos) throws InterruptedException {
        long until = System.nanoTime() + patienceNanos;
        while (!check.isQuiet()) {
            if (System.nanoTime() >= until) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return true;
    }

    private void record(boolean quiet) throws InterruptedException {
        long heard = tally.events().distinct();
        EngineMetricsView view;
        try {
            byte[] bytes = page.get();
            view = view(bytes);
            queue.put(clock.stamp(Kind.ENGINE_METRICS, "", 0, bytes));
            gap.ended();
        } catch (IOException e) {
            gap.missing(String.valueOf(e.getMessage()));
            return;
        }
        if (quiet) {
            Tally.Events before = tally.events();
            TimeUnit.NANOSECONDS.sleep(EventCountCheck.QUIET.toNanos());
            if (before.distinct() == heard && tally.events().equals(before) && check.isQuiet()) {
                check.compare(view, heard);
            }
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
