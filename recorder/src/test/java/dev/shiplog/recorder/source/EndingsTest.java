package dev.shiplog.recorder.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.timeline.payload.EventView;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EndingsTest {
    private static final long SECOND = 1_000_000_000L;

    private final Endings endings = new Endings("own", 0);
    private long now;

    private void happens(String action, String id, String signal) {
        endings.happened(new EventView("container", action, "local", id, Map.of("signal", signal), 0), now);
    }

    @Test
    void nobodyEndsWhereNothingHappens() {
        assertThat(endings.others(now)).isFalse();
        happens("start", "web", "");
        happens("kill", "web", "1");
        happens("kill", "web", "28");
        endings.happened(new EventView("network", "destroy", "local", "net", Map.of(), 0), now);
        assertThat(endings.others(now)).isFalse();
    }

    @Test
    void aContainerThatWasAskedToEndIsWaitedForUntilItEnds() {
        happens("kill", "own", "15");
        assertThat(endings.others(now)).as("we go alone").isFalse();
        happens("kill", "web", "15");
        now += 10 * SECOND;
        assertThat(endings.others(now)).isTrue();
        happens("kill", "web", "9");
        happens("die", "web", "");
        assertThat(endings.others(now)).isFalse();
    }

    @Test
    void aContainerThatIgnoresBeingAskedToEndIsNotWaitedForForEver() {
        happens("kill", "web", "15");
        now += 16 * SECOND;
        assertThat(endings.others(now)).isFalse();
    }

    /** As when the host ends all processes at once: the engine asks nobody. */
    @Test
    void othersThatEndTogetherAreWaitedForUnlessTheEngineAskedUs() {
        happens("die", "web", "");
        now += SECOND / 2;
        happens("die", "own", "");
        assertThat(endings.others(now)).isTrue();
        happens("kill", "own", "15");
        assertThat(endings.others(now)).isFalse();
        now += 60 * SECOND;
        happens("die", "db", "");
        assertThat(endings.others(now)).as("we were asked long ago, and live").isTrue();
        now += 2 * SECOND;
        assertThat(endings.others(now)).isFalse();
    }
}
