package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.replay.explain.Explanation;
import dev.shiplog.replay.explain.Life;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the newest end of one container up to a moment without reading all that was recorded before. What was recorded
 * just before the moment has the end itself, or a description that says when that was; where it has neither, ever more is
 * read.
 */
final class NewestEnd {
    /** So much is read before an end, as what led to it may have happened then, and at first before the moment. */
    private static final long BEFORE = TimeUnit.MINUTES.toNanos(30);

    /** And so much is read behind one. */
    private static final long AFTER = TimeUnit.MINUTES.toNanos(2);

    private static final int FURTHER = 8;

    private final Console console;
    private final Sources.Host host;
    private final long moment;
    private final Predicate<Container> wanted;
    private final ExplainAnswer answer;
    private final Report report;

    private NewestEnd(
            Console console,
            Sources.Host host,
            long moment,
            Predicate<Container> wanted,
            ExplainAnswer answer,
            Report report) {
        this.console = console;
        this.host = host;
        this.moment = moment;
        this.wanted = wanted;
        this.answer = answer;
        this.report = report;
    }

    /**
     * Hands to {@code answer} the newest end of a container on a host, and whether it runs.
     *
     * @param wanted holds for that container, under the name that it had
     * @param report of several readings
     */
    static void read(
            Console console,
            Sources.Host host,
            long moment,
            Predicate<Container> wanted,
            ExplainAnswer answer,
            Report report)
            throws IOException {
        new NewestEnd(console, host, moment, wanted, answer, report).search();
    }

    private void search() throws IOException {
        long begin = begin();
        for (long back = BEFORE; moment - begin > back; back *= FURTHER) {
            Found found = find(moment - back, moment);
            Explanation newest = found.told == 0 ? null : find(found.told - BEFORE, found.told + AFTER).newest;
            if (newest != null && newest.life().ended() >= found.told - BEFORE) {
                found.handOn(newest);
                return;
            }
        }
        Found all = find(Long.MIN_VALUE, moment);
        all.handOn(all.newest);
    }

    /** When the first of the host's journals begins, in ns since the epoch; no later than that. */
    private long begin() throws IOException {
        long begin = Long.MAX_VALUE;
        for (List<Segment> row : Catalog.rows(host.files())) {
            for (Segment segment : row) {
                begin = Math.min(
                        begin,
                        segment.start() == null ? 0 : segment.start().first().clock());
            }
        }
        return begin;
    }

    private Found find(long since, long until) throws IOException {
        Found found = new Found();
        LifeFold.read(console, host, new TimeRange(since, Math.min(until, moment) + 1), found, report);
        return found;
    }

    /** What one reading came upon. */
    private final class Found implements LifeFold.Taker {
        private @Nullable Explanation newest;
        /** When a description says that it ended last; 0 if none does. */
        private long told;

        private final List<Runnable> others = new ArrayList<>();

        @Override
        public void take(Explanation explanation) {
            Life life = explanation.life();
            answer.meet(life);
            if (life.underEachName().stream().noneMatch(wanted)) {
                return;
            }
            if (life.ended() <= moment) {
                newest = explanation;
                told = life.ended();
            } else {
                others.add(() -> answer.take(explanation));
            }
        }

        @Override
        public void takeRunning(Life life) {
            answer.meet(life);
            if (life.underEachName().stream().anyMatch(wanted)) {
                tell(life.previousEnd());
                others.add(() -> answer.takeRunning(life));
            }
        }

        @Override
        public void takeIdle(Container container, boolean neverStarted, long ended) {
            answer.meet(container);
            if (wanted.test(container)) {
                tell(ended);
                others.add(() -> answer.takeIdle(container, neverStarted, ended));
            }
        }

        private void tell(long ended) {
            told = ended <= moment ? Math.max(told, ended) : told;
        }

        void handOn(@Nullable Explanation end) {
            if (end != null) {
                answer.take(end);
            }
            others.forEach(Runnable::run);
        }
    }
}
