package dev.shiplog.acceptance;

import dev.shiplog.acceptance.PastTruth.Sample;
import dev.shiplog.acceptance.PastTruth.Span;
import dev.shiplog.recorder.source.HandFedRecorder;
import dev.shiplog.recorder.source.SimulatedEngine;
import dev.shiplog.recorder.source.SimulatedEngine.Seen;
import dev.shiplog.recorder.source.SimulatedTime;
import dev.shiplog.timeline.payload.EventView;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Some hours on a host, in simulated time: containers live and die while a recorder records them, stops and is killed, the
 * engine goes away, and the wall clock is set. The same seed gives the same journal, and the same truth.
 */
final class PastHistory implements HandFedRecorder.Witness, Closeable {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000_000_000;
    /** What was missed is stated within 300 ms of the connect, at the next turn of the writer. */
    private static final long STATED = 450 * MILLI;
    /** A stream that is quiet for so long has delivered everything. */
    private static final long QUIET = 5_050 * MILLI;
    /** After so long, what was not described has not changed. */
    private static final long SETTLING = 10 * SECOND;

    private final Path directory;
    private final Random random;
    private final SimulatedTime time = new SimulatedTime(1_795_000_000_000_000_000L);
    private final SimulatedEngine engine = new SimulatedEngine(time);
    private final PastTruth truth = new PastTruth(engine.steps(), time.reigns());
    private final Set<String> held = new HashSet<>();
    private Path journal;
    private @Nullable HandFedRecorder recorder;
    private int names;
    private int journals;

    // What the recorder knows.
    /** Since when it has missed what it has not described yet. */
    private long missedFrom;

    private long openedAt;
    private boolean isSettling;
    private final Set<String> undescribed = new HashSet<>();
    /** When those were described that were not. */
    private final Map<String, Long> describedAt = new HashMap<>();

    private long lastRecord;
    private long lastEventHeard;
    private long lastEventAt;

    // The break that is on.
    private long brokeOff;

    private long lastHeard;
    private long watermark;
    private boolean wasSetBack;

    /** When the clock was set back, which the recorder has not noticed yet; 0 if it was not. */
    private long setBackAt;

    PastHistory(Path directory, long seed) {
        this.directory = directory;
        random = new Random(seed);
        journal = directory.resolve("journal");
    }

    Path journal() {
        return journal;
    }

    PastTruth truth() {
        return truth;
    }

    /** Lets it happen: so many things, with so many outages. */
    void happen(int actions, int breaks) throws IOException {
        for (int i = 0; i < 8; i++) {
            act();
            pause();
        }
        begin();
        for (int i = 1; i <= actions; i++) {
            act();
            pause();
            if (random.nextInt(40) == 0) {
                time.pass(MILLI);
                time.set(random.nextInt(1, 90) * SECOND);
            }
            if (i % (actions / (breaks + 1)) == 0 && i < actions) {
                outage(random.nextInt(6));
            }
            if (i % (actions / 3) == actions / 6) {
                setBack();
            }
        }
        time.pass(random.nextInt(20) * SECOND);
        if (random.nextBoolean()) {
            running().stop();
        } else {
            running().abandon();
        }
        settle();
        truth.unknown.add(new Span(time.nanos(), Long.MAX_VALUE, "the journal ends"));
        truth.uncertain.add(new Span(lastRecord, time.nanos(), "the recorder was killed after its last record"));
        recorder = null;
    }

    private HandFedRecorder running() {
        if (recorder == null) {
            throw new IllegalStateException();
        }
        return recorder;
    }

    private void begin() throws IOException {
        if (brokeOff == 0) {
            truth.unknown.add(new Span(Long.MIN_VALUE, time.nanos(), "the journal begins"));
            brokeOff = time.nanos();
            watermark = brokeOff;
        }
        recorder = new HandFedRecorder(journal, time, engine, random, held, true, this);
    }

    /** At the end of an outage, sometimes in the midst of its settling. */
    private void awaitOpen() {
        while (!running().isOpen()) {
            time.pass(20 * MILLI);
        }
        if (random.nextInt(3) > 0) {
            time.pass(random.nextInt(8) * SECOND);
        }
    }

    private void outage(int how) throws IOException {
        awaitOpen();
        switch (how) {
            case 0, 1 -> {
                breakOff(time.nanos());
                running().lose();
                missed(true);
                if (how == 0) {
                    engine.forgetEvents();
                }
                running().find();
            }
            case 2 -> {
                breakOff(time.nanos());
                running().cut();
                missed(false);
            }
            case 3, 4 -> {
                breakOff(lastRecord);
                Path killed = journal;
                journal = directory.resolve("journal-" + ++journals);
                copy(killed, journal);
                running().abandon();
                missed(true);
                begin();
            }
            default -> {
                breakOff(time.nanos());
                running().stop();
                missed(true);
                begin();
            }
        }
    }

    private void missed(boolean isLong) {
        for (int i = random.nextInt(10); i > 0; i--) {
            act();
            if (isLong) {
                pause();
            } else {
                time.pass(random.nextInt(1, 20) * MILLI);
            }
        }
        if (isLong && random.nextInt(3) == 0) {
            setBack();
        }
        if (random.nextInt(3) == 0) { // the engine keeps 256 events
            String id = engine.containers().keySet().iterator().next();
            for (int i = 200 + random.nextInt(100); i > 0; i--) {
                engine.exec(id, i);
                time.pass(random.nextInt(10, 100) * MICRO);
            }
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            act();
            time.pass(random.nextInt(1, 20) * MILLI);
        }
    }

    private void setBack() {
        time.pass(MILLI);
        wasSetBack |= brokeOff != 0;
        setBackAt = setBackAt == 0 ? time.nanos() : setBackAt;
        time.set(-random.nextInt(2, 45) * SECOND);
    }

    @Override
    public void readClock() {
        if (setBackAt != 0) {
            long heardUntil = brokeOff == 0 ? setBackAt : lastHeard;
            truth.unnoticed.add(new PastTruth.Unnoticed(heardUntil, setBackAt, time.nanos()));
            long offset = time.wall() - time.nanos();
            truth.blind.add(new Span(lastRecord + offset, time.wall(), "the clock was set back about then"));
            setBackAt = 0;
        }
    }

    private void breakOff(long last) {
        settle();
        brokeOff = time.nanos();
        lastHeard = last;
        watermark = last - lastEventHeard <= QUIET ? Math.min(last, lastEventAt) : last;
        wasSetBack = false;
    }

    /** The recorder breaks off: what was not described by then is not known, until it is back and describes it. */
    private void settle() {
        if (isSettling && time.nanos() - openedAt > SETTLING + STATED) {
            isSettling = false;
            undescribed.clear();
        }
        if (isSettling) {
            truth.uncertain.add(new Span(missedFrom, time.nanos(), "the recorder broke off before all was described"));
        }
    }

    @Override
    public void opened(boolean missed) {
        long now = time.nanos();
        if (isSettling) {
            truth.uncertain.add(new Span(missedFrom, now + STATED, "the recorder has not described all yet"));
        }
        if (missed || held.isEmpty()) {
            (wasSetBack ? truth.uncertain : truth.unknown).add(new Span(brokeOff, now, "events were missed"));
            truth.uncertain.add(new Span(watermark, now + STATED, "it is stated later that events were missed"));
            missedFrom = isSettling ? missedFrom : watermark;
            undescribed.addAll(engine.containers().keySet());
            isSettling = true;
        } else if (wasSetBack) {
            truth.uncertain.add(new Span(watermark, now + STATED, "the clock was set back meanwhile"));
        }
        openedAt = now;
        brokeOff = 0;
        note();
    }

    private void note() {
        lastRecord = time.nanos();
    }

    @Override
    public void heard(EventView event) {
        note();
        lastEventHeard = time.nanos();
        lastEventAt = time.nanos() - Math.max(0, time.wall() - event.time());
        boolean changes = !event.action().startsWith("exec_") && !event.action().equals("create");
        boolean isEarlier = lastEventAt <= describedAt.getOrDefault(event.id(), Long.MIN_VALUE);
        boolean isOpen = changes && (undescribed.contains(event.id()) || isEarlier);
        if (isOpen && time.nanos() - openedAt < SETTLING + STATED) {
            truth.uncertain.add(
                    new Span(missedFrom, time.nanos(), "it happened before it was described: " + event.id()));
        }
    }

    @Override
    public void described(String id) {
        note();
        if (undescribed.remove(id)) {
            describedAt.put(id, time.nanos());
        }
    }

    @Override
    public void sampled(String id, long read, long takenAt) {
        note();
        truth.samples.add(new Sample(id, read, takenAt, time.nanos()));
    }

    /** Mostly a moment, sometimes a minute. */
    private void pause() {
        time.pass(
                switch (random.nextInt(6)) {
                    case 0, 1 -> random.nextInt(50, 5000) * MICRO;
                    case 2, 3 -> random.nextInt(5, 1500) * MILLI;
                    default -> random.nextInt(1, 60) * SECOND + random.nextInt(1000) * MILLI;
                });
    }

    /** Does something. */
    private void act() {
        List<String> ids = List.copyOf(engine.containers().keySet());
        if (ids.size() < 3 || ids.size() < 9 && random.nextInt(5) == 0) {
            engine.create("c" + names++, random.nextInt(3) == 0);
            return;
        }
        String id = ids.get(random.nextInt(ids.size()));
        Seen seen = engine.containers().get(id);
        if (seen.status().equals("running")) {
            run(id, seen);
        } else if (seen.status().equals("paused")) {
            engine.unpause(id);
        } else if (random.nextInt(3) == 0) {
            remove(id);
        } else {
            engine.start(id);
        }
    }

    private void run(String id, Seen seen) {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> engine.die(id, random.nextInt(4));
            case 3 -> engine.outOfMemory(id);
            case 4 -> {
                engine.die(id, 1);
                time.pass(random.nextInt(1, 200) * MILLI);
                engine.start(id); // its policy says so
            }
            case 5 -> engine.rename(id, "r" + names++);
            case 6 -> {
                if (seen.hasCheck()) {
                    engine.health(id, random.nextBoolean() ? "healthy" : "unhealthy");
                }
            }
            case 7 -> {
                engine.die(id, 137);
                time.pass(random.nextInt(50, 3000) * MICRO);
                remove(id);
            }
            case 8 -> engine.exec(id, 0);
            default -> engine.pause(id);
        }
    }

    /** Sometimes another one takes its name. */
    private void remove(String id) {
        String name = engine.containers().get(id).name();
        engine.destroy(id);
        if (random.nextBoolean()) {
            time.pass(random.nextInt(1, 50) * MILLI);
            engine.create(name, random.nextInt(3) == 0);
        }
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
        if (recorder != null) {
            recorder.abandon();
        }
    }
}
