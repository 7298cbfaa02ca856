package dev.shiplog.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.timeline.payload.Container;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerRuleTest {
    private static final Container WEB = new Container(
            "8e8f401657b8fb9f5cb23a3be3809345daf4947650a3f2a8e20e897fafda72cb",
            "web-1",
            "registry:5000/shop/web:1.2",
            "sha256:eaefe3",
            Map.of("tier", "front=end", "keep", "", "smile", "😀!"),
            false);

    private static boolean holds(String rule, Container container) {
        return ContainerRule.parse(rule).holds().test(container);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name=web-1",
                "name=/web-1",
                "name=web-*",
                "name=*",
                "name=?eb-?",
                "container=web-1",
                "container=/web-*",
                "container=8e8f401657b8",
                "container=8e8f",
                "container=8",
                "name!=db",
                "name=~^web-[0-9]+$",
                "name=~b-1",
                "name!=~^db",
                "image=~shop/",
                "image!=postgres",
                "label!=absent",
                "label!=tier=front",
                "label=tier=~^front",
                "container!=7",
                "image=registry:5000/shop/web:1.2",
                "image=registry:5000/shop/web",
                "image=*/web:*",
                "image=sha256:eaefe3",
                "image=sha256:eaef",
                "image=eaef",
                "label=keep",
                "label=keep=",
                "label=tier",
                "label=tier=front=end",
                "label=tier=f*d",
                "label=smile=😀!",
                "label=smile=?!"
            })
    void holdsForWhatItNames(String rule) {
        assertThat(holds(rule, WEB)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name=web",
                "name=WEB-1",
                "name=.*",
                "name=web-1?",
                "name=8e8f401657b8",
                "container=web",
                "container=9e8",
                "name!=web-1",
                "name=~^b-1",
                "name!=~web",
                "label!=tier",
                "container=f401",
                "image=web",
                "image=registry",
                "image=registry:5000/shop/web:1?2?",
                "image=efe3",
                "image=sha256:efe3",
                "image=eae",
                "image=sha256:efe",
                "label=absent",
                "label=tier=front",
                "label=keep=?",
                "label=TIER"
            })
    void holdsForNothingElse(String rule) {
        assertThat(holds(rule, WEB)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"name=a", "container=8e8f", "image=busybox", "image=eaef", "label=tier"})
    void holdsForNothingThatIsNotKnown(String rule) {
        assertThat(holds(rule, new Container("", "", "", "", Map.of(), false))).isFalse();
    }

    @Test
    void knowsAnImageWithoutATagAsTheLatest() {
        Container untagged = new Container("", "", "registry:5000/web", "", Map.of(), false);
        Container tagged = new Container("", "", "registry:5000/web:1", "", Map.of(), false);

        assertThat(holds("image=registry:5000/web:latest", untagged)).isTrue();
        assertThat(holds("image=registry:5000/web", untagged)).isTrue();
        assertThat(holds("image=registry:5000/web:latest", tagged)).isFalse();
        assertThat(holds("image=*:latest", new Container("", "", "", "", Map.of(), false)))
                .isFalse();
    }

    @Test
    void knowsAnImageWithADigestByItsName() {
        Container pinned = new Container("", "", "registry:5000/web:1@sha256:0123", "", Map.of(), false);

        assertThat(holds("image=registry:5000/web", pinned)).isTrue();
        assertThat(holds("image=registry:5000/web:1", pinned)).isTrue();
        assertThat(holds("image=registry:5000/web:1@sha256:*", pinned)).isTrue();
        assertThat(holds("image=registry:5000/web:2", pinned)).isFalse();
        assertThat(holds("image=registry", pinned)).isFalse();
    }

    @Test
    void aGlobMeansWhatItSaysWhateverItsCharacters() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            String glob = text(random, "ab.*?\\E[(^$|+\n", 6);
            String name = text(random, "ab.\\E[(^$|+\n", 6);
            if (!glob.isEmpty()) {
                assertThat(holds("name=" + glob, new Container("", name, "", "", Map.of(), false)))
                        .as("seed %d: %s on %s", seed, glob, name)
                        .isEqualTo(matches(glob, name));
            }
        }
    }

    /** Whoever labels a container must not keep the recorder busy: tried one by one, the ways to fit never end. */
    @Test
    void aGlobOfManyStarsIsSoonDoneWithALongText() {
        String glob = "*a".repeat(50);
        Container container = new Container("", "a".repeat(10_000), "", "", Map.of(), false);

        assertThat(holds("name=" + glob, container)).isTrue();
        assertThat(holds("name=" + glob + "b", container)).isFalse();
        assertThat(holds("name=" + glob + "?b*", container)).isFalse();
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
    void refusesWhatIsNoRuleInOneLineThatShowsHowToWriteOne(String text) {
        assertThatThrownBy(() -> ContainerRule.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + text + "\" is not a filter; write it as name=GLOB, container=NAME-OR-ID, image=GLOB,"
                        + " label=KEY or label=KEY=GLOB, with ~REGEX for GLOB and != for = as in name!=~^ci-");
    }
}
