package dev.shiplog.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.timeline.payload.Container;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerIndexTest {
    private static final String ID = "8e8f";
    private static final String INSPECT = """
            {"Id":"8e8f","Name":"/web","Image":"sha256:ea","State":{"Running":true},\
            "Config":{"Image":"shop/web:1","Labels":{"tier":"front"}}}""";
    private static final Container DESCRIBED =
            new Container(ID, "web", "shop/web:1", "sha256:ea", Map.of("tier", "front"), true);

    private final ContainerIndex index = new ContainerIndex();

    @Test
    void aDescriptionSaysEverything() {
        apply(Kind.INSPECT, INSPECT);
        assertThat(index.get(ID)).isEqualTo(DESCRIBED);
        assertThat(index.get("other")).isNull();
    }

    @Test
    void anEventRenamesStartsAndEndsAContainer() {
        apply(Kind.INSPECT, INSPECT);
        happen("rename", "\"name\":\"shop\"");
        assertThat(index.get(ID)).isEqualTo(DESCRIBED.named("shop"));
        happen("die", "\"exitCode\":\"137\",\"name\":\"shop\"");
        assertThat(index.get(ID)).extracting(Container::running).isEqualTo(false);
        happen("start", "\"name\":\"shop\"");
        assertThat(index.get(ID)).extracting(Container::running).isEqualTo(true);
    }

    @Test
    void aDescriptionCountsMoreThanTheAttributesOfAnEvent() {
        happen("create", "\"image\":\"a label\",\"name\":\"web\",\"tier\":\"back\"");
        assertThat(index.get(ID))
                .isEqualTo(new Container(
                        ID, "web", "a label", "", Map.of("image", "a label", "name", "web", "tier", "back"), false));
        apply(Kind.INSPECT, INSPECT);
        happen("exec_start: ls", "\"image\":\"a label\",\"name\":\"web\",\"execID\":\"7\"");
        assertThat(index.get(ID)).isEqualTo(DESCRIBED);
    }

    /** Whoever made something of it compares by identity. */
    @Test
    void anEventThatChangesNothingKeepsTheObject() {
        apply(Kind.INSPECT, INSPECT);
        Container before = index.get(ID);
        happen("exec_start: ls", "\"image\":\"shop/web:1\",\"name\":\"web\",\"execID\":\"7\"");
        assertThat(index.get(ID)).isSameAs(before);
    }

    @Test
    void aSampleNamesAContainerOfWhichNothingElseIsKnown() {
        apply(Kind.STATS, "{\"read\":\"2026-11-21T08:59:53Z\",\"name\":\"/web\"}");
        assertThat(index.get(ID)).isEqualTo(Container.unknown(ID).named("web"));
        apply(Kind.STATS, "{\"name\":\"/another\"}");
        assertThat(index.get(ID)).isEqualTo(Container.unknown(ID).named("web"));
    }

    @Test
    void aContainerIsKnownByASampleWithoutAName() {
        apply(Kind.STATS, "{\"read\":\"2026-11-21T08:59:53Z\"}");
        Container known = index.get(ID);
        assertThat(known).isEqualTo(Container.unknown(ID));
        apply(Kind.STATS, "{\"read\":\"2026-11-21T08:59:54Z\"}");
        assertThat(index.get(ID)).isSameAs(known);
    }

    @Test
    void aContainerIsKnownByAnEventWithoutAttributes() {
        apply(Kind.EVENT, "{\"Type\":\"container\",\"Action\":\"create\"}");
        assertThat(index.get(ID)).isEqualTo(Container.unknown(ID));
    }

    @Test
    void whatIsNotOfAContainerOrNotJsonSaysNothing() {
        apply(Kind.EVENT, "{\"Type\":\"network\",\"Action\":\"create\",\"Actor\":{\"Attributes\":{\"name\":\"web\"}}}");
        apply(Kind.INSPECT, "{\"Id\":\"8e8f\",");
        apply(Kind.HOST, INSPECT);
        apply(Kind.LOG, INSPECT);
        assertThat(index.get(ID)).isNull();
    }

    private void happen(String action, String attributes) {
        apply(
                Kind.EVENT,
                "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"8e8f\",\"Attributes\":{"
                        + attributes + "}}}");
    }

    private void apply(Kind kind, String payload) {
        index.apply(Records.decoded(kind, ID, payload));
    }
}
