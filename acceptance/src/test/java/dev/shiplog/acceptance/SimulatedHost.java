package dev.shiplog.acceptance;

import dev.shiplog.testkit.Handler;
import dev.shiplog.testkit.Reply;
import dev.shiplog.testkit.Request;
import dev.shiplog.testkit.ScriptedEngine;
import dev.shiplog.testkit.StatsTape;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A host in simulated time: a scripted engine whose clock goes on as its containers are sampled, in rounds of five seconds,
 * and a file by which a recorder has the same clock. In a round a stream brings one sample of its container, and who asks
 * for one gets one. Some containers are checked for their health, some end and are started again, some are replaced.
 * {@link #pass} belongs to one thread.
 */
final class SimulatedHost implements Closeable {
    static final Duration ROUND = Duration.ofSeconds(5);
    private static final List<StatsTape> TAPES = StatsTape.load();
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long MICRO = 1_000;
    private static final int MINUTE = 12;
    private static final int ROUNDS_OF_A_LIFE = 5 * MINUTE;
    private static final int ROUNDS_BETWEEN_ENDS = 10 * MINUTE;

    private final ScriptedEngine engine;
    private final MappedByteBuffer clock;
    private final Random random;
    private final Map<String, Box> boxes = new HashMap<>();
    private final Deque<String> byAge = new ArrayDeque<>();
    private final Deque<String> ended = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    /** A container's next sample is due, or it has ended. */
    private final Condition changed = lock.newCondition();
    /** The round has brought its samples. */
    private final Condition complete = lock.newCondition();

    // Guarded by the lock.
    private long now;
    private int made;
    private int round;
    private long roundBegan;
    /** Samples that this round is to bring, and that it has brought. */
    private int due;

    private int brought;
    private long samples;
    private long samplesSum;

    /** One container. Guarded by the lock. */
    private static final class Box {
        final String id;
        final String name;
        final StatsTape tape;
        boolean runs = true;
        int sampledIn;
        int number;

        @Nullable
        Instant previous;

        Box(String id, String name, StatsTape tape) {
            this.id = id;
            this.name = name;
            this.tape = tape;
        }
    }

    /** @param clockFile is made */
    SimulatedHost(Path socket, Path clockFile, Instant start, Random random) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(clockFile.toFile(), "rw")) {
            clock = file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
        }
        clock.order(ByteOrder.LITTLE_ENDIAN);
        this.random = random;
        set(TimeUnit.SECONDS.toNanos(start.getEpochSecond()));
        engine = ScriptedEngine.at(socket, this::instant).forgetful();
        engine.misbehave(request -> request.path().endsWith("/stats"), this::stats);
    }

    ScriptedEngine engine() {
        return engine;
    }

    private <T> T locked(Supplier<T> what) {
        lock.lock();
        try {
            return what.get();
        } finally {
            lock.unlock();
        }
    }

    private Instant instant() {
        return Instant.ofEpochSecond(0, locked(() -> now));
    }

    private void set(long nanos) {
        now = nanos;
        clock.putLong(0, nanos);
    }

    /** Starts containers. */
    void start(int count) {
        for (int i = 0; i < count; i++) {
            start("service-" + i);
        }
    }

    private void start(String name) {
        String id = engine.create(name);
        locked(() -> boxes.put(id, new Box(id, name, TAPES.get(made++ % TAPES.size()))));
        byAge.add(id);
        engine.start(id);
    }

    /** Five seconds pass. Returns when all containers that run were sampled, as far as the engine knows. */
    void pass() throws InterruptedException {
        endAndStart();
        lock.lock();
        try {
            round++;
            roundBegan = now;
            brought = 0;
            due = running();
            changed.signalAll();
            for (long left = PATIENCE_NANOS; brought < due; ) {
                left = complete.awaitNanos(left);
                if (left <= 0) {
                    throw new AssertionError("in round " + round + " only " + brought + " of " + due
                            + " samples were asked for within a minute; none of " + unsampled());
                }
            }
            set(Math.max(now + MICRO, roundBegan + ROUND.toNanos()));
        } finally {
            lock.unlock();
        }
    }

    private List<String> unsampled() {
        return boxes.values().stream()
                .filter(box -> box.runs && box.sampledIn < round)
                .map(box -> box.name)
                .limit(5)
                .toList();
    }

    /** A quarter of the containers are checked once a minute: so many times in each round. */
    int checks() {
        return Math.max(1, byAge.size() / 4 / MINUTE);
    }

    /** A container's health is checked: three events. */
    void check() {
        List<String> all = List.copyOf(byAge);
        engine.exec(all.get(random.nextInt(all.size())), "/bin/sh -c wget -q -O /dev/null http://localhost/");
    }

    private void endAndStart() {
        if (!ended.isEmpty()) {
            String id = ended.remove();
            locked(() -> boxes.get(id)).runs = true;
            engine.start(id);
        }
        if (round % ROUNDS_BETWEEN_ENDS == ROUNDS_BETWEEN_ENDS - 1) {
            String id = List.copyOf(byAge).get(random.nextInt(byAge.size()));
            end(locked(() -> boxes.get(id)));
            engine.die(id, 1);
            ended.add(id);
        }
        if (round % ROUNDS_OF_A_LIFE == ROUNDS_OF_A_LIFE / 2) {
            String id = byAge.remove();
            ended.remove(id);
            end(locked(() -> boxes.remove(id)));
            engine.destroy(id);
            start("job-" + made);
        }
    }

    private void end(Box box) {
        locked(() -> {
            box.runs = false;
            changed.signalAll();
            return box;
        });
    }

    private void stats(Request request, Reply reply, Handler proper) throws IOException {
        String id = request.path().split("/", -1)[2];
        Box box = locked(() -> boxes.get(id));
        if (box == null) {
            reply.error(404, "No such container: " + id);
        } else if (request.query().getOrDefault("stream", "true").equals("true")) {
            stream(reply, box);
        } else {
            awaitDue();
            reply.json(200, sample(box, false));
        }
    }

    /** Ends with the container: an engine's own goes on with empty samples. */
    private void stream(Reply reply, Box box) throws IOException {
        reply.begin("application/json");
        boolean first = true;
        try {
            while (await(box)) {
                reply.line(sample(box, first));
                first = false;
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        reply.line(StatsTape.stopped(box.name, box.id));
        reply.end();
    }

    /** Waits for the next round; false if the container has ended. */
    private boolean await(Box box) throws InterruptedException {
        lock.lock();
        try {
            while (box.runs && box.sampledIn >= round) {
                changed.await();
            }
            return box.runs;
        } finally {
            lock.unlock();
        }
    }

    /** Holds back who asks for a sample when the round has all that it is to bring. */
    private void awaitDue() throws IOException {
        lock.lock();
        try {
            while (brought >= due) {
                changed.await();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            lock.unlock();
        }
    }

    private byte[] sample(Box box, boolean first) {
        lock.lock();
        try {
            if (!box.runs) {
                return StatsTape.stopped(box.name, box.id);
            }
            brought++;
            set(Math.max(now + MICRO, roundBegan + ROUND.toNanos() * Math.min(brought, due) / (due + 1)));
            Instant read = Instant.ofEpochSecond(0, now);
            byte[] payload = box.tape.sample(box.number++, read, first ? null : box.previous, box.name, box.id);
            box.sampledIn = round;
            box.previous = read;
            samples++;
            samplesSum += Arrays.hashCode(payload);
            if (brought >= due) {
                complete.signal();
            }
            return payload;
        } finally {
            lock.unlock();
        }
    }

    /** That were sent. */
    long samples() {
        return locked(() -> samples);
    }

    /** As {@link EmittedTruth#samplesSum()}. */
    long samplesSum() {
        return locked(() -> samplesSum);
    }

    int running() {
        return locked(
                () -> (int) boxes.values().stream().filter(box -> box.runs).count());
    }

    /** That there ever were. */
    int containers() {
        return locked(() -> made);
    }

    @Override
    public void close() throws IOException {
        engine.close();
    }
}
