package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.writer.Checkpoint;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.timeline.payload.ContainerView;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the engine once a day what takes its disk, which costs it seconds, and measures the log file of each container that
 * is followed where this process sees it. When it was asked last is in the journal, so that a restart does not ask again. An
 * account that the engine does not give is a gap.
 */
public final class DiskSource implements Checkpoint, Closeable {
    /** An engine walks through all its volumes for it. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** When a recorder starts, most often its host does, too, and has other things to do. */
    private static final Duration FIRST = Duration.ofMinutes(5);

    private static final Duration EVERY = Duration.ofDays(1);
    /** How often it looks whether it is time. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** A larger account is not restated in each segment; a restart may then ask a second time in a day. */
    private static final int LARGEST_RESTATED = 256 * 1024;

    private final Engine engine;
    private final Clock clock;
    private final RecordQueue queue;
    private final Redactor redactor;
    private final Supplier<List<Record>> descriptions;
    private final BooleanSupplier engineIsUp;
    private final OpenGap gap;
    private final Duration first;
    private final Thread thread = new Thread(this::run, "shiplog-disk");

    /** Before this it is not asked, ns since the epoch; set before the thread starts. */
    private long notBefore;

    /** When the engine was asked last, whatever came of it, ns since the epoch; 0 if never. */
    private volatile long askedAt;
    /** The newest account in the journal; the writer's alone once it runs. */
    private @Nullable Record written;

    /**
     * @param descriptions the newest of each container that is followed
     * @param engineIsUp whether it makes sense to ask
     */
    public DiskSource(
            Engine engine,
            Clock clock,
            RecordQueue queue,
            Redactor redactor,
            Supplier<List<Record>> descriptions,
            BooleanSupplier engineIsUp) {
        this(engine, clock, queue, redactor, descriptions, engineIsUp, FIRST);
    }

    /** @param first so long after the start it asks for the first time, at the earliest */
    DiskSource(
            Engine engine,
            Clock clock,
            RecordQueue queue,
            Redactor redactor,
            Supplier<List<Record>> descriptions,
            BooleanSupplier engineIsUp,
            Duration first) {
        this.engine = engine;
        this.clock = clock;
        this.queue = queue;
        this.redactor = redactor;
        this.descriptions = descriptions;
        this.engineIsUp = engineIsUp;
        this.first = first;
        gap = new OpenGap(clock, queue, Kind.DISK, "accounts of the engine's disk");
        thread.setDaemon(true);
    }

    @Override
    public void restore(Record record, @Nullable Mark mark) {
        if (isAccount(record)) {
            written = clock.restate(record);
            askedAt = Math.max(askedAt, record.received());
        } else if (mark instanceof Mark.Gap missing && missing.kind().equals(Kind.DISK.label())) {
            askedAt = Math.max(askedAt, missing.to());
        }
    }

    @Override
    public void appended(Record record) {
        if (isAccount(record)) {
            written = record;
        }
    }

    @Override
    public List<Record> snapshot() {
        Record newest = written;
        return newest == null || newest.payload().length > LARGEST_RESTATED ? List.of() : List.of(newest);
    }

    private static boolean isAccount(Record record) {
        return record.kind() == Kind.DISK && record.subject().isEmpty();
    }

    public void start() {
        notBefore = clock.now().received() + first.toNanos();
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                long due = Math.max(notBefore, askedAt == 0 ? 0 : askedAt + EVERY.toNanos());
                // Looks often: a clock may be set, and a host may sleep.
                while (clock.now().received() < due || !engineIsUp.getAsBoolean()) {
                    TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
                }
                askedAt = clock.now().received();
                askEngine();
                measureLogs();
            }
        } catch (InterruptedException e) {
            gap.state(); // we stop
        }
    }

    private void askEngine() {
        try {
            byte[] account = redactor.redact("", engine.get("/system/df", PATIENCE));
            queue.put(clock.stamp(Kind.DISK, "", 0, account));
            gap.ended();
        } catch (IOException e) {
            boolean refused = e instanceof EngineStatusException answer && answer.status() == 403;
            gap.missing(e.getMessage() + (refused ? "; allow GET /system/df" : ""));
        }
    }

    private void measureLogs() {
        for (Record description : descriptions.get()) {
            LogFile log = LogFile.at(ContainerView.logPath(description.payload()));
            if (log != null) {
                queue.put(clock.stamp(Kind.DISK, description.subject(), 0, log.toJson()));
            }
        }
    }

    /** Idempotent. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
