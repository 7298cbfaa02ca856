package dev.shiplog.timeline.payload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.timeline.json.Json;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ProcessViewTest {
    private static ProcessView view(String description) {
        return ProcessView.of(Objects.requireNonNull(Json.parse(description.getBytes(UTF_8))));
    }

    private static long pid(String pid) {
        return view("{\"State\":{\"Pid\":" + pid + "}}").pid();
    }

    @Test
    void readsWhatItWasGiven() {
        assertThat(view("{\"State\":{\"Pid\":4711},\"HostConfig\":{\"NetworkMode\":\"host\",\"IpcMode\":\"private\"}}"))
                .isEqualTo(new ProcessView(4711, true, false));
        assertThat(view("{\"State\":{\"Pid\":4711},\"HostConfig\":{\"NetworkMode\":\"bridge\",\"IpcMode\":\"host\"}}"))
                .isEqualTo(new ProcessView(4711, false, true));
        assertThat(view("{\"State\":{\"Pid\":1},\"HostConfig\":{\"NetworkMode\":\"container:host\"}}"))
                .isEqualTo(new ProcessView(1, false, false));
    }

    @Test
    void whatSaysNothingSaysThatThereIsNone() {
        assertThat(view("{}")).isEqualTo(ProcessView.NONE);
        assertThat(view("[]")).isEqualTo(ProcessView.NONE);
        assertThat(view("{\"State\":7,\"HostConfig\":[]}")).isEqualTo(ProcessView.NONE);
        for (String odd : new String[] {"0", "-1", "null", "\"4711\"", "2147483648", "99999999999999999999", "{}"}) {
            assertThat(pid(odd)).as(odd).isZero();
        }
        assertThat(pid("2147483647")).isEqualTo(Integer.MAX_VALUE);
    }
}
