package dev.shiplog.recorder.logs;

import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.engine.Message;
import dev.shiplog.recorder.engine.MessageStream;
import dev.shiplog.recorder.engine.Watchdog;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of one container, again and again from where the reading before ended: while it runs, as it grows, and once
 * more after it ended. Thread safe; {@link #run} occupies one thread at a time.
 */
final class LogReader {
    /** A container may be silent for days; a connection that a proxy forgot is silent, too. */
    private static final Duration SILENCE = Duration.ofMinutes(10);
    /** What remains of the log of a container that is gone comes at once. */
    private static final Duration LAST_LINES = Duration.ofSeconds(3);
    /** An engine may have rotated the log away meanwhile, and not said so. */
    private static final long LONG_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    final String id;
    private final Engine engine;
    private final Watchdog watchdog;
    private final LogWriter writer;

    // Guarded by this.
    private boolean occupied;
    private boolean running;
    /** Whether the engine itself said that the container exists. */
    private boolean certain;
    /** Whether there may be lines that no reading has brought. */
    private boolean due;
    /** Whether the last reading failed, and the next may not. */
    private boolean again;

    private boolean gone;
    private boolean closed;
    private @Nullable MessageStream open;
    /** Whether the engine once gave the log to its end, and nothing is known to have happened since. */
    private boolean read;

    /** How far back a reading goes. To skip to a time, an engine reads all its files; to the last lines it goes backwards. */
    private enum Reach {
        RECENT("1000"),
        LONG("50000"),
        WHOLE("all");

        final String tail;

        Reach(String tail) {
            this.tail = tail;
        }
    }

    LogReader(String id, Engine engine, Watchdog watchdog, LogWriter writer) {
        this.id = id;
        this.engine = engine;
        this.watchdog = watchdog;
        this.writer = writer;
    }

    /**
     * The container exists, and may have lines that are not read yet.
     *
     * @param sure false if only the journal says that it exists: then no line is missing where it does not
     */
    synchronized void wake(boolean runs, boolean sure) {
        running = runs;
        certain |= sure;
        due = true;
        closed = false;
        notifyAll();
    }

    /** True if a thread must {@link #run} this now; it is taken by that. */
    synchronized boolean claim() {
        boolean free = !occupied && !closed && !writer.isUnreadable() && (due || again || running);
        occupied |= free;
        return free;
    }

    /** Whether the container runs, as far as anybody told. */
    synchronized boolean runs() {
        return running;
    }

    /** The container is gone; what is on its way is read. */
    synchronized void gone() {
        gone = true;
        running = false;
        if (open != null) {
            watchdog.watch(open, LAST_LINES);
        }
        notifyAll();
    }

    /** Ends the reading at once. What was not read is read after the next {@link #wake}. */
    synchronized void cut() {
        closed = true;
        running = false;
        due = false;
        again = false;
        if (open != null) {
            open.close();
        }
        notifyAll();
    }

    /**
     * Reads until there is nothing more to read, after {@link #claim}.
     *
     * @param follows false to return even while the container runs
     */
    void run(boolean follows) {
        long pause = FIRST_PAUSE_MILLIS;
        while (begins(follows)) {
            long before = writer.lines();
            boolean failed = false;
            try {
                readLog(follows);
            } catch (IOException e) {
                failed = true;
                if (!isClosed() && fails(e)) {
                    break;
                }
            }
            boolean brought = writer.lines() > before;
            pause = brought ? FIRST_PAUSE_MILLIS : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            ended(failed);
            if (goesOn(follows)) {
                pause(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2));
            }
        }
        release();
    }

    /** Whether there is something to read; if not, the thread is free. */
    private synchronized boolean begins(boolean follows) {
        occupied = goesOn(follows);
        due = false;
        again = false;
        return occupied;
    }

    private synchronized boolean goesOn(boolean follows) {
        return !closed && (due || again || running && follows);
    }

    private synchronized void release() {
        occupied = false;
    }

    private synchronized void ended(boolean failed) {
        read = !failed;
        again = failed && !gone && !closed;
    }

    private void readLog(boolean follows) throws IOException {
        Reach reach = writer.isNew() ? Reach.WHOLE : Reach.RECENT;
        long first = Long.MIN_VALUE;
        while (true) {
            LogAlignment alignment = new LogAlignment(writer.position(), reach == Reach.WHOLE);
            long begin = readOnce(reach, alignment, follows);
            if (begin == DONE) {
                return;
            }
            // A longer reading that begins with the same message has all that there is.
            reach = reach == Reach.RECENT && begin != first ? Reach.LONG : Reach.WHOLE;
            first = begin;
        }
    }

    private static final long DONE = Long.MIN_VALUE;

    /** Reads to the end of the log. Returns {@link #DONE}, or the time of the first message, if more must be read. */
    private long readOnce(Reach reach, LogAlignment alignment, boolean follows) throws IOException {
        boolean followed = follows && runs();
        String path = String.format(
                Locale.ROOT,
                "/containers/%s/logs?follow=%d&stdout=1&stderr=1&timestamps=1&tail=%s",
                id,
                followed ? 1 : 0,
                reach.tail);
        if (reach == Reach.WHOLE) {
            path += "&since="
                    + Math.max(
                            0, TimeUnit.NANOSECONDS.toSeconds(writer.position().newest()) - 1);
        }
        try (MessageStream stream = engine.logs(path)) {
            if (!opened(stream)) {
                return DONE;
            }
            Watchdog.Watch watch = watchdog.watch(stream, SILENCE);
            try {
                return read(stream, alignment);
            } finally {
                watch.cancel();
                closed();
            }
        }
    }

    private long read(MessageStream stream, LogAlignment alignment) throws IOException {
        long first = LogPosition.NO_TIME;
        long time = LogPosition.NO_TIME;
        for (Message message = stream.next(); message != null; message = stream.next()) {
            if (writer.isWordOfEngine(message)) {
                continue;
            }
            long own = LogPosition.time(message.bytes());
            time = own == LogPosition.NO_TIME ? time : own;
            if (time == LogPosition.NO_TIME) {
                continue; // of a line that was cut in two, with its time in the part before
            }
            first = first == LogPosition.NO_TIME ? time : first;
            switch (alignment.next(time)) {
                case PASS -> {}
                case READ_MORE -> {
                    return first;
                }
                case TAKE_AFTER_LOSS -> {
                    writer.lost(time);
                    write(time, message);
                }
                case TAKE -> {
                    if (!write(time, message)) {
                        return DONE;
                    }
                }
            }
        }
        return DONE;
    }

    /** False if it had to wait for so long that it must be asked again what the engine still keeps. */
    private boolean write(long time, Message message) throws IOException {
        long before = System.nanoTime();
        if (!writer.write(time, message, this::isClosed)) {
            throw new IOException("closed");
        }
        boolean inTime = System.nanoTime() - before < LONG_WAIT_NANOS;
        if (!inTime) {
            synchronized (this) {
                due = true;
            }
        }
        return inTime;
    }

    /** True if the log cannot be read, now or later. */
    private boolean fails(IOException failure) {
        int status = failure instanceof EngineStatusException answer ? answer.status() : 0;
        if (status == 404 || status == 409) {
            synchronized (this) {
                if (certain && !read) {
                    writer.removed();
                }
            }
            return true;
        }
        return writer.failed(failure, status);
    }

    private synchronized boolean opened(MessageStream stream) {
        open = stream;
        if (gone) {
            watchdog.watch(stream, LAST_LINES);
        }
        return !closed;
    }

    private synchronized void closed() {
        open = null;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void pause(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            for (long left = millis; !closed && !due && left > 0; ) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }
}
