package dev.shiplog.recorder.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.recorder.writer.Arrival;
import dev.shiplog.timeline.payload.EventView;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventSyncTest {
    @Test
    void anEndIsForcedToDiskAtOnceAndCommandsAreBatched() {
        assertThat(List.of("die", "oom", "health_status: unhealthy"))
                .allMatch(action -> sync("container", action) == Arrival.Sync.NOW);
        assertThat(List.of("start", "create", "kill", "health_status: healthy", "destroy", "exec"))
                .allMatch(action -> sync("container", action) == Arrival.Sync.SOON);
        assertThat(List.of("exec_create: sh -c true", "exec_start: sh", "exec_die", "exec_detach"))
                .allMatch(action -> sync("container", action) == Arrival.Sync.BATCHED);
        assertThat(sync("network", "exec_die")).isEqualTo(Arrival.Sync.SOON);
    }

    private static Arrival.Sync sync(String type, String action) {
        return EventSource.sync(new EventView(type, action, "local", "", Map.of(), 0));
    }
}
