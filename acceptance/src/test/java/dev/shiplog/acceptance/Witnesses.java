package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A {@link Witness} for each life of an engine that ends again and again: it is there as soon as the engine is. */
final class Witnesses implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Between two attempts to reach an engine that is away. */
    private static final int KNOCK_MILLIS = 5;

    private final Path socket;
    private final List<Witness> witnesses = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::relieve, "witnesses");
    private volatile boolean over;

    private Witnesses(Path socket) {
        this.socket = socket;
    }

    static Witnesses of(Path socket) {
        Witnesses witnesses = new Witnesses(socket);
        witnesses.thread.setDaemon(true);
        witnesses.thread.start();
        return witnesses;
    }

    /** What any of them heard, each line once. */
    Set<String> heard() {
        Set<String> heard = new LinkedHashSet<>();
        witnesses.forEach(witness -> heard.addAll(witness.lines()));
        return heard;
    }

    /** How many of them heard anything. */
    long lives() {
        return witnesses.stream().filter(witness -> !witness.heard().isEmpty()).count();
    }

    /**
     * Holds the witness of this life against the engine's own count of its events: it has heard as many, none of them made up.
     * Returns how many that are.
     */
    long check(PrivateEngine engine, String as) throws IOException {
        await(as + ": the engine has a witness")
                .atMost(PATIENCE)
                .until(() -> !witnesses.isEmpty() && newest().listens());
        Witness witness = newest();
        int before = distinct(witness);
        long counted = engine.events();
        assertThat((long) before)
                .as("events heard against those that the engine counted, %s", as)
                .isLessThanOrEqualTo(counted);
        await(as + ": the witness hears the " + counted + " events that the engine counted")
                .atMost(PATIENCE)
                .until(() -> distinct(witness) >= counted);
        return counted;
    }

    private Witness newest() {
        return witnesses.get(witnesses.size() - 1);
    }

    /** The engine may send an event twice to someone who comes while it is published. */
    private static int distinct(Witness witness) {
        return new HashSet<>(witness.lines()).size();
    }

    private void relieve() {
        while (!over) {
            try (Witness witness = Witness.of(socket)) {
                witnesses.add(witness);
                witness.join();
            } catch (IOException e) {
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(KNOCK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        over = true;
        thread.interrupt();
        for (Witness witness : witnesses) {
            witness.close();
        }
    }
}
