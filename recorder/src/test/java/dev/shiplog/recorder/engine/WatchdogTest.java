package dev.shiplog.recorder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class WatchdogTest {
    private static final Duration LIMIT = Duration.ofMillis(200);

    private static final class Stream implements MessageStream {
        final AtomicReference<@Nullable String> closed = new AtomicReference<>();
        volatile long lastHeard = System.nanoTime();

        @Override
        public void open() {}

        @Override
        public @Nullable Message next() {
            return null;
        }

        @Override
        public void follow(Listener listener) {
            listener.ended(null);
        }

        @Override
        public long lastHeard() {
            return lastHeard;
        }

        @Override
        public void close() {
            close("closed");
        }

        @Override
        public void close(String reason) {
            closed.compareAndSet(null, reason);
        }
    }

    @Test
    void closesWhatFellSilentAndNothingElse() throws InterruptedException {
        try (Watchdog watchdog = new Watchdog()) {
            Stream silent = new Stream();
            Stream speaking = new Stream();
            Stream cancelled = new Stream();
            watchdog.watch(silent, LIMIT);
            watchdog.watch(speaking, LIMIT);
            watchdog.watch(cancelled, LIMIT).cancel();
            for (int i = 0; i < 20; i++) {
                Thread.sleep(25);
                speaking.lastHeard = System.nanoTime();
            }
            assertThat(silent.closed).hasValue("silent for 200 ms");
            assertThat(speaking.closed).hasValue(null);
            assertThat(cancelled.closed).hasValue(null);
            await().untilAtomic(speaking.closed, org.hamcrest.Matchers.equalTo("silent for 200 ms"));
        }
    }

    @Test
    void needsOneThreadForAllStreams() {
        int before = watchdogs();
        try (Watchdog watchdog = new Watchdog()) {
            List<Stream> streams = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                Stream stream = new Stream();
                streams.add(stream);
                watchdog.watch(stream, LIMIT);
            }
            // Those of other tests may end meanwhile.
            assertThat(watchdogs()).isLessThanOrEqualTo(before + 1);
            await().untilAsserted(() -> assertThat(streams)
                    .allSatisfy(stream -> assertThat(stream.closed).hasValue("silent for 200 ms")));
        }
    }

    private static int watchdogs() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("shiplog-watchdog"))
                .count();
    }

    @Test
    void leavesStreamsAloneOnceItIsClosed() throws InterruptedException {
        Watchdog watchdog = new Watchdog();
        Stream before = new Stream();
        Stream after = new Stream();
        watchdog.watch(before, LIMIT);
        watchdog.close();
        watchdog.close();
        watchdog.watch(after, LIMIT);
        Thread.sleep(LIMIT.toMillis() * 2);
        assertThat(before.closed).hasValue(null);
        assertThat(after.closed).hasValue(null);
    }
}
