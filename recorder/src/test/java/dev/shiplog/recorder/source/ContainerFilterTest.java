package dev.shiplog.recorder.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.timeline.ContainerRule;
import dev.shiplog.timeline.payload.Container;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerFilterTest {
    private static final List<String> NONE = List.of();

    private static boolean wants(List<String> include, List<String> exclude) {
        return new ContainerFilter(
                        include.stream().map(ContainerRule::parse).toList(),
                        exclude.stream().map(ContainerRule::parse).toList())
                .wants(new Container("8e8f40", "web-1", "busybox:latest", "", Map.of("tier", "front"), false));
    }

    @Test
    void withoutRulesEverythingIsWanted() {
        assertThat(wants(NONE, NONE)).isTrue();
        assertThat(ContainerFilter.ALL.wants(new Container("", "", "", "", Map.of(), false)))
                .isTrue();
    }

    @Test
    void aRuleThatIsMetIncludesOrExcludes() {
        assertThat(wants(List.of("name=web-1"), NONE)).isTrue();
        assertThat(wants(List.of("name=db", "image=busybox"), NONE)).isTrue();
        assertThat(wants(NONE, List.of("name=db", "label=tier"))).isFalse();
        assertThat(wants(List.of("name=web-1"), List.of("container=8e8f")))
                .as("exclude wins")
                .isFalse();
    }

    @Test
    void aNegatedRuleExcludesWhatItNames() {
        assertThat(wants(List.of("name!=web-1"), NONE)).isFalse();
        assertThat(wants(List.of("name!=db"), NONE)).isTrue();
        assertThat(wants(List.of("name=~^web", "label!=tier=back"), NONE)).isTrue();
        assertThat(wants(List.of("name=~^web", "label!=tier"), NONE)).isFalse();
        assertThat(wants(List.of("name!=db", "name!=web-1"), NONE)).isFalse();
        assertThat(wants(NONE, List.of("name!=~^web"))).isTrue();
        assertThat(wants(NONE, List.of("name!=db"))).isFalse();
    }

    @Test
    void aRuleThatIsNotMetNeitherIncludesNorExcludes() {
        assertThat(wants(List.of("name=db"), NONE)).isFalse();
        assertThat(wants(NONE, List.of("name=db", "label=tier=back"))).isTrue();
    }
}
