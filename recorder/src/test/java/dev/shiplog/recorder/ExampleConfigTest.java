package dev.shiplog.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/config.yaml.example} is complete, and says what is true. */
class ExampleConfigTest {
    private static final Path EXAMPLE = Path.of("..", "deploy", "config.yaml.example");
    private static final Pattern KEY = Pattern.compile("(# )?([a-z-]+):( .*)?");

    @TempDir
    private Path directory;

    private static RecorderConfig read(Path file) throws UsageException {
        return RecorderConfig.of(
                new Settings(Map.of("config", List.of(file.toString())), Map.of(), RecorderConfig.OPTIONS), Map.of());
    }

    @Test
    void whatIsSetAreTheDefaults() throws Exception {
        RecorderConfig defaults = RecorderConfig.of(new Settings(Map.of(), Map.of(), RecorderConfig.OPTIONS), Map.of());
        assertThat(read(EXAMPLE).described()).isEqualTo(defaults.described());
    }

    /** A key without a blank line before its comment would be under that of another. */
    @Test
    void eachSettingIsThereOnceBelowAComment() throws IOException {
        List<String> keys = new ArrayList<>();
        String before = "";
        for (String line : Files.readAllLines(EXAMPLE)) {
            Matcher key = KEY.matcher(line);
            if (key.matches() && RecorderConfig.OPTIONS.contains(key.group(2))) {
                assertThat(before).as(line).startsWith("# ");
                keys.add(key.group(2));
            }
            before = line;
        }
        assertThat(keys).containsExactlyInAnyOrderElementsOf(RecorderConfig.OPTIONS);
    }

    @Test
    void whatIsCommentedOutCanBeSetAsWell() throws Exception {
        List<String> lines = new ArrayList<>();
        int commented = 0;
        for (String line : Files.readAllLines(EXAMPLE)) {
            Matcher key = KEY.matcher(line);
            boolean off = key.matches() && key.group(1) != null && RecorderConfig.OPTIONS.contains(key.group(2));
            lines.add(off ? line.substring(2) : line);
            commented += off ? 1 : 0;
        }
        assertThat(commented).isPositive();
        Path file = Files.write(directory.resolve("all.yaml"), lines);
        RecorderConfig config = read(file);
        assertThat(config.described().values()).as("each has a value").doesNotContain("");
        assertThat(config.protection().login()).hasToString("prometheus");
    }
}
