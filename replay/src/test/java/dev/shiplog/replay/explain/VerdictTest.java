package dev.shiplog.replay.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the records tell, and the verdict on the first end. The words are those of {@link Story}. */
class VerdictTest {
    private static final List<String> STORIES = Arrays.asList("""
            completed certain               | start@0 now@0.1 die:0@5 was:0@5
            completed likely                | start@0 die:0@5
            failed certain                  | start@0 now@0.1 die:3@5 was:3@5
            failed certain                  | start@0 die:127@5 was:127@5
            failed likely                   | start@0 die:255@5 was:255@5
            failed certain                  | start@0 now:on-failure@0.1 die:1@5 was:1,on-failure@5 start@5.2
            failed likely                   | start@0 now:rm@0.1 die:3@5 destroy@5.1
            not-started certain             | create@0 is@0 connect@0.1 disconnect@0.2 is:127,e@0.3
            crashed likely                  | start@0 die:139@5 was:139@5
            crashed likely                  | start@0 die:134@5 was:134@5
            signalled likely                | start@0 die:137@5 was:137@5
            signalled likely                | start@0 die:143@5 was:143@5
            signalled likely                | start@0 die:137@5 was:137,8m@5
            unknown unknown                 | start@0 now:8m,rm@0.1 die:137@5 destroy@5.1
            signalled likely                | start@0 now:8m,rm@0.1 used:1m@4 die:137@5 destroy@5.1
            unknown unknown                 | start@0 now:8m,rm@0.1 die:137@0.4 was:137,8m@0.5 destroy@0.6
            signalled likely                | start@0 now:8m@0.1 used:1m@1 die:137@1.4 was:137,8m@1.5
            out-of-memory likely            | start@0 now:8m@0.1 oom@4.9 die:137@5 was:137,oom,8m@5
            out-of-memory likely            | start@0 now:8m@0.1 die:137@5 was:137,oom,8m@5
            out-of-memory likely            | start@0 now:8m@0.1 die:137@5 oom@5.1 was:137,oom,8m@5
            child-out-of-memory likely      | start@0 now:8m@0.1 oom@4 die:5@5 was:5,oom,8m@5
            child-out-of-memory likely      | start@0 now:8m@0.1 oom@4 die:0@5 was:0,oom,8m@5
            failed likely                   | start@0 now:8m@0.1 oom@4 die:5@80 was:5,oom,8m@80 used:1m@200
            unknown unknown                 | start@0 now:8m@0.1 oom@1 die:137@50 was:137,oom,8m@50
            unknown unknown                 | start@0 now:oom,8m@2 die:137@50 was:137,oom,8m@50.1
            failed likely                   | start@0 now:oom,8m@2 die:3@90 was:3,oom,8m@90.1
            unknown unknown                 | start@0 now:8m@0.1 used:7.9m@4 die:137@5 was:137,8m@5
            stopped certain                 | start@0 kill:15@5 die:0@5.1 was:0@5.2 stop@5.2
            stopped certain                 | start@0 kill:15@5 die:3@9 was:3@9 stop@9.1
            stopped certain                 | start@0 kill:15@5 kill:9@15 die:137@15.1 stop@15.2
            stopped certain                 | start@0 now:8m@0.1 oom@1 kill:15@5 kill:9@15 die:137@15.1 was:137,oom,8m@15.2 stop@15.2
            out-of-memory likely            | start@0 now:8m@0.1 kill:15@5 oom@5.5 die:137@5.6 was:137,oom,8m@5.7 stop@5.8
            completed certain               | start@0 now:always@0.1 die:0@5 was:0,always@5.1 stop@5.3
            killed certain                  | start@0 kill:9@5 die:137@5.1 was:137@5.2
            killed certain                  | start@0 now:8m@0.1 oom@1 kill:9@5 die:137@5.1 was:137,oom,8m@5.2
            killed likely                   | start@0 kill:15@5 die:143@5.1 was:143@5.2
            killed likely                   | start@0 kill:15@5 die:9@5.1 was:9@5.2
            unknown unknown                 | start@0 kill:15@5 die:9@15 was:9@15
            failed likely                   | start@0 kill:10@5 die:4@8 was:4@8
            unknown unknown                 | start@0 kill:10@5 die:4@5.2 was:4@5.3
            killed likely                   | start@0 kill:1@5 die:129@5.2 was:129@5.3
            failed likely                   | start@0 die:4@5 kill:9@5.01 was:4@5.1
            restarted certain               | start@0 kill:15@5 die:0@5.1 was:0@5.2 stop@5.2 start@5.5 restart@5.5
            restarted certain               | start@0 kill:15@5 kill:9@6 die:137@6.1 stop@6.2 start@6.5 restart@6.5
            failed likely                   | start@0 kill:15@5 die:1@70 was:1@70.1 start@80 restart@80.2
            failed likely                   | die:1@5 was:1@5.1 start@20 restart@20.5
            unknown unknown                 | start@0 now@0.1 die:1@5 was:1@5.1 gap:4-4.9@6 start@8 restart@8.2
            unknown unknown                 | start@0 now:always@0.1 kill:15@1 die:1@5 was:1,always@5.1 stop@5.3
            removed likely                  | start@0 now@0.1 kill:9@5 die:137@5.1 destroy@5.3
            unknown unknown                 | kill:9@5 die:137@5.1 destroy@5.3
            killed likely                   | kill:9@5 die:137@5.1 destroy@25
            stopped likely                  | kill:15@5 die:143@5.1 stop@5.2
            signalled likely                | kill:9@5 start@6 die:137@20 was:137@20.1
            killed certain                  | start@0 now@0.1 kill:9@5 die:137@5.1 destroy@25
            child-out-of-memory likely      | crashed:-5@200 begin@200 up@201 die:0@50/201.1 was:0,oom,8m@50/201.5 gap:0-40@202
            killed certain                  | start@0 now:rm@0.1 kill:9@5 die:137@5.1 destroy@5.3
            killed likely                   | start@0 now@0.1 kill:15@5 die:5@5.1 was:5@5.2 down@6.4 up@20 gap:6.4-20@22
            removed likely                  | start@0 now@0.1 kill:9@5 die:137@5.1 destroy@5.2 down@5.5 up@20 gap:5.5-20@22
            stopped likely                  | start@0 db.start@0.1 kill:15@5 die:0@5.1 was:0@5.2 stop@5.2 db.kill:15@5.4 db.die:0@5.5 db.stop@5.6 down@6.5 up@10 gap:6.5-10@11 start@10.2
            failed certain                  | start@0 now@0.1 die:4@1 was:4@1.1 connect@2 disconnect@2.3 was:127,e@2.4
            unknown unknown                 | begin@0 crashed:1@10 begin@10 up@11 gap:1-11@11.1 was:3@8/11.2
            failed certain                  | begin@0 crashed:1@10 begin@10 up@11 was:3@9/11.2 start@8.501/11.3 die:3@9.1/11.3 settled@11.4
            engine-stopped likely           | start@0 db.start@1 kill:15@5 db.kill:15@5.1 die:0@5.2 stop@5.3 db.kill:9@15 db.die:137@15.1 db.stop@15.2 down@16.2 up@20 gap:16.2-20@22
            engine-stopped likely           | start@0 db.start@1 kill:15@5 db.kill:15@5.1 die:0@5.2 stop@5.3 db.kill:9@15 db.die:137@15.1 gap:15.2-15.2@15.2 down@16.2 up@20 gap:16.2-20@22
            engine-stopped certain          | start@0 now:unless-stopped@0.1 db.start@1 kill:15@5 db.kill:15@5.1 die:0@5.2 stop@5.3 db.die:0@6 db.stop@6.1 down@7 start@19/20 up@20 gap:7-19@22
            engine-stopped certain          | start@0 now:unless-stopped@0.1 db.start@1 kill:15@5 db.kill:15@5.1 die:0@5.2 stop@5.3 db.die:0@6 db.stop@6.1 down@7 start@198/200 up@200 gap:7-198@202
            stopped likely                  | start@0 now:unless-stopped@0.1 db.start@1 kill:15@5 db.kill:15@5.1 die:0@5.2 stop@5.3 db.die:0@6 db.stop@6.1 down@7 up@20 gap:7-20@22
            unknown unknown                 | start@0 db.start@1 kill:15@5 db.kill:15@5.1 die:0@5.2 stop@5.3 db.die:0@5.4 db.stop@5.5 cleanstop@6 begin@20 up@21 gap:6-20@22
            unknown unknown                 | start@0 kill:15@5 die:0@5.2 stop@5.3 down@6.3 up@20 gap:6.3-20@22
            stopped certain                 | start@0 db.start@1 kill:15@5 die:0@5.2 was:0@5.3 stop@5.3 db.die:0@15.1 down@15.2 up@20 gap:15.2-20@22
            stopped likely                  | start@0 db.start@1 kill:15@5 die:0@5.2 was:0@5.3 stop@5.3 down@6.3 up@20 gap:6.3-20@22
            engine-killed likely            | engine:dead@-1 start@0 now@0.1 down@5 kill:15@9/12 die:0@9.1/12 stop@9.2/12 up@12.1 gap:5-9@14
            engine-killed likely            | engine:dead@-1 start@0 now@0.1 down@5 kill:15@9/12 die:0@9.1/12 stop@9.2/12 up@12.1 gap:5-9@14 engine:live@20
            engine-killed likely            | engine:dead@-1 start@0 now@0.1 down@5 kill:15@9/12 die:0@9.1/12 stop@9.2/12 up@12.1 gap:5-9@14 down@14.5 up@20 gap:14.5-20@22
            stopped likely                  | engine:live@-1 start@0 now@0.1 down@5 kill:15@9/12 die:0@9.1/12 stop@9.2/12 up@12.1 gap:5-9@14
            stopped likely                  | engine:dead@-1 start@0 now@0.1 down@5 up@6 gap:5-6@7 kill:15@9 die:0@9.1 stop@9.2
            failed likely                   | start@0 now@0.1 down@5 up@12 was:3@8/12.1 found:die@13 gap:5-12@14
            completed likely                | start@0 now@0.1 down@5 up@12 was:0@8/12.1 found:die@13 gap:5-12@14
            unknown unknown                 | start@0 now@0.1 down@5 up@12 was:137@8/12.1 found:die@13 gap:5-12@14
            unknown unknown                 | start@0 now@0.1 down@5 up@12 was:255@8/12.1 found:die@13 gap:5-12@14
            out-of-memory likely            | start@0 now:8m@0.1 down@5 up@12 was:137,oom,8m@8/12.1 found:die@13 gap:5-12@14
            failed likely                   | engine:live@-1 start@0 now@0.1 down@5 up@9 gap:5-9@10 die:3@15 was:3@15
            host-down likely                | start@0 db.start@1 kill:15@5 db.kill:15@5.1 die:0@5.2 stop@5.3 db.die:0@6 db.stop@6.1 down@7 reboot@0 begin@40 up@41 gap:7-41@42
            host-down likely                | start@0 now@0.1 used:1m@4 reboot@0 crashed:4@40 begin@40 up@41 was:255@40.5/41.1 found:die@42 gap:4-41@43
            unknown unknown                 | start@0 now@0.1 used:1m@4 reboot@0 crashed:4@40 begin@40 up@41 was:3@4.5/41.1 found:die@42 gap:4-41@43
            unknown unknown                 | start@0 now@0.1 used:1m@4 reboot@0 crashed:4@90 begin@90 up@91 was:0@50/91.1 found:die@92 gap:4-91@93
            unknown unknown                 | start@0 now@0.1 crashed:4@20 begin@20 up@21 was:3@8/21.1 found:die@22 gap:4-21@23
            stopped certain                 | start@0 cleanstop@4 begin@20 unsettled:4@21 kill:15@8/21 die:0@8.1/21 stop@8.2/21 up@21.1 settled@22 was:0@8/22
            unknown unknown                 | start@0 now@0.1 kill:15@4 crashed:4.1@20 begin@20 up@21 was:0@4.5/21.1 found:die@22 gap:4.1-21@23
            """.strip().split("\n"));

    static Stream<String> stories() {
        return STORIES.stream().map(String::strip);
    }

    @ParameterizedTest
    @MethodSource("stories")
    void saysWhy(String story) {
        List<Explanation> explained = Story.of(story.substring(story.indexOf('|') + 1));
        Verdict verdict = explained.get(0).verdict();
        assertThat(verdict).isNotNull();
        assertThat(words(verdict))
                .as(verdict.summary())
                .isEqualTo(story.substring(0, story.indexOf('|')).strip());
        assertThat(verdict.summary()).endsWith(".");
        if (verdict.cause() == Cause.UNKNOWN) {
            assertThat(verdict.missing()).isNotEmpty();
        }
    }

    @Test
    void tellsOfEachLife() {
        assertThat(ends("start@0 die:1@5 was:1,on-failure@5 start@5.1 kill:15@5.2 die:0@5.3 stop@5.4"))
                .containsExactly("web failed policy", "web stopped ");
        assertThat(ends("start@0 now:always@0.1 die:1@5 was:1,always@5 start@5.1 die:1@5.2 start@5.4 now:always,r2@6"))
                .containsExactly("web failed policy", "web failed policy");
        assertThat(ends("start@0 die:4@1 was:4@1.1 connect@2 disconnect@2.3 was:127,e@2.4"))
                .containsExactly("web failed ", "web not-started ");
        assertThat(ends(
                        "start@0 now:always@0 kill:15@5 db.start@1 db.kill:15@5 die:0@5.1 stop@5.2 db.die:0@6 db.stop@6 down@7"
                                + " start@9/10 up@10 gap:7-9@11"))
                .containsExactly("web engine-stopped engine", "db engine-stopped ");
    }

    private static List<String> ends(String story) {
        return Story.of(story).stream()
                .map(one -> one.life().container().name() + " "
                        + (one.verdict() == null ? "" : one.verdict().cause().label()) + " " + one.restarted())
                .toList();
    }

    private static String words(Verdict verdict) {
        return verdict.cause().label() + " " + verdict.confidence().label();
    }

    /**
     * Less may be recorded than happened: events that are missing leave a gap, descriptions, samples and {@code oom} do
     * not. Then the verdict is the same, or less certain; a certain one is never another.
     */
    @Test
    void isNeverCertainOfSomethingElseWhenFactsAreMissing() {
        long seed = Long.getLong("shiplog.seed", 20_261_126L);
        Random random = new Random(seed);
        for (String line : STORIES) {
            String story = line.substring(line.indexOf('|') + 1).strip();
            List<Cause> whole = causes(story);
            for (int i = 0; i < 12; i++) {
                String less = without(story, random);
                for (Explanation explanation : Story.of(less)) {
                    Verdict verdict = explanation.verdict();
                    if (explanation.life().container().name().equals("web")
                            && verdict != null
                            && verdict.confidence() == Confidence.CERTAIN) {
                        assertThat(verdict.cause())
                                .as("seed %d: of%n%s%nis left%n%s: %s", seed, story, less, verdict.summary())
                                .isIn(whole);
                    }
                }
            }
        }
    }

    private static List<Cause> causes(String story) {
        List<Cause> causes = new ArrayList<>();
        for (Explanation one : Story.of(story)) {
            Verdict verdict = one.verdict();
            if (verdict != null && one.life().container().name().equals("web")) {
                causes.add(verdict.cause());
            }
        }
        return causes;
    }

    /** The story without some of its words, and with a gap where events were; at least one word is left. */
    private static String without(String story, Random random) {
        List<String> left = new ArrayList<>();
        for (String word : story.split("\\s+")) {
            String what = word.replaceFirst("^[a-z]+\\.", "").replaceFirst("[:@].*", "");
            boolean silent = List.of("now", "was", "used", "oom", "engine").contains(what);
            boolean event = List.of("start", "die", "kill", "stop", "restart", "destroy")
                    .contains(what);
            if (random.nextInt(3) > 0 || !silent && !event) {
                left.add(word);
            } else if (event) {
                String[] times = word.replaceFirst(".*@", "").split("/");
                left.add("gap:" + times[0] + "-" + times[0] + "@" + times[times.length - 1]);
            }
        }
        return String.join(" ", left);
    }

    /** A shell that passes the code of its child on ends with the same code as one that is killed. */
    @Test
    void tellsOfASignalAndOfACodeThatMayBeItsOwn() {
        assertThat(Story.of("start@0 die:137@5 was:137@5").get(0).verdict().summary())
                .isEqualTo(
                        "It ended with exit code 137: by SIGKILL, which no client sent through the engine, but somebody"
                                + " within the container or on the host did; or by itself with that code, as a shell does whose"
                                + " child was killed; 5.0 s after it was started.");
    }

    @Test
    void saysHowLongARecorderThatWasKilledDidNotRun() {
        String story = "start@0 now@0.1 used:1m@4 begin@20 crashed:4@20 up@21 was:3@8/21.1 found:die@22 gap:4-21@23";

        assertThat(Story.of(story).get(0).verdict().evidence())
                .extracting(Evidence::what)
                .contains("the recorder did not run for 17.0 s");
    }

    @Test
    void takesNoLaterSilenceForEvidence() {
        String silence = "the engine did not answer for 4.0 s";
        String later = " db.start@0 down@20 up@24 db.die:1@30 db.was:1@30.1";
        assertThat(told("start@0 die:3@5 was:3@5" + later)).doesNotContain(silence);
        assertThat(told("start@0 die:3@17 was:3@17" + later)).contains(silence);
        assertThat(told("start@0 die:3@29 was:3@29" + later)).contains(silence);
        assertThat(told("start@0 db.start@0 kill:15@5 db.kill:15@5 die:0@5.1 stop@5.2 db.kill:9@15 db.die:137@15.1"
                        + " db.stop@15.2 down@16 up@20 gap:16-20@21"))
                .contains(silence);
    }

    @Test
    void saysOfOneThatRunsThatAChildWasKilled() {
        assertThat(Trend.summary(
                        Story.running("start@0 now:8m@0.1 oom@4 used:1m@9").get(0)))
                .isEqualTo("It has been running for 9.0 s, with 1 MiB of memory of 8 MiB; 5.0 s before, the kernel had"
                        + " killed one of its processes for lack of memory, and it runs on.");
    }

    private static List<String> told(String story) {
        return Story.of(story).get(0).verdict().evidence().stream()
                .map(Evidence::what)
                .toList();
    }

    @Test
    void knowsAnEndThatWasFoundOnlyAsBetweenTwoTimes() {
        Life found = Story.of("start@0 now@0.1 used:1m@4 crashed:5@20 begin@20 up@21 found:die@22 gap:5-21@23")
                .get(0)
                .life();
        assertThat(found.isEndKnown()).isFalse();
        assertThat(found.ended() - found.endedAfter()).isEqualTo(17 * Life.SECOND);
        assertThat(found.duration()).isEqualTo(-1);
        Life described = Story.of(
                        "start@0 now@0.1 used:1m@4 crashed:5@20 begin@20 up@21 was:3@8/21.1 found:die@22 gap:5-21@23")
                .get(0)
                .life();
        assertThat(described.isEndKnown()).isTrue();
        assertThat(described.duration()).isEqualTo(7_995_000_000L);
    }

    @Test
    void takesTheStartFromALaterDescription() {
        Explanation end = Story.of("crashed:-5@200 begin@200 up@201 die:0@50/201.1 was:0@50/201.5 gap:0-40@202")
                .get(0);
        assertThat(end.life().started()).isNotZero().isLessThan(end.life().ended());
        assertThat(end.verdict().missing()).doesNotContain("When it was started was not recorded.");
    }

    @Test
    void isNotCertainAboutWhatTheJournalEndsWith() {
        for (String story : List.of(
                "start@0 kill:15@5 die:0@5.1",
                "start@0 kill:9@5 die:137@5.1",
                "start@0 die:137@5.1",
                "start@0 now@0.1 die:3@5.1 was:3@5.1",
                "start@0 kill:15@5 die:0@5.1 stop@5.2",
                "start@0 kill:15@5 die:0@5.1 stop@5.2 used:1m@8")) {
            assertThat(Story.cut(story))
                    .as(story)
                    .allSatisfy(explanation ->
                            assertThat(explanation.verdict().confidence()).isNotEqualTo(Confidence.CERTAIN));
        }
    }
}
