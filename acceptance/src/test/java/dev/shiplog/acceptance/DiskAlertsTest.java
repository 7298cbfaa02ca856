package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.testkit.ScriptedEngine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The alerts on a full disk and on dropped records, as they are shipped, in a real Prometheus, on a disk that is full. */
@Tag("once")
@Timeout(300)
class DiskAlertsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int CONTAINERS = 5;

    @TempDir
    private Path directory;

    @Test
    void aFullDiskAndWhatIsDroppedForItFireUntilThereIsRoom() throws Exception {
        Transcript.require("prometheus", "prometheus", "--version");
        try (PrivateMount disk = PrivateMount.of(directory.resolve("mount"), "size=16m");
                ScriptedEngine engine =
                        ScriptedEngine.at(directory.resolve("engine.sock")).tick(Duration.ofMillis(100));
                RecorderProcess recorder = RecorderProcess.recording(
                        disk.enter(),
                        directory.resolve("output"),
                        engine.address(),
                        disk.inside().resolve("journal"),
                        "--listen=127.0.0.1:0",
                        "--min-free=1MiB");
                PrometheusServer prometheus = PrometheusServer.asShipped(ServedPage.address(recorder), directory)) {
            for (int i = 0; i < CONTAINERS; i++) {
                engine.start("web" + i);
            }
            await("no sample is dropped so far")
                    .atMost(PATIENCE)
                    .until(() -> prometheus
                                    .query(
                                            "shiplog_dropped_records_total{kind=\"stats\",reason=\"the disk was full\"} == 0")
                                    .size()
                            == 1);
            assertThat(prometheus.isFiring("ShiplogDisk", null)).isFalse();
            assertThat(prometheus.isFiring("ShiplogDrops", null)).isFalse();

            Path filler = disk.outside().resolve("filler");
            fill(filler);
            for (String alert : List.of("ShiplogDisk", "ShiplogDrops")) {
                await(alert).atMost(PATIENCE).until(() -> prometheus.isFiring(alert, null));
            }
            Files.delete(filler);
            await("there is room again").atMost(PATIENCE).until(() -> !prometheus.isFiring("ShiplogDisk", null));
            assertThat(prometheus.isFiring("ShiplogDrops", null))
                    .as("for a quarter of an hour")
                    .isTrue();
        }
    }

    /** Takes all the room that there is. */
    private static void fill(Path filler) throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }
}
