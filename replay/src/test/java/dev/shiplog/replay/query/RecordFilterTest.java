package dev.shiplog.replay.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.ContainerIndex;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordFilterTest {
    private static final String WEB = "8e8f401657b8fb9f5cb23a3be3809345daf4947650a3f2a8e20e897fafda72cb";
    private static final String DB = "b36156ce4d68b30becadc071e6b3775831e6bcabd56f41456f7c5988a636da20";

    private final ContainerIndex containers = new ContainerIndex();

    @BeforeEach
    void describeTheContainers() {
        containers.apply(Records.decoded(Kind.INSPECT, WEB, """
                {"Id":"%s","Name":"/shop-web-1","Image":"sha256:eaefe3","Config":{"Image":"registry:5000/shop/web:1.2",\
                "Labels":{"tier":"front","empty":""}}}""".formatted(WEB)));
        containers.apply(Records.decoded(Kind.EVENT, DB, event("create", "postgres", "\"tier\":\"back\",")));
    }

    private static String event(String action, String image, String labels) {
        return "{\"Type\":\"container\",\"Action\":\"" + action + "\",\"Actor\":{\"ID\":\"" + DB + "\",\"Attributes\":{"
                + labels + "\"exitCode\":\"137\",\"image\":\"" + image + "\",\"name\":\"db\"}},\"scope\":\"local\"}";
    }

    @ParameterizedTest(name = "{0}: web {1}, db {2}")
    @CsvSource(textBlock = """
                    container=shop-web-1,                            true,  false
                    container=/shop-web-1,                           true,  false
                    container=shop-web,                              false, false
                    container=shop-*,                                true,  false
                    name=shop-web-1,                                 true,  false
                    name=8e8f401657b8,                               false, false
                    container=??,                                    false, true
                    container=*,                                     true,  true
                    container=8e8f401657b8,                          true,  false
                    container=b36,                                   false, true
                    container=8,                                     true,  false
                    name!=db,                                        true,  false
                    name!=db|name!=shop-web-1,                       false, false
                    name=~^shop-.*[0-9]$,                            true,  false
                    name!=~^shop-,                                   false, true
                    image=~web,                                      true,  false
                    label!=tier,                                     false, false
                    label!=tier=front,                               false, true
                    label=tier|label!=tier=back,                     true,  false
                    container!=b36,                                  true,  false
                    kind!=event,                                     true,  true
                    kind!=stats,                                     false, false
                    container=b361,                                  false, true
                    image=registry:5000/shop/web:1.2,                true,  false
                    image=registry:5000/shop/web,                    true,  false
                    image=registry:*,                                true,  false
                    image=registry,                                  false, false
                    image=postgres,                                  false, true
                    image=sha256:eaefe3,                             true,  false
                    image=eaefe3,                                    true,  false
                    label=tier,                                      true,  true
                    label=tier=front,                                true,  false
                    label=tier=b*,                                   false, true
                    label=empty=,                                    true,  false
                    label=other,                                     false, false
                    label=tier=front|label=tier=back,                true,  true
                    label=tier=front|container=db,                   false, false
                    label=tier|container=db|container=none,          false, true
                    kind=stats,                                      true,  true
                    kind=event,                                      false, false
                    kind=event|kind=stats,                           true,  true
                    event=die,                                       false, false
                    """)
    void choosesContainersAsDockerDoes(String filters, boolean web, boolean db) {
        RecordFilter filter = new RecordFilter(List.of(), List.of(filters.split("\\|")));

        assertThat(filter.wants(Records.decoded(Kind.STATS, WEB, "{}"), containers))
                .isEqualTo(web);
        assertThat(filter.wants(Records.decoded(Kind.STATS, DB, "{}"), containers))
                .isEqualTo(db);
    }

    @ParameterizedTest
    @CsvSource({
        "event=die, die, true",
        "event=die, start, false",
        "event=exec_create, exec_create: /bin/sh -c true, true",
        "event=exec_create: /bin/sh -c true, exec_create: /bin/sh -c true, true",
        "event=health_status: healthy, health_status: unhealthy, false",
        "event=die|event=start, start, true",
        "event=exec_*, exec_create: /bin/sh -c true, true",
        "event=~^health, health_status: healthy, true",
        "event!=die, die, false",
        "event!=exec_create, start, true",
        "event!=die|event!=stop, stop, false",
        "event=*|event!=die, die, false",
        "type=container, start, true",
        "type=net*, start, false",
        "type!=network, start, true",
        "scope=local, start, true",
        "scope=swarm, start, false",
        "exitCode=137, die, true",
        "exitCode!=0, die, true",
        "exitCode=0, die, false",
        "network=bridge, start, false",
        "network!=bridge, start, true",
        "event=die|container=db, die, true",
        "event=die|container=shop-web-1, die, false",
    })
    void choosesEventsByAction(String filters, String action, boolean wanted) {
        RecordFilter filter = new RecordFilter(List.of(), List.of(filters.split("\\|")));

        assertThat(filter.wants(Records.decoded(Kind.EVENT, DB, event(action, "postgres", "")), containers))
                .isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource({
        "network=shop, true",
        "network=7b2f, true",
        "network=sh?p, true",
        "network=other, false",
        "network!=shop, false",
        "volume=shop, false",
        "type=network|event=connect, true",
        "container=*, false",
    })
    void choosesEventsOfNetworks(String filters, boolean wanted) {
        RecordFilter filter = new RecordFilter(List.of(), List.of(filters.split("\\|")));
        RecordView event = Records.decoded(Kind.EVENT, "7b2f11", """
                {"Type":"network","Action":"connect","Actor":{"ID":"7b2f11","Attributes":{"name":"shop"}}}""");

        assertThat(filter.wants(event, containers)).isEqualTo(wanted);
    }

    @Test
    void followsARename() {
        RecordView record = Records.decoded(Kind.STATS, DB, "{}");
        RecordFilter filter = new RecordFilter(List.of(), List.of("container=postgres"));
        assertThat(filter.wants(record, containers)).isFalse();

        containers.apply(
                Records.decoded(Kind.EVENT, DB, event("rename", "postgres", "").replace("\"db\"", "\"postgres\"")));

        assertThat(filter.wants(Records.decoded(Kind.STATS, DB, "{}"), containers))
                .isTrue();
    }

    @Test
    void learnsANameFromASample() {
        containers.apply(Records.decoded(Kind.STATS, "cafe", "{\"name\":\"/late\"}"));

        RecordFilter filter = new RecordFilter(List.of("stats"), List.of("container=late"));
        assertThat(filter.wants(Records.decoded(Kind.STATS, "cafe", "{}"), containers))
                .isTrue();
    }

    @Test
    void leavesOutWhatIsNotAboutAContainer() {
        RecordFilter filter = new RecordFilter(List.of(), List.of("container=*"));

        assertThat(filter.wants(Records.decoded(Kind.HOST, "", "{}"), containers))
                .isFalse();
        assertThat(new RecordFilter(List.of(), List.of()).wants(Records.decoded(Kind.HOST, "", "{}"), containers))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    container    | --filter 'container': write KEY=VALUE or KEY!=VALUE with a key of name, container, image, label, kind, event, type, scope, exitCode, network, volume
                    container=   | --filter 'container=': no value behind the =; * stands for any
                    id=8e8f      | --filter 'id=8e8f': no such key; there are name, container, image, label, kind, event, type, scope, exitCode, network, volume
                    daemon=x     | --filter 'daemon=x': a journal is of one daemon; type=daemon chooses the events about itself
                    name=~(      | --filter 'name=~(': "(" is not a regular expression: missing closing )
                    label==x     | --filter 'label==x': "label==x" is not a filter; write it as name=GLOB, container=NAME-OR-ID, image=GLOB, label=KEY or label=KEY=GLOB, with ~REGEX for GLOB and != for = as in name!=~^ci-
                    kind=weather | kind 'weather': no such kind; there are event, stats, log, inspect, host, engine-metrics, sockets, mark, image, disk
                    """)
    void refusesWhatItCannotRead(String filter, String message) {
        assertThatThrownBy(() -> new RecordFilter(List.of(), List.of(filter)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void whatIsNotJsonMeetsNoFilterOnEvents() {
        for (String payload : List.of("not json", "{\"Type\":\"container\",\"Action\":\"die\",broken")) {
            for (String rule : List.of("event=die", "event!=start", "type!=network")) {
                assertThat(new RecordFilter(List.of(), List.of(rule))
                                .wants(Records.decoded(Kind.EVENT, DB, payload), containers))
                        .as("%s of %s", rule, payload)
                        .isFalse();
            }
        }
    }
}
