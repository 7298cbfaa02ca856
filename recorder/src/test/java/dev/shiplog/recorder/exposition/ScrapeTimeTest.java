package dev.shiplog.recorder.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.retention.Limits;
import dev.shiplog.recorder.control.Status;
import dev.shiplog.recorder.live.LiveState;
import dev.shiplog.recorder.source.EngineState;
import dev.shiplog.recorder.source.SocketsState;
import dev.shiplog.recorder.writer.Checkpoints;
import dev.shiplog.recorder.writer.Clock;
import dev.shiplog.recorder.writer.RecordQueue;
import dev.shiplog.testkit.Samples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a scrape of many containers costs; printed, since a time is not the same on every machine. */
@Tag("once")
class ScrapeTimeTest {
    private static final int SCRAPES = 100;

    private long now = 1_795_252_323_000_000_000L;
    private final Clock clock = new Clock(() -> now, () -> now, step -> {});
    private final LiveState live = new LiveState(clock, true);
    private final Checkpoints checkpoints = new Checkpoints(clock, List.of(live));

    private Status status() {
        return new Status(
                "1.0",
                1,
                "/srv/events",
                clock.now(),
                new EngineState(true, now, "28.5", "1.51", "", Map.of()),
                checkpoints.tally(),
                new RecordQueue.Waiting(0, 0),
                Map.of(),
                0,
                new Status.Disk(1 << 30, 0, Limits.NONE),
                Status.Metrics.NONE,
                SocketsState.OFF);
    }

    @ParameterizedTest
    @ValueSource(ints = {50, 500})
    void aScrapeOfManyContainersIsFast(int containers) throws IOException {
        List<byte[]> samples = Samples.payloads(Samples.STATS);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < containers; i++) {
                String id = "%064x".formatted(i);
                live.appended(clock.stamp(Kind.STATS, id, 0, samples.get(round * containers + i)));
                live.appended(clock.stamp(
                        Kind.INSPECT,
                        id,
                        0,
                        "{\"Id\":\"%s\",\"Name\":\"/shop-front-%d\",\"State\":{\"Status\":\"running\"},\"Config\":{\"Image\":\"registry/shop/front:1.4\",\"Labels\":{\"com.docker.compose.service\":\"front\",\"com.docker.compose.project\":\"shop\"}}}"
                                .formatted(id, i)
                                .getBytes(StandardCharsets.UTF_8)));
            }
            now += 1_000_000_000L;
        }
        Pages pages = new Pages(
                LabelRules.of(List.of(), List.of()),
                Freshness.of(Duration.ofSeconds(5), Duration.ofMinutes(1)),
                live,
                this::status);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] nanos = new long[SCRAPES];
        int bytes = 0;
        long allocated = 0;
        for (int i = 0; i < SCRAPES; i++) {
            long began = threads.getCurrentThreadCpuTime();
            ByteArrayOutputStream page = new ByteArrayOutputStream(bytes);
            long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
            pages.metrics("").to(page);
            nanos[i] = threads.getCurrentThreadCpuTime() - began;
            allocated = threads.getCurrentThreadAllocatedBytes() - allocatedBefore;
            bytes = page.size();
            assertThat(page.toString(StandardCharsets.UTF_8).lines().filter(line -> line.startsWith("container_info")))
                    .hasSize(containers);
        }
        Arrays.sort(nanos);
        System.out.printf(
                "%d containers: %.1f ms of CPU a scrape (median of %d, the slowest %.1f ms), %d kB allocated, %d kB served%n",
                containers,
                nanos[SCRAPES / 2] / 1e6,
                SCRAPES,
                nanos[SCRAPES - 1] / 1e6,
                allocated / 1000,
                bytes / 1000);
    }
}
