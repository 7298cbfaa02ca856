package dev.shiplog.recorder.source;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.writer.Arrival;
import dev.shiplog.recorder.writer.Checkpoint;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.HandFedWriter;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.ContainerView;
import dev.shiplog.timeline.payload.EventView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A run of the recorder in one thread and in simulated time. The writer, its ledger and its checkpoints are the recorder's
 * own; what its threads do, they do here one after the other, after pauses that are drawn by lot: so a description may be
 * older than the event before it, and the engine may say who it is before or after it repeats its events.
 */
public final class HandFedRecorder {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000_000_000;

    /** Takes what the recorder has heard, when it has. */
    public interface Witness {
        /** The recorder reads the clocks. */
        void readClock();

        /** The stream of events is open, {@code missed} if the engine no longer knows all that happened since. */
        void opened(boolean missed);

        /** An event is in the journal. */
        void heard(EventView event);

        /** A description is in the journal, or a change that a list showed. */
        void described(String id);

        /** A sample is in the journal. */
        void sampled(String id, long time, long takenAt);
    }

    private final SimulatedTime time;
    private final SimulatedEngine engine;
    private final Random random;
    private final Witness witness;
    private final HandFedWriter writer;
    private final DestroyedContainers destroyed = new DestroyedContainers();
    private final NewestRecords newest = new NewestRecords(16 << 20);
    private final Map<String, Container> known = new HashMap<>();
    private final Set<String> fromEvents = new HashSet<>();
    private final UnexplainedChanges changes = new UnexplainedChanges();
    private final Map<String, Boolean> requests = new HashMap<>();
    private final List<EventView> sinceAsked = new ArrayList<>();
    private boolean informed;
    private boolean isListed;
    private boolean isUp = true;
    /** Counts connections: what belongs to an old one does not happen. */
    private int connection;

    private boolean isOpen;
    private boolean isOver;
    private boolean isDown;
    private boolean isIntroduced;
    private long endedAt;
    private long deliveredBy;
    private String reason = "the recorder was not running";

    /** Keys of the events that the journal holds: each is told once. */
    private final Set<String> held;

    /** @param held texts of the events that the journal holds */
    public HandFedRecorder(
            Path journal,
            SimulatedTime time,
            SimulatedEngine engine,
            Random random,
            Set<String> held,
            boolean isUp,
            Witness witness)
            throws IOException {
        this.time = time;
        this.engine = engine;
        this.random = random;
        this.held = held;
        this.isUp = isUp;
        this.witness = witness;
        writer = new HandFedWriter(journal, this::wall, time::nanos, Restoring::new);
        turn();
        sample();
        long begun = writer.clock().now().received();
        after(draw(1, 50) * MILLI, () -> connect(begun));
    }

    private long wall() {
        witness.readClock();
        return time.wall();
    }

    /** What the sources restore from the journal. */
    private final class Restoring implements Checkpoint {
        private final Clock clock;

        Restoring(Clock clock) {
            this.clock = clock;
        }

        @Override
        public void restore(Record record, @Nullable Mark mark) {
            if (record.kind() == Kind.EVENT) {
                EventView event = EventView.scan(record.payload());
                note(event);
                apply(event);
                fromEvents.add(event.id());
                informed = true;
            } else if (record.kind() == Kind.INSPECT && !destroyed.contains(record.subject())) {
                Record restated = clock.restate(record);
                newest.keep(restated);
                newest.appended(restated);
                Container described = scanned(record.payload());
                Container old = known.get(record.subject());
                boolean isOlder = old != null && fromEvents.contains(record.subject());
                known.put(record.subject(), isOlder ? described.withStateOf(old) : described);
                informed = true;
            } else if (mark instanceof Mark.Synthetic change) {
                apply(new EventView(
                        "container", change.change(), "", change.subject(), Map.of("name", change.name()), 0));
            }
        }

        @Override
        public void appended(Record record) {
            if (record.kind() == Kind.INSPECT) {
                newest.appended(record);
            }
        }

        @Override
        public List<Record> snapshot() {
            return newest.written().stream()
                    .filter(record -> !destroyed.contains(record.subject()))
                    .toList();
        }
    }

    private static Container scanned(byte[] description) {
        try {
            return ContainerView.scanInspect(description, label -> true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long draw(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    /** Mostly soon, sometimes late. */
    private long delay() {
        return random.nextInt(8) == 0 ? draw(1, 300) * MILLI : draw(50, 3000) * MICRO;
    }

    private void after(long nanos, Runnable what) {
        time.after(nanos, () -> {
            if (!isOver) {
                what.run();
            }
        });
    }

    private void inConnection(long nanos, Runnable what) {
        int now = connection;
        after(nanos, () -> {
            if (connection == now) {
                what.run();
            }
        });
    }

    private void turn() {
        writer.turn();
        after(100 * MILLI, this::turn);
    }

    /** Whether the stream of events is open. */
    public boolean isOpen() {
        return isOpen;
    }

    private void connect(long begun) {
        if (!isUp) {
            if (!isDown) {
                isDown = true;
                reason = endedAt == 0 ? reason : "connection refused";
                Mark down = new Mark.EngineDown("connection refused");
                writer.put(new Arrival.Disconnected(writer.clock().mark(endedAt == 0 ? begun : endedAt, down)));
                disconnect();
            }
            after(200 * MILLI, () -> connect(begun));
            return;
        }
        long asked = writer.clock().now().received();
        inConnection(draw(50, 3000) * MICRO, () -> open(asked, begun));
    }

    private void open(long asked, long begun) {
        if (!isUp) {
            connect(begun);
            return;
        }
        boolean fresh = isDown || endedAt == 0;
        isDown = false;
        isOpen = true;
        List<byte[]> ring = engine.ring();
        boolean missed = !held.isEmpty() && ring.stream().noneMatch(event -> held.contains(text(event)));
        Record now = writer.clock().mark(new Mark.EngineUp("", "", "1.41"));
        writer.put(new Arrival.Connected(now, fresh, asked, true, reason));
        witness.opened(missed);
        deliveredBy = time.nanos();
        changes.begin(known);
        isListed = false;
        sinceAsked.clear();
        ring.forEach(event -> deliver(event, draw(1, 30) * MICRO));
        engine.listen(event -> deliver(event, draw(50, 2000) * MICRO));
        inConnection(delay(), this::list);
        inConnection(draw(2, 450) * MILLI, () -> {
            if (fresh || !isIntroduced) {
                isIntroduced = true;
                Mark up = new Mark.EngineUp("id", "20.10", "1.41");
                writer.put(new Arrival.Introduced(writer.clock().mark(up), "id"));
            }
        });
    }

    private void deliver(byte[] payload, long delay) {
        deliveredBy = Math.max(deliveredBy, time.nanos()) + delay;
        inConnection(deliveredBy - time.nanos(), () -> {
            EventView event = EventView.scan(payload);
            note(event);
            writer.event(event, payload);
            if (held.add(text(payload))) {
                witness.heard(event);
            }
            if (!isListed) {
                sinceAsked.add(event);
            }
            apply(event);
            changes.explain(event.id());
            if (known.containsKey(event.id()) && isDescribed(event.action())) {
                describe(event.id());
            }
        });
    }

    private static String text(byte[] event) {
        return new String(event, StandardCharsets.UTF_8);
    }

    private void note(EventView event) {
        if (event.action().equals("destroy")) {
            destroyed.add(event.id());
        }
    }

    private static boolean isDescribed(String action) {
        return !action.startsWith("exec_");
    }

    private void apply(EventView event) {
        if (event.action().equals("destroy")) {
            known.remove(event.id());
            newest.forget(event.id());
        } else if (!destroyed.contains(event.id()) && isDescribed(event.action())) {
            known.merge(event.id(), event.container(), (old, first) -> old.after(event));
        }
    }

    private void list() {
        List<Container> listed = engine.containers().values().stream()
                .map(seen -> new Container(seen.id(), seen.name(), "busybox", "", Map.of(), seen.isAlive()))
                .toList();
        sinceAsked.clear();
        inConnection(delay(), () -> {
            Set<String> gone = new HashSet<>(known.keySet());
            for (Container container : listed) {
                gone.remove(container.id());
                if (!destroyed.contains(container.id())) {
                    known.put(container.id(), container);
                }
            }
            known.keySet().removeAll(gone);
            sinceAsked.forEach(this::apply);
            gone.removeAll(known.keySet());
            gone.forEach(newest::forget);
            isListed = true;
            if (!informed) {
                informed = true;
                changes.beginWith(known);
            }
            listed.forEach(container -> describe(container.id()));
            inConnection(
                    SECOND,
                    () -> changes.compare(known, container -> true, (container, change) -> {
                        Mark mark = new Mark.Synthetic(container.id(), change, container.name());
                        writer.put(writer.clock().mark(container.id(), mark));
                        witness.described(container.id());
                    }));
        });
    }

    /** Asks for a description, unless it is asked for already; if something changes meanwhile, asks again. */
    private void describe(String id) {
        if (requests.containsKey(id)) {
            requests.put(id, true);
            return;
        }
        requests.put(id, false);
        inConnection(delay(), () -> {
            requests.put(id, false);
            byte[] description = engine.describe(id);
            inConnection(delay(), () -> {
                if (description != null) {
                    record(id, description);
                }
                boolean again = requests.remove(id);
                if (again && known.containsKey(id)) {
                    describe(id);
                }
            });
        });
    }

    private void record(String id, byte[] description) {
        Record old = newest.get(id);
        if (old != null && Arrays.equals(old.payload(), description)) {
            return;
        }
        Record record = writer.clock().stamp(Kind.INSPECT, id, 0, description);
        if (!destroyed.contains(id)) {
            newest.keep(record);
        }
        writer.put(record);
        witness.described(id);
    }

    private void sample() {
        after(5 * SECOND, this::sample);
        if (!isOpen) {
            return;
        }
        for (SimulatedEngine.Seen seen : List.copyOf(engine.containers().values())) {
            if (seen.isAlive() && known.containsKey(seen.id())) {
                long takenAt = time.nanos();
                long read = time.wall();
                String json = "{\"read\":\"" + Instant.ofEpochSecond(0, read)
                        + "\",\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":" + takenAt + "}},\"name\":\"/"
                        + seen.name() + "\",\"id\":\"" + seen.id() + "\"}";
                byte[] payload = json.getBytes(StandardCharsets.UTF_8);
                inConnection(delay(), () -> {
                    writer.put(writer.clock().stamp(Kind.STATS, seen.id(), read, payload));
                    witness.sampled(seen.id(), read, takenAt);
                });
            }
        }
    }

    /** The stream of events ends; the engine is there, and is asked again after a pause. */
    public void cut() {
        ended("the engine ended the event stream");
        after(draw(200, 800) * MILLI, () -> connect(0));
    }

    private void ended(String why) {
        connection++;
        requests.clear();
        engine.listen(null);
        if (!isOpen) {
            return;
        }
        isOpen = false;
        Clock.Reading now = writer.clock().now();
        endedAt = now.received();
        reason = why;
        writer.put(
                new Arrival.Ended(new Record(0, Kind.MARK, "", endedAt, now.received(), now.monotonic(), new byte[0])));
    }

    private void disconnect() {
        requests.clear();
        isListed = true;
    }

    /** The engine goes away. */
    public void lose() {
        isUp = false;
        ended("connection reset");
        connect(writer.clock().now().received());
    }

    /** The engine is back; the recorder finds it within 200 ms. */
    public void find() {
        isUp = true;
    }

    /** As at SIGTERM. */
    public void stop() throws IOException {
        over();
        writer.stop();
    }

    /** As at SIGKILL, once the journal was copied: what is written from now on goes elsewhere. */
    public void abandon() throws IOException {
        over();
        writer.close();
    }

    private void over() {
        isOver = true;
        isOpen = false;
        engine.listen(null);
    }
}
