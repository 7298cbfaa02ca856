package dev.shiplog.recorder.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {
    private static final List<String> NONE = List.of();

    private static Filter filter(List<String> include, List<String> exclude) {
        return new Filter(
                include.stream().map(Filter.Rule::parse).toList(),
                exclude.stream().map(Filter.Rule::parse).toList());
    }

    private static boolean wants(List<String> include, List<String> exclude) {
        return filter(include, exclude)
                .wants("/web-1", "registry:5000/shop/web:1.2", Map.of("tier", "front=end", "keep", "", "smile", "😀!"));
    }

    @Test
    void withoutRulesEverythingIsWanted() {
        assertThat(wants(NONE, NONE)).isTrue();
        assertThat(Filter.ALL.wants("", "", Map.of())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name=web-1",
                "name=/web-1",
                "name=web-*",
                "name=*",
                "name=?eb-?",
                "image=registry:5000/shop/web:1.2",
                "image=*/web:*",
                "label=keep",
                "label=keep=",
                "label=tier",
                "label=tier=front=end",
                "label=tier=f*d",
                "label=smile=😀!",
                "label=smile=?!"
            })
    void aRuleThatIsMetIncludesOrExcludes(String rule) {
        assertThat(wants(List.of(rule), NONE)).isTrue();
        assertThat(wants(List.of("name=db", rule), NONE)).isTrue();
        assertThat(wants(NONE, List.of("name=db", rule))).isFalse();
        assertThat(wants(List.of(rule), List.of(rule))).as("exclude wins").isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name=web",
                "name=WEB-1",
                "name=.*",
                "name=web-1?",
                "image=web",
                "image=registry:5000/shop/web:1?2?",
                "label=absent",
                "label=tier=front",
                "label=keep=?",
                "label=TIER"
            })
    void aRuleThatIsNotMetNeitherIncludesNorExcludes(String rule) {
        assertThat(wants(List.of(rule), NONE)).isFalse();
        assertThat(wants(NONE, List.of(rule))).isTrue();
    }

    @Test
    void aGlobMeansWhatItSaysWhateverItsCharacters() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            String glob = text(random, "ab.*?\\E[(^$|+\n", 6);
            String name = text(random, "ab.\\E[(^$|+\n", 6);
            if (!glob.isEmpty()) {
                assertThat(filter(List.of("name=" + glob), NONE).wants("/" + name, "", Map.of()))
                        .as("seed %d: %s on %s", seed, glob, name)
                        .isEqualTo(matches(glob, name));
            }
        }
    }

    private static String text(Random random, String alphabet, int longest) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(longest + 1); n > 0; n--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    private static boolean matches(String glob, String name) {
        if (glob.isEmpty()) {
            return name.isEmpty();
        }
        String rest = glob.substring(1);
        return switch (glob.charAt(0)) {
            case '*' -> matches(rest, name) || (!name.isEmpty() && matches(glob, name.substring(1)));
            case '?' -> !name.isEmpty() && matches(rest, name.substring(1));
            default -> !name.isEmpty() && glob.charAt(0) == name.charAt(0) && matches(rest, name.substring(1));
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "web", "name", "name=", "=web", "id=abc", "Name=web", "label=", "label==x", "image"})
    void whatIsNoRuleIsRefusedInOneLineThatShowsHowToWriteOne(String text) {
        assertThatThrownBy(() -> filter(List.of(text), NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + text
                        + "\" is not a filter; write it as name=GLOB, image=GLOB, label=KEY or label=KEY=VALUE");
    }
}
