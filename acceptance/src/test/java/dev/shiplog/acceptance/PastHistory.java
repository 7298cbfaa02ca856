package dev.shiplog.acceptance;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.recorder.TimedRecorder;
import dev.shiplog.testkit.ScriptedEngine;
import dev.shiplog.timeline.payload.EventView;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Some hours on a host, in seconds: containers live and die while a real recorder records them from a scripted engine, stops
 * and is killed, and the engine goes away. Both have a wall clock that is set forward between two events, and once back.
 */
final class PastHistory implements Closeable {
    private static final long SECOND = 1_000_000_000L;
    /** A recorder compares its list a second after it found the engine, and may be slow. */
    private static final long SETTLING_NANOS = 3 * SECOND / 2;

    /** Nobody listened, or it was not known yet what had happened: ns since the epoch. */
    record Outage(long from, long to) {}

    private static final Set<String> CHANGES =
            Set.of("create", "start", "die", "pause", "unpause", "rename", "destroy");

    private final Path directory;
    private final Random random;
    private final AtomicLong ahead = new AtomicLong();
    private final ScriptedEngine engine;
    /** States of the containers that exist, by id. */
    private final Map<String, String> containers = new LinkedHashMap<>();

    private final List<Outage> outages = new ArrayList<>();
    private Path journal;
    private @Nullable TimedRecorder recorder;
    private long outageFrom;
    private long connectedNanos;
    private boolean listens;
    private String changed = "";
    private int names;
    private int journals;

    PastHistory(Path directory, long seed) throws IOException {
        this.directory = directory;
        random = new Random(seed);
        engine = ScriptedEngine.at(directory.resolve("docker.sock"), () -> Instant.EPOCH.plusNanos(wall()));
        journal = directory.resolve("journal");
    }

    long wall() {
        return ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now()) + ahead.get();
    }

    Path journal() {
        return journal;
    }

    List<Outage> outages() {
        return outages;
    }

    PastTruth truth() throws IOException {
        return new PastTruth(engine.emitted());
    }

    /** Lets it happen: so many things, with so many outages. */
    void happen(int actions, int breaks) throws IOException {
        for (int i = 0; i < 5; i++) {
            act();
        }
        outageFrom = wall();
        begin();
        for (int i = 1; i <= actions; i++) {
            act(true);
            if (outageFrom != 0 && random.nextInt(10) == 0) {
                settle();
            }
            if (i % (actions / (breaks + 1)) == 0 && i < actions) {
                settle();
                outage(random.nextInt(3));
            }
            if (i == actions / 2) {
                ahead.addAndGet(-17 * SECOND);
            }
        }
        settle();
        end();
    }

    private void begin() {
        recorder = new TimedRecorder(engine.address(), journal, this::wall);
        await(() -> engine.listeners() == 1);
        listens = true;
        connectedNanos = System.nanoTime();
    }

    private void end() throws IOException {
        TimedRecorder run = recorder;
        if (run != null) {
            run.close();
        }
        recorder = null;
    }

    private void outage(int how) throws IOException {
        outageFrom = wall();
        listens = false;
        if (how == 0) {
            long before = downs();
            engine.vanish();
            await(() -> downs() > before); // before the clock moves on
            missed();
            engine.comeBack();
            await(() -> engine.listeners() == 1);
            listens = true;
            connectedNanos = System.nanoTime();
            return;
        }
        if (how == 1) {
            Path killed = journal;
            journal = directory.resolve("journal-" + ++journals);
            copy(killed, journal);
        }
        end();
        missed();
        begin();
    }

    private void missed() {
        jump();
        for (int i = random.nextInt(12); i > 0; i--) {
            act();
            jump();
        }
        if (random.nextBoolean()) { // the engine keeps 256 events
            engine.flood(containers.keySet().iterator().next(), 250 + random.nextInt(50));
        }
    }

    /** Ends the outage once the recorder knows all again. */
    private void settle() {
        if (outageFrom != 0) {
            await(() -> System.nanoTime() - connectedNanos > SETTLING_NANOS);
            outages.add(new Outage(outageFrom, wall()));
            outageFrom = 0;
        }
    }

    private void jump() {
        boolean settled = !listens || outageFrom == 0;
        if (settled && random.nextInt(4) > 0) {
            ahead.addAndGet((long) (random.nextDouble() * 60 * SECOND));
        }
    }

    private void act(boolean recorded) {
        int asked = engine.requests().size();
        boolean isDescribed = act();
        if (recorded && isDescribed && random.nextInt(10) > 0) {
            await(() -> engine.requests().size() > asked);
            awaitAtMost(TimeUnit.MILLISECONDS.toNanos(50), () -> isDescribed(changed)); // unless nothing has changed
        }
        jump();
    }

    /** Does something; false if the recorder asks for no description because of it. */
    private boolean act() {
        List<String> ids = List.copyOf(containers.keySet());
        if (ids.size() < 3 || ids.size() < 9 && random.nextInt(5) == 0) {
            create("c" + names++);
            return true;
        }
        String id = ids.get(random.nextInt(ids.size()));
        changed = id;
        String state = String.valueOf(containers.get(id));
        if (state.equals("running")) {
            return run(id);
        } else if (state.equals("paused")) {
            engine.unpause(id);
            containers.put(id, "running");
            return true;
        } else if (random.nextInt(3) == 0) {
            return remove(id);
        }
        engine.start(id);
        containers.put(id, "running");
        return true;
    }

    private void create(String name) {
        String id = engine.create(name);
        changed = id;
        containers.put(id, "created");
        if (listens) {
            awaitAtMost(TimeUnit.MILLISECONDS.toNanos(200), () -> isDescribed(id)); // unless nothing has changed
        }
    }

    private boolean run(String id) {
        switch (random.nextInt(10)) {
            case 0, 1 -> {
                engine.die(id, random.nextInt(4));
                containers.put(id, "exited");
            }
            case 2 -> {
                engine.stop(id);
                containers.put(id, "exited");
            }
            case 3 -> {
                engine.outOfMemory(id);
                containers.put(id, "exited");
            }
            case 4 -> {
                engine.die(id, 1);
                engine.start(id); // its policy says so
            }
            case 5 -> engine.rename(id, "r" + names++);
            case 6 -> engine.health(id, random.nextBoolean() ? "healthy" : "unhealthy");
            case 7 -> {
                return remove(id);
            }
            case 8 -> {
                engine.exec(id, "true");
                return false;
            }
            default -> {
                engine.pause(id);
                containers.put(id, "paused");
            }
        }
        return true;
    }

    /** Sometimes another one takes its name. */
    private boolean remove(String id) {
        containers.remove(id);
        if (listens) { // that a description comes after the snapshot of a later segment is not for here
            awaitAtMost(TimeUnit.MILLISECONDS.toNanos(200), () -> isDescribed(id)); // unless nothing has changed
        }
        engine.destroy(id);
        if (listens) {
            await(() -> !last(id, Set.of("destroy")).isEmpty());
        }
        if (random.nextBoolean()) {
            create("again" + names++);
            return true;
        }
        return false;
    }

    /** How often the engine was found to be down. */
    private long downs() {
        long downs = 0;
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                boolean isMark = step == Cursor.Step.RECORD && cursor.record().kind() == Kind.MARK;
                byte[] payload = isMark ? cursor.record().payload().toArray() : new byte[0];
                downs += isMark && MarkType.of(payload, payload.length) == MarkType.ENGINE_DOWN ? 1 : 0;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return downs;
    }

    private boolean isDescribed(String id) {
        return last(id, CHANGES).equals("described");
    }

    /** The newest of these events of a container in the journal; {@code described} if a description came after it. */
    private String last(String id, Set<String> actions) {
        String last = "";
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                if (step != Cursor.Step.RECORD || !cursor.record().subject().equals(id)) {
                    continue;
                }
                String action =
                        EventView.scan(cursor.record().payload().toArray()).action();
                if (cursor.record().kind() == Kind.INSPECT) {
                    last = last.isEmpty() || last.equals("destroy") ? last : "described";
                } else if (cursor.record().kind() == Kind.EVENT && actions.contains(action)) {
                    last = action;
                }
            }
            return last;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(BooleanSupplier condition) {
        if (!awaitAtMost(TimeUnit.SECONDS.toNanos(30), condition)) {
            throw new AssertionError("it did not happen in 30 s");
        }
    }

    private static boolean awaitAtMost(long nanos, BooleanSupplier condition) {
        long until = System.nanoTime() + nanos;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > until) {
                return false;
            }
            LockSupport.parkNanos(200_000);
        }
        return true;
    }

    static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (Files.isRegularFile(file)) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        end();
        engine.close();
    }
}
