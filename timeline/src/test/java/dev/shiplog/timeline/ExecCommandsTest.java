package dev.shiplog.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.timeline.payload.EventView;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExecCommandsTest {
    private final ExecCommands commands = new ExecCommands();

    private static EventView event(String action, String execId) {
        return new EventView("container", action, "local", "c", Map.of("execID", execId), 1);
    }

    @Test
    void anEndHasTheCommandOfItsId() {
        assertThat(commands.take(event("exec_create: sh -c a: b", "1"))).isEqualTo("sh -c a: b");
        assertThat(commands.take(event("exec_start: true", "2"))).isEqualTo("true");
        assertThat(commands.take(event("exec_die", "1"))).isEqualTo("sh -c a: b");
        assertThat(commands.take(event("exec_die", "2"))).isEqualTo("true");
        assertThat(commands.take(event("exec_die", "2"))).as("it ended before").isEmpty();
        assertThat(commands.take(event("exec_die", "3"))).isEmpty();
        assertThat(commands.take(event("die", "1"))).isEmpty();
    }

    @Test
    void whatNeverEndsIsForgotten() {
        for (int i = 0; i < 10_000; i++) {
            commands.take(event("exec_create: " + i, String.valueOf(i)));
        }
        assertThat(commands.take(event("exec_die", "0"))).isEmpty();
        assertThat(commands.take(event("exec_die", "9999"))).isEqualTo("9999");
        String large = "x".repeat(600_000);
        commands.take(event("exec_start: " + large, "a"));
        assertThat(commands.take(event("exec_die", "9998"))).isEqualTo("9998");
        commands.take(event("exec_start: " + large, "b"));
        assertThat(commands.take(event("exec_die", "a"))).isEmpty();
        assertThat(commands.take(event("exec_die", "b"))).isEqualTo(large);
    }

    @Test
    void knowsTheStepsOfBothEngines() {
        assertThat(ExecCommands.Step.of(event("exec_create: a", ""))).isEqualTo(ExecCommands.Step.CREATED);
        assertThat(ExecCommands.Step.of(event("exec_start: a", ""))).isEqualTo(ExecCommands.Step.STARTED);
        assertThat(ExecCommands.Step.of(event("exec_die", ""))).isEqualTo(ExecCommands.Step.DIED);
        assertThat(ExecCommands.Step.of(event("exec", ""))).isEqualTo(ExecCommands.Step.CREATED);
        assertThat(ExecCommands.Step.of(event("exec_died", ""))).isEqualTo(ExecCommands.Step.DIED);
        assertThat(ExecCommands.Step.of(event("exec_detach", ""))).isNull();
        assertThat(ExecCommands.Step.of(new EventView("image", "exec_die", "", "", Map.of(), 0)))
                .isNull();
    }
}
