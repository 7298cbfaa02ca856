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

    /** An engine passes over what is older than asked for; so far a clock may be set back without a loss. */
    private static final long CLOCK_STEP_SECONDS = 60;

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

    private long pauseMillis = FIRST_PAUSE_MILLIS;
    /** When the next reading may begin that nothing new asks for; monotonic. */
    private long nextAt = System.nanoTime();

    private boolean gone;
    private boolean closed;
    private @Nullable MessageStream open;
    /** Whether the engine once gave the log to its end, and nothing is known to have happened since. */
    private boolean read;
    /** Whether it is marked that the container went too early. */
    private boolean told;

    /** How far back a reading goes. To skip to a time, an engine reads all its files; to the last lines it goes backwards. */
    private enum Reach {
        RECENT(1_000),
        LONG(50_000),
        WHOLE(Long.MAX_VALUE);

        final long most;

        Reach(long most) {
            this.most = most;
        }

        String tail() {
            return this == WHOLE ? "all" : Long.toString(most);
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
        boolean may = due || (again ? System.nanoTime() - nextAt >= 0 : running);
        boolean free = !occupied && !closed && !writer.isUnreadable() && may;
        occupied |= free;
        due |= free;
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
        if (!occupied) {
            tellIfMissing();
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
     * @param follows false to return even while the container runs, or after a failure
     */
    void run(boolean follows) {
        while (begins(follows)) {
            long before = writer.lines();
            boolean toItsEnd = follows || !runs();
            try {
                readLog(follows);
                ended(toItsEnd, writer.lines() > before);
            } catch (IOException e) {
                if (!isClosed() && isFinal(e)) {
                    break;
                }
                failed(e, writer.lines() > before);
            }
            if (goesOn(follows)) {
                pause();
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
        return !closed && (due || follows && (again || running));
    }

    private synchronized void release() {
        occupied = false;
        if (gone) {
            tellIfMissing();
        }
    }

    private void tellIfMissing() {
        if (certain && !read && !told && !writer.isUnreadable()) {
            told = true;
            writer.removed();
        }
    }

    private synchronized void ended(boolean toItsEnd, boolean brought) {
        read = toItsEnd;
        again = false;
        nextAfterPause(brought);
    }

    /** An engine that does not know the container, or is removing it, has no new lines of it. */
    private synchronized void failed(IOException failure, boolean brought) {
        read &= isRemoved(status(failure));
        again = !gone && !closed;
        nextAfterPause(brought);
    }

    private void nextAfterPause(boolean brought) {
        pauseMillis = brought ? FIRST_PAUSE_MILLIS : Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        long millis = pauseMillis / 2 + ThreadLocalRandom.current().nextLong(pauseMillis / 2);
        nextAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void readLog(boolean follows) throws IOException {
        // Podman reads the last lines, then follows from the end of the file that there is by then: what came between
        // is lost.
        Reach reach = writer.isNew() || engine.isPodman() ? Reach.WHOLE : Reach.RECENT;
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
                reach.tail());
        if (reach == Reach.WHOLE) {
            path += "&since="
                    + Math.max(
                            0, TimeUnit.NANOSECONDS.toSeconds(writer.position().newest()) - CLOCK_STEP_SECONDS);
        }
        try (MessageStream stream = engine.logs(path)) {
            if (!opened(stream)) {
                return DONE;
            }
            Watchdog.Watch watch = watchdog.watch(stream, SILENCE);
            try {
                return read(stream, reach, alignment);
            } finally {
                watch.cancel();
                closed();
            }
        }
    }

    private long read(MessageStream stream, Reach reach, LogAlignment alignment) throws IOException {
        long first = LogPosition.NO_TIME;
        long time = LogPosition.NO_TIME;
        long messages = 0;
        for (Message message = stream.next(); message != null; message = stream.next()) {
            if (writer.isWordOfEngine(message)) {
                continue;
            }
            long own = LogPosition.time(message.bytes());
            time = own == LogPosition.NO_TIME ? time : own;
            messages++;
            if (time == LogPosition.NO_TIME) {
                continue; // of a line that was cut in two, with its time in the part before
            }
            first = first == LogPosition.NO_TIME ? time : first;
            switch (alignment.next(time)) {
                case PASS -> {
                    if (messages >= reach.most && !alignment.isFound()) {
                        return first; // it is new, though its time is not: the clock was set back
                    }
                }
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
        if (messages > 0 && first == LogPosition.NO_TIME) {
            throw new IOException("no line has a time; does something else answer in the engine's place?");
        }
        boolean reached = reach == Reach.WHOLE || alignment.isFound() || !writer.hasRead();
        return messages == 0 || reached ? DONE : first;
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
    private boolean isFinal(IOException failure) {
        return !isRemovedMeanwhile(failure) && writer.failed(failure, status(failure));
    }

    private synchronized boolean isRemovedMeanwhile(IOException failure) {
        return !running && isRemoved(status(failure));
    }

    private static int status(IOException failure) {
        return failure instanceof EngineStatusException answer ? answer.status() : 0;
    }

    private static boolean isRemoved(int status) {
        return status == 404 || status == 409;
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

    private synchronized void pause() {
        try {
            for (long left = leftMillis(); !closed && !due && !gone && left > 0; left = leftMillis()) {
                wait(left);
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    private long leftMillis() {
        return TimeUnit.NANOSECONDS.toMillis(nextAt - System.nanoTime());
    }
}
