package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private static final Set<Integer> UNPRINTABLE = Set.of(
            (int) Character.CONTROL,
            (int) Character.FORMAT,
            (int) Character.LINE_SEPARATOR,
            (int) Character.PARAGRAPH_SEPARATOR,
            (int) Character.SURROGATE);

    @Test
    void whatTurnsTextAroundOrControlsTheTerminalIsEscaped() {
        assertThat(Console.printable("a\u202etxt.exe\u2066 \u001b[31m\u0085\ud800 \ud83d\ude00 ü"))
                .isEqualTo("a\\u202etxt.exe\\u2066 \\x1b[31m\\x85\\ud800 \ud83d\ude00 ü");
        assertThat(Console.printable("\udb40\udc41")).isEqualTo("\\udb40\\udc41");
    }

    @Test
    void everyOtherCharacterStays() {
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            String text = Character.toString(point);
            boolean unprintable = UNPRINTABLE.contains(Character.getType(point));
            String shown = Console.printable(text);
            assertThat(shown.equals(text)).as("U+%04X", point).isEqualTo(!unprintable);
            assertThat(shown.codePoints().anyMatch(one -> UNPRINTABLE.contains(Character.getType(one))))
                    .as("U+%04X", point)
                    .isFalse();
        }
    }
}
