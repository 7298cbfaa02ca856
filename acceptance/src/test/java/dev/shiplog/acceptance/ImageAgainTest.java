package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** One commit, built twice in two directories: with {@code mvn -Dshiplog.image.again=true}, since it takes minutes. */
@EnabledIfSystemProperty(named = "shiplog.image.again", matches = "true")
@Tag("once")
@Timeout(1800)
class ImageAgainTest {
    /** The classes that a run of a few seconds loads differ a little from one build to the next, see deploy/image/build. */
    private static final String ARCHIVE = "opt/shiplog/classes.jsa";

    @Test
    void theSameCommitGivesTheSameFiles(@TempDir Path directory) throws Exception {
        try (BuiltImage image = BuiltImage.build(directory)) {
            Path root = directory.resolve("root");
            image.unpack("shiplog", root);
            image.build("again", image.clone("HEAD"), "--no-cache");
            Path again = directory.resolve("again");
            image.unpack("again", again);
            SortedMap<String, String> first = BuiltImage.list(root);
            SortedMap<String, String> second = BuiltImage.list(again);
            System.out.printf(
                    "ImageAgainTest: %d files, the archives of classes are %s%n",
                    first.size(), first.get(ARCHIVE).equals(second.get(ARCHIVE)) ? "the same" : "not the same");
            for (SortedMap<String, String> files : List.of(first, second)) {
                assertThat(files.remove(ARCHIVE)).isNotNull();
                // What the engine lays into each container.
                files.keySet()
                        .removeAll(
                                List.of(".dockerenv", "dev/console", "etc/hostname", "etc/hosts", "etc/resolv.conf"));
            }
            assertThat(second).isEqualTo(first);
        }
    }
}
