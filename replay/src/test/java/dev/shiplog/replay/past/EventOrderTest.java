package dev.shiplog.replay.past;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.timeline.Coverage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventOrderTest {
    private record Line(int number, long time) {}

    /** As long as the engine's events are in the order of their times, all are. */
    @Test
    void isTheOrderOfTimesWhateverComesLate() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            EventOrder<Line> order = new EventOrder<>();
            List<Line> expected = new ArrayList<>();
            long eventTime = 0;
            for (int i = 0; i < 50; i++) {
                boolean ofEngine = random.nextBoolean();
                eventTime += ofEngine ? random.nextInt(3) : 0;
                Line line = new Line(i, ofEngine ? eventTime : random.nextInt(60));
                expected.add(line);
                if (ofEngine) {
                    order.addEvent(line, line.time());
                } else {
                    order.addMark(line, line.time());
                }
            }
            expected.sort(Comparator.comparingLong(Line::time));
            assertThat(order.all()).as("seed %d, round %d", seed, round).isEqualTo(expected);
        }
    }

    /** A swarm's manager stamps events by its own clock, and docker prints them as they come. */
    @Test
    void neverTurnsEventsAround() {
        EventOrder<Line> order = new EventOrder<>();
        order.addEvent(new Line(0, 5), 5);
        order.addMark(new Line(1, 6), 6);
        order.addEvent(new Line(2, 3), 3);
        assertThat(order.all()).extracting(Line::number).containsExactly(0, 2, 1);
    }

    @Test
    void holdsNothingBackWhileAllIsWell() {
        EventOrder<Line> order = new EventOrder<>();
        order.addEvent(new Line(0, 5), 5);
        assertThat(order.ready(heard(120_000_000_000L))).hasSize(1);
    }

    private static Coverage heard(long received) {
        Coverage coverage = new Coverage();
        coverage.apply(new Record(1, Kind.EVENT, "id", received, received, 0, new byte[0]));
        return coverage;
    }
}
