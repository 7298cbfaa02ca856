package dev.shiplog.recorder.exposition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkersTest {
    private final Workers workers = new Workers(Duration.ofMillis(100));
    private final CountDownLatch done = new CountDownLatch(1);

    @AfterEach
    void end() {
        done.countDown();
        workers.shutdownNow();
    }

    @Test
    void whoWaitsForAClientTooLongIsInterruptedAndItsConnectionClosed() throws Exception {
        Pipe client = Pipe.open();
        AtomicReference<IOException> end = new AtomicReference<>();
        workers.execute(() -> {
            try {
                while (client.sink().write(ByteBuffer.allocate(4096)) > 0) {}
            } catch (IOException e) {
                end.set(e);
            }
        });
        await().until(() -> {
            workers.interruptLate();
            return end.get() != null;
        });
        assertThat(end.get()).isInstanceOf(ClosedByInterruptException.class);
        assertThat(client.sink().isOpen()).isFalse();
        client.source().close();
    }

    @Test
    void whoIsInTimeIsNot() {
        Workers patient = new Workers(Duration.ofMinutes(1));
        CountDownLatch ended = new CountDownLatch(20);
        AtomicReference<Boolean> interrupted = new AtomicReference<>(false);
        for (int i = 0; i < 20; i++) {
            patient.execute(() -> {
                if (Thread.currentThread().isInterrupted()) {
                    interrupted.set(true);
                }
                ended.countDown();
            });
        }
        while (ended.getCount() > 0) {
            patient.interruptLate();
        }
        patient.shutdown();
        assertThat(interrupted).hasValue(false);
    }

    @Test
    void whatComesWhileAllAreBusyIsRefusedWhenTooManyWait() {
        for (int i = 0; i < 8 + 16; i++) {
            workers.execute(this::waitForTheEnd);
        }
        assertThatThrownBy(() -> workers.execute(this::waitForTheEnd)).isInstanceOf(RejectedExecutionException.class);
        assertThat(workers.getPoolSize()).isEqualTo(8);
        done.countDown();
        await().until(() -> workers.getCompletedTaskCount() == 24);
    }

    private void waitForTheEnd() {
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
