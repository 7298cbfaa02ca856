package dev.shiplog.recorder.source;

import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.Message;
import dev.shiplog.recorder.engine.MessageStream;
import dev.shiplog.recorder.engine.Watchdog;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads the engine's stream of one container's samples, a frame a second, on a thread of its own. */
final class StreamedSampling extends Sampling implements Runnable {
    /** The engine samples all containers one after the other, then sleeps a second; Podman sleeps five. */
    private static final Duration SILENCE = Duration.ofSeconds(30);
    /** Within this the stream of a stopped container brings its first empty frame. */
    private static final Duration LAST_FRAMES = Duration.ofSeconds(3);

    private static final long RETRY_MILLIS = 500;
    private static final long LONGEST_RETRY_MILLIS = 30_000;
    /** A stream that lived so long worked, so the next try comes soon. */
    private static final long WORKED_NANOS = Duration.ofSeconds(5).toNanos();

    private final Engine engine;
    private final Watchdog watchdog;
    private final Runnable ended;
    private @Nullable MessageStream open;

    /** @param ended runs when the thread ends */
    StreamedSampling(
            String id,
            boolean certain,
            Clock clock,
            RecordQueue queue,
            long missingAfterNanos,
            Engine engine,
            Watchdog watchdog,
            Runnable ended) {
        super(id, certain, clock, queue, missingAfterNanos);
        this.engine = engine;
        this.watchdog = watchdog;
        this.ended = ended;
    }

    @Override
    void begin() {
        StatsSource.thread(this, "shiplog-stats-" + StatsSource.shortId(id)).start();
    }

    @Override
    synchronized void leave() {
        super.leave();
        if (open == null) {
            end(); // no frame is on its way
        } else {
            watchdog.watch(open, LAST_FRAMES);
        }
    }

    @Override
    synchronized void end() {
        super.end();
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void run() {
        try {
            readStreams();
        } finally {
            end(); // whatever happened: the next start of this container gets a new thread
            ended.run();
        }
    }

    private void readStreams() {
        long pause = RETRY_MILLIS;
        do {
            long before = System.nanoTime();
            int had = samples();
            try {
                readStream();
            } catch (IOException e) {
                missing(e); // The event stream says whether the engine is gone.
            }
            boolean worked = System.nanoTime() - before > WORKED_NANOS;
            boolean brought = samples() != had; // a proxy that buffers ends each stream after some samples
            pause = worked ? RETRY_MILLIS : Math.min(2 * (brought ? RETRY_MILLIS : pause), LONGEST_RETRY_MILLIS);
        } while (endIfLeft() && pause(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2)));
    }

    private void readStream() throws IOException {
        try (MessageStream stream = engine.stream("/containers/" + id + "/stats?stream=true")) {
            if (!opened(stream)) {
                return;
            }
            Watchdog.Watch watch = watchdog.watch(stream, SILENCE);
            try {
                Message message = stream.next();
                while (message != null && frame(message)) {
                    message = stream.next();
                }
                if (message == null) {
                    missing("the engine ended the stream of samples");
                }
            } finally {
                watch.cancel();
                closed();
            }
        }
    }

    private synchronized boolean opened(MessageStream stream) {
        open = stream;
        return !hasEnded();
    }

    private synchronized void closed() {
        open = null;
    }

    /** False if the sampling ended meanwhile. */
    private synchronized boolean pause(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            for (long left = millis; !hasEnded() && left > 0; ) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            }
        } catch (InterruptedException e) {
            end();
        }
        return !hasEnded();
    }
}
