package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Containers to which everything happens that can: a few threads start, end, rename, pause, kill and remove them, each its
 * own, by choices that follow from a seed. Where the engine refuses or is away, they go on with the next thing.
 */
final class ChaosFleet implements AutoCloseable {
    private static final int THREADS = 3;
    /** So many containers that stay has each thread. */
    private static final int STAYING = 4;

    private static final Map<String, Object> ALWAYS =
            Map.of("RestartPolicy", Map.of("Name", "always"), "NetworkMode", "none");
    private static final Map<String, Object> AT_ONCE = Map.of("AutoRemove", true, "NetworkMode", "none");

    /** Numbered lines on both streams, some twenty a second. */
    private static final String WRITER =
            "i=0; while :; do echo \"out $i\"; echo \"err $i\" >&2; i=$((i+1)); usleep 100000; done";

    private final RealEngine engine;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile boolean over;

    ChaosFleet(RealEngine engine, Random seeds) {
        this.engine = engine;
        for (int i = 0; i < THREADS; i++) {
            Hand hand = new Hand("c" + i, new Random(seeds.nextLong()));
            threads.add(new Thread(hand::work, "fleet-" + i));
        }
        threads.forEach(Thread::start);
    }

    /** How many things were done. */
    int done() {
        return done.get();
    }

    /** How many the engine refused, or broke off when it ended. */
    int refused() {
        return refused.get();
    }

    /** Nothing new happens after it; what runs goes on. */
    void rest() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.MINUTES.toMillis(2));
            assertThat(thread.isAlive()).as("%s waits for the engine", thread).isFalse();
        }
    }

    @Override
    public void close() {
        over = true;
    }

    /** One thread, and its containers. */
    private final class Hand {
        private final String prefix;
        private final Random random;
        private final List<String> ids = new ArrayList<>();
        /** Names and ids of what must go: the engine did not say whether it made or removed it. */
        private final Deque<String> leftovers = new ArrayDeque<>();

        private int names;

        Hand(String prefix, Random random) {
            this.prefix = prefix;
            this.random = random;
        }

        void work() {
            while (!over) {
                try {
                    act();
                    done.incrementAndGet();
                    nap(250);
                } catch (SocketException e) {
                    nap(100); // the engine is away
                } catch (IOException e) {
                    refused.incrementAndGet();
                    nap(100);
                }
            }
        }

        private void act() throws IOException {
            clear();
            if (ids.size() < STAYING) {
                ids.add(create());
                engine.start(ids.get(ids.size() - 1));
                return;
            }
            String id = ids.get(random.nextInt(ids.size()));
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> burst();
                case 3 -> rename(id);
                case 4 -> pause(id);
                case 5 -> engine.remove(create(Map.of("HostConfig", ALWAYS), "true"));
                case 6 -> engine.act(id, "kill?signal=" + (random.nextBoolean() ? "KILL" : "HUP"));
                case 7 -> engine.act(id, "restart?t=0");
                case 8 -> engine.act(id, "stop?t=0");
                case 9 -> engine.start(id);
                case 10 -> {
                    for (int i = random.nextInt(6); i >= 0; i--) {
                        engine.exec(id, "true");
                    }
                }
                default -> {
                    ids.remove(id);
                    leftovers.add(id);
                    clear();
                }
            }
        }

        /** What nobody knows any more would write until the end, and more of it after each end of the engine. */
        private void clear() throws IOException {
            for (String leftover = leftovers.peek(); leftover != null; leftover = leftovers.peek()) {
                try {
                    engine.remove(leftover);
                } catch (IOException e) {
                    if (!String.valueOf(e.getMessage()).contains(" 404 ")) {
                        throw e;
                    }
                }
                leftovers.remove();
            }
        }

        private String create(Map<String, Object> more, String... command) throws IOException {
            String name = name();
            leftovers.add(name);
            String id = engine.create(name, Map.of(), more, command);
            leftovers.remove(name);
            return id;
        }

        /** A writer, one that flaps, or one whose health is asked for. */
        private String create() throws IOException {
            return switch (random.nextInt(5)) {
                case 0, 1 -> {
                    String flaps = "date +%N; usleep " + (10_000 + random.nextInt(90_000)) + "; exit 1";
                    yield create(Map.of("HostConfig", ALWAYS), "sh", "-c", flaps);
                }
                case 2 -> {
                    Map<String, Object> health = Map.of("Test", List.of("CMD", "true"), "Interval", 1_000_000_000L);
                    Map<String, Object> more = Map.of("HostConfig", ALWAYS, "Healthcheck", health);
                    yield create(more, "sh", "-c", WRITER);
                }
                default -> create(Map.of("HostConfig", ALWAYS), "sh", "-c", WRITER);
            };
        }

        /** Containers that end as soon as they have begun, and are removed by the engine. */
        private void burst() throws IOException {
            for (int i = random.nextInt(5); i >= 0; i--) {
                String script = "seq " + random.nextInt(20) + "; exit " + random.nextInt(3);
                engine.start(create(Map.of("HostConfig", AT_ONCE), "sh", "-c", script));
            }
        }

        /** Many times in a row: dozens of events in a second, which cost the engine little. */
        private void rename(String id) throws IOException {
            for (int i = random.nextInt(60); i >= 0; i--) {
                engine.act(id, "rename?name=" + name());
            }
        }

        private void pause(String id) throws IOException {
            engine.act(id, "pause");
            nap(200);
            engine.act(id, "unpause");
        }

        private String name() {
            return prefix + "-" + names++;
        }

        private void nap(int mostMillis) {
            try {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(mostMillis));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
