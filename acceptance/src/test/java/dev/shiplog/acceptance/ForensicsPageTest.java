package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.shiplog.replay.command.Verbs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every command line of {@code docs/forensics.md} is one that replay understands. */
class ForensicsPageTest {
    private static final Pattern WORD = Pattern.compile("('[^']*'|[^\\s'])+");

    @Test
    void everyQuestionHasACommandAndEveryCommandIsUnderstood() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("..", "docs", "forensics.md"));
        List<String> unanswered = new ArrayList<>();
        int commands = 0;
        String question = "";
        for (String line : lines) {
            if (line.startsWith("## ")) {
                unanswered.add(line);
                question = line;
            } else if (line.startsWith("$ replay ")) {
                unanswered.remove(question);
                commands++;
                String[] words = words(line.substring("$ replay ".length()));
                assertThatCode(() -> Verbs.commandLine().parseArgs(words))
                        .as(line)
                        .doesNotThrowAnyException();
            }
        }
        assertThat(unanswered).isEmpty();
        assertThat(commands).isGreaterThanOrEqualTo(10);
    }

    /** As a shell splits them, without what it would do with the answer. */
    static String[] words(String line) {
        return WORD.matcher(line.replaceFirst(" [|>#].*", ""))
                .results()
                .map(word -> word.group().replace("'", ""))
                .toArray(String[]::new);
    }
}
