package dev.shiplog.replay.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who ended first, who followed, and what else played a part. */
class CascadeTest {
    @Test
    void findsWhoFailedFirstAndWhomAClientStoppedThen() {
        List<Explanation> all = Story.of(
                "db.start@0 app.start@0.1 Other.start@0.2 app.now@0.3 db.now@0.3"
                        + " db.die:1@5 db.was:1@5.1 app.kill:15@7 Other.kill:15@7 app.die:0@7.1 Other.die:0@7.1 app.stop@7.2 Other.stop@7.2");
        Explanation db = of(all, "db");
        Explanation app = of(all, "app");
        assertThat(db.firstMover()).isNull();
        assertThat(db.followed())
                .extracting(Explanation.Follower::container, Explanation.Follower::how)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("app", "a client had it stopped"));
        assertThat(db.factors()).contains("cascade");
        assertThat(app.firstMover()).isNotNull();
        assertThat(app.firstMover().container()).isEqualTo("db");
        assertThat(app.firstMover().cause()).isEqualTo(Cause.FAILED);
        assertThat(of(all, "Other").firstMover()).isNull();
        assertThat(db.project()).isEqualTo("p");
    }

    /** The engine reports ends some time after them: the descriptions have their order. */
    @Test
    void takesTheOrderOfEndsFromDescriptions() {
        List<Explanation> all =
                Story.of("db.start@0 app.start@0.1 app.die:1@6.0 db.die:3@6.1 db.was:3@5.5/6.2 app.was:1@5.9/6.3");
        assertThat(of(all, "db").followed())
                .extracting(Explanation.Follower::container)
                .containsExactly("app");
        assertThat(of(all, "app").firstMover()).isNotNull();
    }

    @Test
    void nobodyFollowsWhereAClientStopsAll() {
        List<Explanation> all = Story.of(
                "db.start@0 app.start@0 app.kill:15@5 app.die:0@5.1 app.stop@5.2 db.kill:15@5.3 db.die:0@5.4 db.stop@5.5");
        assertThat(all).allSatisfy(one -> {
            assertThat(one.firstMover()).isNull();
            assertThat(one.followed()).isEmpty();
            assertThat(one.factors()).doesNotContain("cascade");
        });
    }

    /** A worker that fails every two seconds has nothing to do with what else ends. */
    @Test
    void takesNoEndOfALoopForTheFirst() {
        StringBuilder story = new StringBuilder("db.start@0 cache.start@0 app.start@0 late.start@0 ");
        for (int i = 1; i < 20; i++) {
            story.append("w.start@" + i + " w.die:7@" + i + ".7 w.was:7,always,r" + i + "@" + i + ".71 ");
            story.append(i == 8 ? "db.oom@8.75 db.die:137@8.76 db.was:137,oom,8m@8.77 " : "");
            story.append(i == 12 ? "cache.kill:15@12.8 cache.die:0@12.9 cache.stop@12.95 " : "");
            story.append(i == 10 ? "late.die:1@10.8 late.was:1@10.81 " : "");
        }
        List<Explanation> all = Story.of(story.toString());
        assertThat(of(all, "db").firstMover()).isNull();
        assertThat(of(all, "db").followed())
                .extracting(Explanation.Follower::container)
                .containsExactly("late");
        assertThat(of(all, "cache").firstMover()).isNull();
        assertThat(of(all, "cache").factors()).doesNotContain("cascade");
        assertThat(of(all, "late").firstMover().container()).isEqualTo("db");
    }

    @Test
    void takesTheEndOfALongLifeForTheFirstWhenALoopFollowsIt() {
        List<Explanation> all = Story.of("db.start@0 app.start@0 db.die:1@25 db.was:1,always@25.01 app.die:2@25.5"
                + " app.was:2@25.6 db.start@26 db.die:1@26.2 db.was:1,always,r1@26.3"
                + " db.start@27 db.die:1@27.2 db.was:1,always,r2@27.3");
        assertThat(of(all, "app").firstMover().container()).isEqualTo("db");
        assertThat(of(all, "app").firstMover().ended())
                .isEqualTo(of(all, "db").life().exactEnd());
    }

    @Test
    void followsNothingWhereAClientEndsItAlone() {
        for (String left :
                List.of("", " other.die:0@60 other.was:0@60.1", " other.kill:15@40 other.die:0@40.1 other.stop@40.2")) {
            List<Explanation> all = Story.of("db.start@0 app.start@0.1 other.start@0.1 db.die:1@5 db.was:1@5.1"
                    + " app.kill:15@9 app.die:0@9.1 app.stop@9.2" + left);
            assertThat(of(all, "app").firstMover()).as(left).isNull();
            assertThat(of(all, "db").followed()).as(left).isEmpty();
            assertThat(of(all, "app").factors()).as(left).doesNotContain("cascade");
        }
    }

    @Test
    void namesALoopOfRestartsAtEachOfItsEnds() {
        StringBuilder story = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            story.append("start@" + i + " die:7@" + i + ".2 was:7,always@" + i + ".21 ");
        }
        assertThat(Story.of(story.toString()))
                .hasSize(5)
                .allSatisfy(one -> assertThat(one.factors()).contains("restart-loop", "short-life"));
        assertThat(Story.of("start@0 die:7@5 was:7,always@5 start@5.2 kill:15@9 die:0@9.1 stop@9.2")
                        .get(0)
                        .factors())
                .doesNotContain("restart-loop");
    }

    @Test
    void saysWhenAPolicyGaveUp() {
        List<Explanation> all = Story.of("start@0 die:1@0.4 was:1,on-failure,max2@0.5 start@1 die:1@1.4"
                + " was:1,on-failure,max2,r1@1.5 start@2 die:1@2.4 was:1,on-failure,max2,r2@2.5 used:1m@200");
        assertThat(all).hasSize(3);
        for (int i = 0; i < 3; i++) {
            List<String> told =
                    all.get(i).verdict().evidence().stream().map(Evidence::what).toList();
            assertThat(told.contains("its restart policy gave up after 2 restarts"))
                    .as("%d: %s", i, told)
                    .isEqualTo(i == 2);
            assertThat(told.contains("it ended 3 times within 2.0 s, and its restart policy started it again"))
                    .as("%d: %s", i, told)
                    .isEqualTo(i != 2);
            assertThat(all.get(i).verdict().evidence()).isSortedAccordingTo(Comparator.comparingLong(Evidence::time));
        }
    }

    /** The engine counts a restart as soon as it has decided on it, and not when it starts the container. */
    @Test
    void countsRestartsBeforeTheEndOnly() {
        List<Explanation> all = Story.of("start@0 die:1@0.4 was:1,on-failure,max2,r1@0.5 start@1 die:1@1.4"
                + " was:1,on-failure,max3,r2@1.5 start@2 die:1@2.4 was:1,on-failure,max2,r2@2.5 used:1m@200");
        assertThat(all).extracting(Explanation::restarts).containsExactly(0, 1, 2);
    }

    @Test
    void namesFactors() {
        assertThat(factors("start@0 now:8m@0.1 used:7.9m@1 oom@2 die:137@2 was:137,oom,8m@2"))
                .contains("near-limit");
        assertThat(factors("start@0 now:8m@0.1 update@1 now:16m@1.1 die:1@3 was:1,16m@3"))
                .contains("limit-changed");
        assertThat(factors("start@0 now:8m@0.1 now:8m@1.1 die:1@3 was:1,8m@3")).doesNotContain("limit-changed");
        assertThat(factors("start@0 now@0.1 health:unhealthy@1 die:1@3 was:1@3"))
                .contains("unhealthy");
        assertThat(factors("start@0 now@0.1 health:unhealthy@1 health:healthy@2 die:1@3 was:1@3"))
                .doesNotContain("unhealthy");
        assertThat(factors("start@0 now:rm@0.1 die:1@3 destroy@3.1")).contains("auto-removed");
        assertThat(factors("start@0 now@0.1 down@5 up@9 gap:5-9@10 die:3@15 was:3@15"))
                .contains("live-restored")
                .doesNotContain("recorder-down");
        assertThat(factors("start@0 now@0.1 crashed:5@8 begin@8 up@9 settled@9 die:3@15 was:3@15"))
                .contains("recorder-down")
                .doesNotContain("live-restored");
        StringBuilder growing = new StringBuilder("start@0 now:100m@0.1 ");
        for (int i = 1; i < 10; i++) {
            growing.append("used:" + 5 * i + "m@" + i + " ");
        }
        assertThat(factors(growing + "die:1@11 was:1,100m@11")).contains("memory-growing");
        assertThat(factors(growing.toString().replaceAll("used:\\d+m", "used:20m") + "die:1@11 was:1,100m@11"))
                .doesNotContain("memory-growing");
        List<Explanation> moved = Story.of("now@0 die:0@1 was:0@1 image:2@0 destroy@2 start@3 now@3.1 die:1@4 was:1@4");
        assertThat(moved.get(1).factors()).contains("image-moved");
        assertThat(moved.get(0).factors()).doesNotContain("image-moved");
    }

    private static List<String> factors(String story) {
        return Story.of(story).get(0).factors();
    }

    private static Explanation of(List<Explanation> all, String name) {
        return all.stream()
                .filter(one -> one.life().container().name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
