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

/**
 * Follows the engine's stream of one container's samples, a frame a second. A thread of its own waits for the stream to
 * open, which takes an engine a second or two.
 */
final class StreamedSampling extends Sampling implements Runnable, MessageStream.Listener {
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
    private Watchdog.@Nullable Watch watch;
    // Of the thread that opens the stream, then of the one that reads it.
    private long pauseMillis;
    private long begun;
    private int had;
    private boolean enough;

    /** @param ended runs when the sampling ends */
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

    /** Opens the stream, after a pause if one ended before. */
    @Override
    public void run() {
        boolean opened = false;
        try {
            while (!opened && !hasEnded() && (pauseMillis == 0 || pause(jittered(pauseMillis)))) {
                opened = open();
            }
        } finally {
            if (!opened) {
                over(); // whatever happened: the next start of this container gets a new stream
            }
        }
    }

    private static long jittered(long millis) {
        return millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2);
    }

    private boolean open() {
        begun = System.nanoTime();
        had = samples();
        try {
            MessageStream stream = engine.stream("/containers/" + id + "/stats?stream=true");
            if (begins(stream)) {
                stream.open();
                stream.follow(this);
                return true;
            }
            closeStream();
        } catch (IOException e) {
            closeStream();
            failed(e);
        }
        return false;
    }

    @Override
    public boolean message(Message message) {
        enough = !frame(message);
        return !enough;
    }

    @Override
    public void ended(@Nullable IOException failure) {
        closeStream();
        if (failure != null) {
            failed(failure);
        } else if (!enough) {
            missing("the engine ended the stream of samples");
            settlePause();
        }
        if (endIfLeft()) {
            begin();
        } else {
            over();
        }
    }

    /** The event stream says whether the engine is gone. */
    private void failed(IOException failure) {
        missing(failure);
        settlePause();
    }

    private void settlePause() {
        boolean worked = System.nanoTime() - begun > WORKED_NANOS;
        boolean brought = samples() != had; // a proxy that buffers ends each stream after some samples
        pauseMillis = worked
                ? RETRY_MILLIS
                : Math.min(2 * (brought ? RETRY_MILLIS : Math.max(pauseMillis, RETRY_MILLIS)), LONGEST_RETRY_MILLIS);
    }

    private void over() {
        end();
        ended.run();
    }

    private synchronized boolean begins(MessageStream stream) {
        open = stream;
        watch = watchdog.watch(stream, SILENCE);
        return !hasEnded();
    }

    private synchronized void closeStream() {
        if (open != null && watch != null) {
            open.close();
            watch.cancel();
        }
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
