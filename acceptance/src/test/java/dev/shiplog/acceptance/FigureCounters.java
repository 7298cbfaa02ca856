package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.acceptance.FigureSteps.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;

/** Holds what samples count against the samples that docker was sent, by container and by their time. */
final class FigureCounters {
    private FigureCounters() {}

    /** A sample that both were sent is the same, but for what the answer had before it. */
    static void compareSame(List<Step> steps, Map<String, NavigableMap<Long, DockerFigures>> sent) {
        Map<String, Integer> same = new HashMap<>();
        for (Step step : steps) {
            DockerFigures docker = sent.get(step.container()).get(step.now().read());
            if (docker != null) {
                assertThat(step.now().withoutBefore()).isEqualTo(docker.withoutBefore());
                same.merge(step.container(), 1, Integer::sum);
            }
        }
        assertThat(same.keySet()).isEqualTo(sent.keySet());
        System.out.println("FigureCounters: samples that docker was sent, too: " + same.values());
    }

    /**
     * Each counter lies between those of docker's samples around it. One sample more on both sides: the engine may take
     * two at once, and the one with the earlier time then has what was counted later.
     */
    static void compareBetween(
            List<Step> steps,
            Map<String, NavigableSet<Long>> starts,
            Map<String, NavigableMap<Long, DockerFigures>> sent) {
        Map<String, Integer> between = new HashMap<>();
        for (Step step : steps) {
            long read = step.now().read();
            NavigableSet<Long> lives = starts.get(step.container());
            Long end = lives.higher(read);
            NavigableMap<Long, DockerFigures> life = sent.get(step.container())
                    .subMap(lives.floor(read), true, end == null ? Long.MAX_VALUE : end, false);
            NavigableMap<Long, DockerFigures> earlier = life.headMap(read, true).descendingMap();
            NavigableMap<Long, DockerFigures> later = life.tailMap(read, false);
            if (earlier.size() > 1 && later.size() > 1) {
                List<Long> least = second(earlier).counters();
                List<Long> most = second(later).counters();
                List<Long> counters = step.now().counters();
                for (int i = 0; i < counters.size(); i++) {
                    assertThat(counters.get(i)).as("counter %d of %s", i, step).isBetween(least.get(i), most.get(i));
                }
                between.merge(step.container(), 1, Integer::sum);
            }
        }
        assertThat(between.keySet()).isEqualTo(sent.keySet());
        System.out.println("FigureCounters: samples between those of docker: " + between.values());
    }

    private static DockerFigures second(NavigableMap<Long, DockerFigures> samples) {
        return samples.values().stream().skip(1).findFirst().orElseThrow();
    }
}
