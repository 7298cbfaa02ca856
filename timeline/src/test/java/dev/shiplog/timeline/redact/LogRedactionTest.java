package dev.shiplog.timeline.redact;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.testkit.LogLines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class LogRedactionTest {
    private static final String HEAD = "\u00012026-11-27T10:00:00.123456789Z ";

    private static String redact(String line, String... regexes) {
        byte[] payload = (HEAD + line).getBytes(UTF_8);
        String redacted = new String(LogRedaction.of(List.of(regexes)).redact(payload), UTF_8);
        assertThat(redacted).startsWith(HEAD);
        return redacted.substring(HEAD.length());
    }

    @Test
    void takesOutWhatMatches() {
        assertThat(redact("user=joe token=abc123 é\n", "token=\\S+")).isEqualTo("user=joe <redacted> é\n");
        assertThat(redact("é🙂é 4111-1111-1111-1111é\r\n", "(\\d{4}-){3}\\d{4}"))
                .isEqualTo("é🙂é <redacted>é\r\n");
        assertThat(redact("all of it", "(?s).*")).isEqualTo("<redacted>");
        assertThat(redact("a partial tok", "tok$")).isEqualTo("a partial <redacted>");
        assertThat(redact("ends tok\n", "tok$"))
                .as("the line end is no part of the line")
                .isEqualTo("ends <redacted>\n");
    }

    @Test
    void whatOneRegexTakesHidesNothingFromTheNext() {
        assertThat(redact("abcdef redacted\n", "abcd", "cdef", "redacted")).isEqualTo("<redacted> <redacted>\n");
        assertThat(redact("abcd\n", "ab", "cd")).as("matches that meet are one").isEqualTo("<redacted>\n");
    }

    @Test
    void leavesTheTimeAndTheStreamAlone() {
        assertThat(redact("10:00:00 x\n", "\\d\\d:\\d\\d:\\d\\d", "2026", "\u0001"))
                .isEqualTo("<redacted> x\n");
    }

    @Test
    void givesTheSameArrayWhereNothingMatches() {
        byte[] payload = (HEAD + "a line\n").getBytes(UTF_8);
        assertThat(LogRedaction.of(List.of("secret", "x*")).redact(payload)).isSameAs(payload);
        assertThat(LogRedaction.NONE.redact(payload)).isSameAs(payload);
        assertThat(LogRedaction.of(List.of("a")).redact(new byte[0])).isEmpty();
        assertThat(LogRedaction.of(List.of("a")).redact(new byte[] {1})).hasSize(1);
    }

    @Test
    void readsAPayloadWithoutATimeFromItsSecondByte() {
        byte[] payload = "\u0003Error grabbing logs: secret".getBytes(UTF_8);
        assertThat(new String(LogRedaction.of(List.of("secret")).redact(payload), UTF_8))
                .isEqualTo("\u0003Error grabbing logs: <redacted>");
    }

    @Test
    void keepsBytesThatAreNoText() {
        byte[] payload = (HEAD + "\u00ff\u00c3 token=1 \u0080\u00e2\u0082").getBytes(ISO_8859_1);
        assertThat(new String(LogRedaction.of(List.of("token=\\d")).redact(payload), ISO_8859_1))
                .isEqualTo(HEAD + "\u00ff\u00c3 <redacted> \u0080\u00e2\u0082");
    }

    /** The oracle is the JDK's regex on text, one after the other with a mark that no regex matches. */
    @Test
    void doesAsAnotherEngineDoesOnAnyLine() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (LogLines.Program program : LogLines.Program.values()) {
            LogLines lines = new LogLines(program, seed, 1_700_000_000_000_000_000L, 100);
            for (int i = 0; i < 300; i++) {
                String line = lines.next().text();
                String word = random.nextBoolean() ? "[a-e]+\\d?" : "\\d+|[xyz\\[]";
                String expected =
                        Pattern.compile("(?:" + word + ")+").matcher(line).replaceAll("<redacted>");
                assertThat(redact(line + "\n", word)).as("seed " + seed).isEqualTo(expected + "\n");
            }
        }
    }

    @Test
    void saysWhatIsNoRegex() {
        for (String wrong : List.of("(", "a{2,1}", "(?=x)", "\\1")) {
            assertThatThrownBy(() -> LogRedaction.of(List.of("fine", wrong)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("\"" + wrong + "\" is not a regular expression: ");
        }
        assertThatThrownBy(() -> LogRedaction.of(List.of("")))
                .hasMessage("\"\" is not a regular expression that matches anything");
    }

    @Test
    void noLineMakesItSlow() {
        byte[] payload = (HEAD + "a".repeat(100_000) + "!").getBytes(UTF_8);
        List<String> regexes = new ArrayList<>(List.of("^(a+)+$", "(a|aa)+$", "(.*a){12}b"));
        Assertions.assertTimeout(
                Duration.ofSeconds(60),
                () -> assertThat(LogRedaction.of(regexes).redact(payload)).isSameAs(payload));
    }
}
