package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image of a commit before, the new one, and back, on one directory: with {@code mvn -Dshiplog.image.before=COMMIT}, since
 * it takes minutes.
 */
@EnabledIfSystemProperty(named = "shiplog.image.before", matches = ".+")
@Tag("once")
@Timeout(1800)
class ImageUpgradeTest {
    private static final String BEFORE = System.getProperty("shiplog.image.before", "");

    @Test
    void nothingIsLostOnTheWayThereAndBack(@TempDir Path directory) throws Exception {
        try (BuiltImage image = BuiltImage.build(directory)) {
            image.build("before", image.clone(BEFORE));
            Path journal = directory.resolve("events");
            String socket = "-v=" + image.engine().socket() + ":/var/run/docker.sock";
            int died = 0;
            long began = 0;
            for (String version : List.of("before", "shiplog", "before")) {
                image.docker("run", "--rm", "--name=dies-" + died++, "busybox", "true"); // while nobody records
                ImageRecorder recorder =
                        ImageRecorder.of(version, image, "events", journal, "--restart=always", socket);
                began = recorder.awaitRun(began);
                String dies = "dies-" + died++;
                image.docker("run", "--rm", "--name=" + dies, "busybox", "true");
                ImageRecorder.patiently()
                        .untilAsserted(() -> assertThat(deaths(recorder, dies)).isEqualTo(1));
                assertThat(recorder.exec("replay", "ls", "/srv/events")).contains("The recorder is running");
                if (version.equals("shiplog")) {
                    image.docker("rm", "-f", "events"); // ends at once, without a word
                } else {
                    image.docker("stop", "events");
                    image.docker("rm", "events");
                }
            }
            ImageRecorder seen = new ImageRecorder(image, "events", journal);
            List<Record> records = seen.records();
            for (int i = 1; i < records.size(); i++) {
                assertThat(records.get(i).sequence())
                        .isEqualTo(records.get(i - 1).sequence() + 1);
            }
            assertThat(seen.events().distinct().count())
                    .as("no event twice")
                    .isEqualTo(seen.events().count());
            for (int i = 0; i < died; i++) {
                assertThat(deaths(seen, "dies-" + i)).as("of dies-%d", i).isEqualTo(1);
            }
            assertThat(seen.marks(Mark.CleanStop.class)).hasSize(2);
            assertThat(seen.marks(Mark.UncleanStop.class)).hasSize(1);
            assertThat(exported("before", image, journal))
                    .as("what either version reads")
                    .isEqualTo(exported("shiplog", image, journal))
                    .isNotEmpty();
        }
    }

    private static long deaths(ImageRecorder recorder, String name) throws Exception {
        return recorder.events()
                .filter(event -> event.contains("\"status\":\"die\"") && event.contains("\"name\":\"" + name + "\""))
                .count();
    }

    private static String exported(String version, BuiltImage image, Path journal) throws Exception {
        return image.docker(
                "run",
                "--rm",
                "--network=none",
                "-v=" + journal + ":/srv/events:ro",
                "--entrypoint=replay",
                version,
                "export",
                "--accept-gaps",
                "--format=envelope",
                "/srv/events");
    }
}
