package dev.shiplog.replay.ship;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {
    /** In ms, one for each failure. */
    private final List<Long> waits = new ArrayList<>();

    private long now;
    private boolean stopped;

    private Backoff backoff(Duration patience) {
        return new Backoff(patience, Bulks.untold(), () -> TimeUnit.MILLISECONDS.toNanos(now), millis -> {
            waits.add(millis);
            now += millis;
            return stopped;
        });
    }

    @Test
    void waitsLongerAfterEachFailureAndNeverLongerThanHalfAMinute() throws IOException {
        Backoff backoff = backoff(Duration.ofDays(1));
        for (int i = 1; i <= 100; i++) {
            backoff.fail("busy", null);
            long most = Math.min(30_000, 200L << Math.min(i, 20));
            assertThat(waits.get(i - 1)).as("failure %d", i).isBetween(most / 2, most);
        }
    }

    @Test
    void beginsAnewAfterASuccess() throws IOException {
        Backoff backoff = backoff(Duration.ofSeconds(30));
        for (int i = 0; i < 50; i++) {
            backoff.fail("busy", null);
            backoff.succeed();
        }
        assertThat(waits).allMatch(wait -> wait <= 400);
        assertThat(now).isGreaterThan(5_000);
    }

    @Test
    void triesOnceMoreWhenThePatienceEndsAndThenGivesUpWithTheReason() {
        Backoff backoff = backoff(Duration.ofSeconds(10));
        assertThatThrownBy(() -> {
                    while (true) {
                        backoff.fail("the queue is full", null);
                        now++; // the attempt takes time
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessage("gave up after 10 s: the queue is full");
        assertThat(now).isBetween(10_000L, 10_100L);
    }

    @Test
    void waitsAsLongAsTheClusterAsksButNotBeyondThePatience() throws IOException {
        Backoff backoff = backoff(Duration.ofSeconds(60));
        backoff.fail("busy", "7");
        backoff.fail("busy", "0");
        backoff.fail("busy", "3600");
        assertThat(waits.get(0)).isEqualTo(7_000);
        assertThat(waits.get(1)).isBetween(400L, 800L);
        assertThat(now).isEqualTo(60_000);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "Fri, 27 Nov 2026 07:28:00 GMT", "-5", "1.5", "123456789012345678901234567890"})
    void waitsItsOwnTimeIfTheClusterNamesNoNumber(String retryAfter) throws IOException {
        backoff(Duration.ofMinutes(5)).fail("busy", retryAfter);
        assertThat(waits.get(0)).isBetween(200L, 400L);
    }

    @Test
    void endsWhenTheProgramIsToEnd() {
        stopped = true;
        assertThatThrownBy(() -> backoff(Duration.ofMinutes(5)).fail("the queue is full", null))
                .isInstanceOf(InterruptedIOException.class)
                .hasMessageContaining("the queue is full");
    }
}
