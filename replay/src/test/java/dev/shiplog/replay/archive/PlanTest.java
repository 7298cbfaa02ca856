package dev.shiplog.replay.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.segment.Roll;
import dev.shiplog.journal.segment.SegmentFile;
import dev.shiplog.journal.segment.SegmentName;
import dev.shiplog.replay.archive.Plan.Action;
import dev.shiplog.replay.archive.Plan.Archived;
import dev.shiplog.replay.archive.Plan.Candidate;
import dev.shiplog.replay.archive.Plan.Step;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:30:00Z");
    private static final Plan ALWAYS = new Plan(null, false);
    private static final Plan NEWEST_TOO = new Plan(null, true);

    @Test
    void theNewestWaitsUnlessNobodyCanAddToItAndItIsAskedFor() {
        List<Candidate> journal = journal("20261121-08F.cq4", "20261121-09F.cq4");

        assertThat(actions(ALWAYS, journal, true)).containsExactly(Action.ARCHIVE, Action.WAIT);
        assertThat(actions(ALWAYS, journal, false)).containsExactly(Action.ARCHIVE, Action.WAIT);
        assertThat(actions(NEWEST_TOO, journal, true)).containsExactly(Action.ARCHIVE, Action.WAIT);
        assertThat(actions(NEWEST_TOO, journal, false)).containsExactly(Action.ARCHIVE, Action.ARCHIVE);
    }

    @Test
    void theOneThatTheRecorderGoesOnInWaitsEvenIfARenamedOneComesAfterIt() {
        List<Candidate> journal = journal("20261121-10F.cq4", "20261121-09F.cq4", "20261121-08F.cq4.1");

        assertThat(actions(ALWAYS, journal, true)).containsExactly(Action.WAIT, Action.ARCHIVE, Action.WAIT);
    }

    @Test
    void aSegmentIsAsOldAsTheTimeInItsName() {
        List<Candidate> journal = journal("20261120F.cq4", "20261121-08F.cq4", "20261121-09F.cq4", "20261121-10F.cq4");

        assertThat(actions(new Plan(Duration.ofMinutes(31), false), journal, true))
                .containsExactly(Action.ARCHIVE, Action.ARCHIVE, Action.WAIT, Action.WAIT);
        assertThat(actions(new Plan(Duration.ofMinutes(30), false), journal, true))
                .containsExactly(Action.ARCHIVE, Action.ARCHIVE, Action.ARCHIVE, Action.WAIT);
    }

    /** Of 20,000 random journals, each segment gets the action that the table of the rules gives. */
    @Test
    void eachSegmentGetsWhatTheRulesGive() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            List<Candidate> journal = new ArrayList<>();
            int segments = random.nextInt(6);
            for (int i = 0; i < segments; i++) {
                // Renamed ones are not in the order of their names; no two have one name.
                int place = random.nextInt(4) == 0 ? 10 + i : i;
                SegmentName name = SegmentName.at(Roll.HOURLY, nanos(NOW) - hours(15 - place));
                name = random.nextInt(4) == 0 ? name.quarantined(i + 1) : name;
                Path copyOf = random.nextInt(5) == 0 ? Path.of("original") : null;
                Archived archived = Archived.values()[random.nextInt(3)];
                journal.add(new Candidate(new SegmentFile(Path.of("j", name.text()), name, i, null, copyOf), archived));
            }
            Plan plan = new Plan(
                    random.nextInt(3) == 0 ? null : Duration.ofHours(random.nextInt(12)), random.nextBoolean());
            boolean runs = random.nextBoolean();
            String as = "seed " + seed + ", round " + round + ", " + plan + ", recorder " + runs + ": " + journal;

            List<Step> steps = plan.steps(journal, runs, NOW);

            assertThat(steps).as(as).hasSameSizeAs(journal);
            for (int i = 0; i < journal.size(); i++) {
                assertThat(steps.get(i).segment())
                        .as(as)
                        .isSameAs(journal.get(i).segment());
                assertThat(steps.get(i).action())
                        .as("%s: segment %d", as, i)
                        .isEqualTo(expected(plan, journal, i, runs));
            }
        }
    }

    private static Action expected(Plan plan, List<Candidate> journal, int index, boolean runs) {
        SegmentFile segment = journal.get(index).segment();
        boolean anyAfter = journal.subList(index + 1, journal.size()).stream()
                .anyMatch(other -> other.segment().copyOf() == null);
        boolean anyLaterName = segment.named().isQuarantined()
                || journal.stream()
                        .map(other -> other.segment().named())
                        .anyMatch(name -> !name.isQuarantined()
                                && name.start() > segment.named().start());
        boolean isOver = plan.olderThan() == null
                || segment.named().start() + hours(1) + plan.olderThan().toNanos() <= nanos(NOW);
        boolean mayGo = isOver && (anyAfter && anyLaterName || plan.newestToo() && !runs);
        return segment.copyOf() != null
                ? Action.PASS
                : !mayGo
                        ? Action.WAIT
                        : switch (journal.get(index).archived()) {
                            case NO -> Action.ARCHIVE;
                            case WHILE_NEWEST -> Action.REVIEW;
                            case COMPLETELY -> Action.FINISH;
                        };
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L;
    }

    private static long hours(long n) {
        return n * 3_600_000_000_000L;
    }

    private static List<Candidate> journal(String... names) {
        return Arrays.stream(names)
                .map(name -> new SegmentFile(
                        Path.of("j", name), Objects.requireNonNull(SegmentName.parse(name)), name, null, null))
                .map(segment -> new Candidate(segment, Archived.NO))
                .toList();
    }

    private static List<Action> actions(Plan plan, List<Candidate> journal, boolean recorderRuns) {
        return plan.steps(journal, recorderRuns, NOW).stream().map(Step::action).toList();
    }
}
