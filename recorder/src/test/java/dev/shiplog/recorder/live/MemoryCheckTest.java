package dev.shiplog.recorder.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.testkit.Samples;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryCheckTest {
    private static final List<byte[]> SAMPLES = Samples.payloads(Samples.STATS).subList(0, 100);

    private final MemoryCheck check = new MemoryCheck();

    private static Record record(byte[] payload) {
        return new Record(0, Kind.STATS, "c", 1, 1, 1, payload);
    }

    /** How engines send it: without the controller on cgroup v1, on v2, on v2 of an LXC container, and all in full. */
    static List<String> nothing() {
        return List.of(
                "{}",
                "{\"stats\":{\"active_anon\":0,\"anon\":0,\"file\":0,\"inactive_file\":0,\"pgfault\":0,\"pgmajfault\":0},\"limit\":8232886272}",
                "{\"limit\":18446744073709551615}",
                "{\"usage\":0,\"max_usage\":0,\"stats\":{\"cache\":0,\"total_cache\":0,\"total_rss\":0,\"total_pgfault\":0},\"limit\":0}",
                "null");
    }

    static byte[] with(String memory, byte[] sample) {
        return new String(sample, UTF_8)
                .replaceFirst("\"memory_stats\":\\{.*?\"stats\":\\{[^}]*}[^}]*}", "\"memory_stats\":" + memory)
                .getBytes(UTF_8);
    }

    @ParameterizedTest
    @MethodSource("nothing")
    void isToldOnceAfterSomeSamples(String memory) {
        int told = 0;
        for (int i = 0; i < SAMPLES.size(); i++) {
            byte[] sample = with(memory, SAMPLES.get(i));
            assertThat(sample.length).isLessThan(SAMPLES.get(i).length);
            told += check.told(record(sample)) ? 1 : 0;
            assertThat(told).as("sample %d", i).isEqualTo(i < 9 ? 0 : 1);
        }
    }

    @Test
    void isNotToldWhereOneContainerHasMemory() {
        for (int i = 0; i < SAMPLES.size(); i++) {
            byte[] sample = i == 5 ? SAMPLES.get(i) : with("{}", SAMPLES.get(i));
            assertThat(check.told(record(sample))).as("sample %d", i).isFalse();
        }
    }
}
