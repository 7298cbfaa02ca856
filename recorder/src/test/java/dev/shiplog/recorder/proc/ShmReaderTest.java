package dev.shiplog.recorder.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShmReaderTest {
    private static final Reading<SharedMemory> MEMORY = Reading.of(new SharedMemory(8, 5));
    private static final Reading<SharedMemory> NO_ANSWER = Reading.skipped("no answer");

    private final CountDownLatch answer = new CountDownLatch(1);
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ShmReader reader = new ShmReader(
            (process, hostDevice) -> {
                asked.add(process.toString());
                if (process.toString().startsWith("hangs")) {
                    awaitAnswer();
                }
                if (process.toString().equals("fails")) {
                    throw new IOException("it fails");
                }
                return MEMORY;
            },
            Duration.ofMillis(200));

    /** As a call into the kernel, no interrupt ends it. */
    private void awaitAnswer() {
        while (answer.getCount() > 0) {
            try {
                answer.await();
            } catch (InterruptedException e) {
                // still in the kernel
            }
        }
    }

    @AfterEach
    void close() {
        answer.countDown();
        reader.close();
    }

    private Reading<SharedMemory> read(String container) throws Exception {
        return reader.read(container, Path.of(container), false, "0:1");
    }

    @Test
    void oneThatDoesNotAnswerIsLeftAloneUntilItDoes() throws Exception {
        assertThat(read("hangs")).isEqualTo(NO_ANSWER);
        assertThat(read("other")).isEqualTo(MEMORY);
        assertThat(read("hangs")).isEqualTo(NO_ANSWER);
        assertThat(asked).containsExactly("hangs", "other");
        answer.countDown();
        await().until(() -> read("hangs").equals(MEMORY));
    }

    @Test
    void notManyMayHangAtOnce() throws Exception {
        for (int i = 0; i < 4; i++) {
            assertThat(read("hangs" + i)).isEqualTo(NO_ANSWER);
        }
        assertThat(read("other")).isEqualTo(NO_ANSWER);
        assertThat(asked).hasSize(4);
        answer.countDown();
        await().until(() -> read("other").equals(MEMORY));
    }

    @Test
    void theHostsIsNotAskedAndFailuresArePassedOn() throws Exception {
        assertThat(reader.read("c", Path.of("c"), true, "")).isEqualTo(Reading.skipped("it is the host's"));
        assertThat(asked).isEmpty();
        assertThatThrownBy(() -> read("fails")).isInstanceOf(IOException.class).hasMessage("it fails");
    }
}
