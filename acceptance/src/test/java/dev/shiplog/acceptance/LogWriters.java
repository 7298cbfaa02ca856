package dev.shiplog.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.shiplog.testkit.ScriptedEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Each of some containers writes as long as this is open: lines of all lengths, in bursts, some with the same time, some
 * late.
 */
final class LogWriters implements AutoCloseable {
    private final ScriptedEngine engine;
    private final int burst;
    private final int length;
    private final List<Thread> threads = new ArrayList<>();
    private volatile int limit = Integer.MAX_VALUE;
    private volatile boolean over;

    /**
     * @param burst lines between two pauses, on average
     * @param length of a line, at most
     */
    LogWriters(ScriptedEngine engine, List<String> ids, Random random, int burst, int length) {
        this.engine = engine;
        this.burst = burst;
        this.length = length;
        for (String id : ids) {
            Random own = new Random(random.nextLong());
            Thread thread = new Thread(() -> write(id, own), "writer");
            threads.add(thread);
            thread.start();
        }
    }

    /** Each goes on until it has written so many lines. */
    void until(int lines) {
        limit = lines;
    }

    private void write(String id, Random own) {
        long time = System.currentTimeMillis() * 1_000_000;
        for (int i = 0; !over; ) {
            if (i < limit) {
                time = own.nextInt(3) == 0 ? time : Math.max(time + 1, System.currentTimeMillis() * 1_000_000);
                long late = own.nextInt(8) == 0 ? own.nextInt(20_000_000) : 0;
                String text = i + " " + "y".repeat(own.nextInt(length)) + "\n";
                engine.log(id, 1 + own.nextInt(2), i < 100 ? time : time - late, text.getBytes(UTF_8));
                i++;
            }
            if (own.nextInt(burst) == 0 || i >= limit) {
                LockSupport.parkNanos(own.nextInt(60_000_000));
            }
        }
    }

    /** Returns when all are silent. */
    @Override
    public void close() {
        over = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
