package dev.shiplog.recorder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What one stream brought, until it has as many messages as wanted. */
final class Heard implements MessageStream.Listener {
    final List<String> messages = new CopyOnWriteArrayList<>();
    final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    final AtomicInteger ends = new AtomicInteger();
    final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    final int wanted;
    private final AtomicInteger inside = new AtomicInteger();

    Heard(int wanted) {
        this.wanted = wanted;
    }

    @Override
    public boolean message(Message message) {
        assertThat(inside.incrementAndGet()).as("calls at once").isEqualTo(1);
        threads.add(Thread.currentThread());
        messages.add(new String(message.bytes(), UTF_8));
        inside.decrementAndGet();
        return messages.size() < wanted;
    }

    @Override
    public void ended(@Nullable IOException why) {
        failure.set(why);
        ends.incrementAndGet();
    }

    Heard awaitEnd() {
        await().until(() -> ends.get() > 0);
        return this;
    }
}
