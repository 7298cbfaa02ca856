package dev.shiplog.replay.ship;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutageTest {
    private final List<String> said = new ArrayList<>();
    private Instant now = Instant.parse("2026-11-27T15:00:00.250Z");

    private Outage outage(int seconds) {
        return new Outage(Duration.ofSeconds(seconds), () -> now, said::add);
    }

    private void pass(int seconds) {
        now = now.plusSeconds(seconds);
    }

    @Test
    void saysItOnceWhateverTheReasonsAndOnceThatItIsOver() {
        Outage outage = outage(10);
        outage.fail("busy");
        pass(9);
        outage.fail("still busy");
        assertThat(said).isEmpty();
        pass(1);
        outage.fail("nobody answers");
        assertThat(said).containsExactly("nobody answers; trying again since 2026-11-27T15:00:00Z");
        for (int i = 0; i < 100; i++) {
            pass(30);
            outage.fail("busy");
        }
        outage.succeed();
        outage.succeed();
        assertThat(said).hasSize(2).endsWith("the cluster is in order again, after 50 min");
    }

    @Test
    void saysNothingIfSomethingSucceedsNowAndThen() {
        Outage outage = outage(10);
        for (int i = 0; i < 100; i++) {
            outage.fail("busy");
            pass(9);
            outage.succeed();
        }
        assertThat(said).isEmpty();
    }

    @Test
    void saysEachOutage() {
        Outage outage = outage(0);
        outage.fail("busy");
        pass(59);
        outage.succeed();
        outage.fail("gone");
        assertThat(said)
                .containsExactly(
                        "busy; trying again since 2026-11-27T15:00:00Z",
                        "the cluster is in order again, after 59 s",
                        "gone; trying again since 2026-11-27T15:00:59Z");
    }
}
