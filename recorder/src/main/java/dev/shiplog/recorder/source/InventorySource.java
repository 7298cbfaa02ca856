package dev.shiplog.recorder.source;

import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.live.Inventory;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.timeline.payload.Listing;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Asks the engine once a minute how many images, volumes and networks there are, for those who scrape: nothing of it is
 * recorded. Each is asked for by itself, so that one that hangs or is refused costs no other.
 */
public final class InventorySource implements Closeable {
    private static final System.Logger LOG = System.getLogger(InventorySource.class.getName());

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration EVERY = Duration.ofMinutes(1);
    /** What a proxy refuses, it will refuse again. */
    private static final Duration AFTER_REFUSAL = Duration.ofMinutes(10);
    /** How often it looks whether it is time. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Engine engine;
    private final Clock clock;
    private final Inventory inventory;
    private final BooleanSupplier engineIsUp;
    private final List<Question> questions;
    private final Thread thread = new Thread(this::run, "shiplog-inventory");

    /** @param engineIsUp whether it makes sense to ask */
    public InventorySource(Engine engine, Clock clock, Inventory inventory, BooleanSupplier engineIsUp) {
        this.engine = engine;
        this.clock = clock;
        this.inventory = inventory;
        this.engineIsUp = engineIsUp;
        questions = List.of(
                new Question("images", "/images/json", ""),
                new Question("volumes", "/volumes", "Volumes"),
                new Question("networks", "/networks", ""));
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                for (Question question : questions) {
                    if (!engineIsUp.getAsBoolean()) {
                        question.forget();
                    } else if (clock.now().monotonic() - question.due >= 0) {
                        question.ask();
                    }
                }
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // we stop
        }
    }

    /** Idempotent. */
    @Override
    public void close() {
        thread.interrupt();
    }

    /** What is asked for again and again. For one thread. */
    private final class Question {
        private final String sort;
        private final String path;
        private final String member;
        /** When to ask, by the monotonic clock. */
        private long due = clock.now().monotonic();

        private boolean refused;
        private boolean told;

        Question(String sort, String path, String member) {
            this.sort = sort;
            this.path = path;
            this.member = member;
        }

        void ask() {
            long began = clock.now().monotonic();
            refused = false;
            try {
                inventory.counted(sort, engine.read(path, PATIENCE, answer -> Listing.count(answer, member)));
                told = false;
            } catch (IOException e) {
                refused = e instanceof EngineStatusException answer && isRefusal(answer.status());
                failed(e);
            }
            due = began + (refused ? AFTER_REFUSAL : EVERY).toNanos();
        }

        /** The engine is away; once it is back, it is asked at once. */
        void forget() {
            inventory.forget(sort);
            if (!refused) {
                due = clock.now().monotonic();
            }
        }

        private void failed(IOException e) {
            inventory.failed(sort);
            if (!told && !Thread.currentThread().isInterrupted()) {
                LOG.log(
                        Level.WARNING,
                        "{0} are not counted: {1}{2}",
                        sort,
                        e.getMessage(),
                        refused ? "; allow GET " + path + ", or do without docker_" + sort + "_total" : "");
                told = true;
            }
        }

        private static boolean isRefusal(int status) {
            return status >= 400 && status < 500;
        }
    }
}
