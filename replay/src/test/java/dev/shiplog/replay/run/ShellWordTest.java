package dev.shiplog.replay.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShellWordTest {
    private static final List<String> PIECES = List.of(
            "'",
            "\"",
            "$",
            "$HOME",
            "`",
            "$(x)",
            "\\",
            "\n",
            "\r",
            "\t",
            " ",
            "é",
            "漢",
            "🚢",
            "*",
            "?",
            "~",
            "#",
            "!",
            ";",
            "&",
            "|",
            "<",
            ">",
            "(",
            ")",
            "{a,b}",
            "%s",
            "\u0001",
            "\u001b[2J",
            "\u0085",
            "\u200b",
            "\u202e",
            "\u2028",
            "\u007f",
            "a",
            "-",
            "=");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            plain/a-b:1.2,x=@%+  | plain/a-b:1.2,x=@%+
            ""                   | ''
            a b                  | 'a b'
            $HOME                | '$HOME'
            it's                 | 'it'\\''s'
            ~                    | '~'
            """)
    void quotesOnlyWhatTheShellReads(String text, String word) {
        assertThat(ShellWord.of(text)).isEqualTo(word);
    }

    @Test
    void noControlCharacterComesOut() {
        assertThat(ShellWord.of("\u001b[31m\u202ex"))
                .isEqualTo("\"$(printf '\\033')\"'[31m'\"$(printf '\\342\\200\\256')\"x");
        assertThat(ShellWord.comment("a\nrm -rf\t/\u001b[2J")).isEqualTo("a rm -rf /?[2J");
    }

    /** The oracle is the shell. */
    @Test
    void theShellReadsTheSameText(@TempDir Path directory) throws IOException, InterruptedException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>(PIECES);
        while (texts.size() < 500) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(8); i >= 0; i--) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            texts.add(text.toString());
        }
        StringBuilder script = new StringBuilder();
        texts.forEach(text ->
                script.append("printf '%s\\0' ").append(ShellWord.of(text)).append('\n'));
        Path file = Files.writeString(directory.resolve("words.sh"), script);
        Process shell = new ProcessBuilder("sh", file.toString())
                .redirectErrorStream(true)
                .start();
        String read = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as("seed %s: %s", seed, read).isZero();
        assertThat(List.of(read.split("\0", -1)).subList(0, texts.size()))
                .as("seed %s", seed)
                .isEqualTo(texts);
    }
}
