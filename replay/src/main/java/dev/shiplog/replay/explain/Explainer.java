package dev.shiplog.replay.explain;

import dev.shiplog.replay.explain.Explanation.FirstMover;
import dev.shiplog.replay.explain.Explanation.Follower;
import dev.shiplog.replay.query.Times;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Judges lives, and finds which ends followed which: of the containers of one compose project, who ended first by itself,
 * and who ended or was stopped soon after. Lives come in the order of their ends; those of the last minutes are in memory.
 * Not thread safe.
 */
public final class Explainer {
    /** An end follows another within this, or does not. */
    private static final long FOLLOWING = 15 * Life.SECOND;

    /** A container that ends so often within {@link #LOOKING_BACK} by itself is in a loop. */
    private static final int LOOP = 3;

    private static final long LOOKING_BACK = 600 * Life.SECOND;
    private static final int MOST = 4096;

    private final Consumer<Explanation> out;
    private final Deque<Judged> explained = new ArrayDeque<>();
    private final Deque<Judged> waiting = new ArrayDeque<>();
    /** Those of both by the container, and by the project if they belong to one. */
    private final Map<String, Deque<Judged>> alike = new HashMap<>();

    /** @param out takes the explanations, in the order of the ends */
    public Explainer(Consumer<Explanation> out) {
        this.out = out;
    }

    /** Takes the next life that is over. */
    public void take(Life life) {
        Verdict verdict = Verdict.of(life);
        Judged judged = new Judged(life, verdict, Restart.by(life, verdict.cause()));
        waiting.add(judged);
        alike.computeIfAbsent(judged.container(), key -> new ArrayDeque<>()).add(judged);
        if (!judged.project().isEmpty()) {
            alike.computeIfAbsent(judged.project(), key -> new ArrayDeque<>()).add(judged);
        }
        while (!waiting.isEmpty()
                && Times.plus(waiting.getFirst().life().ended(), LifeReader.SETTLING) < life.ended()) {
            explain(waiting.removeFirst());
        }
    }

    /** Explains what is left. */
    public void end() {
        while (!waiting.isEmpty()) {
            explain(waiting.removeFirst());
        }
        explained.clear();
        alike.clear();
    }

    /** Describes a life that is not over. */
    public static Explanation running(Life life) {
        Described known = life.before();
        int restarts = known == null ? 0 : known.state().restarts();
        return new Explanation(life, null, Factors.of(life), null, List.of(), "", restarts);
    }

    private void explain(Judged judged) {
        List<String> factors = new ArrayList<>(Factors.of(judged.life()));
        Verdict verdict = judged.verdict();
        List<Judged> loop = loop(judged);
        if (loop.size() >= LOOP) {
            factors.add("restart-loop");
            long span = loop.get(loop.size() - 1).life().ended()
                    - loop.get(0).life().ended();
            verdict = with(
                    verdict,
                    new Evidence(
                            judged.life().ended(),
                            "it ended " + loop.size() + " times within " + Words.length(span)
                                    + (judged.restarted().equals("policy")
                                            ? ", and its restart policy started it again"
                                            : "")));
        }
        Described after = judged.life().after();
        boolean isLeft = verdict.cause().isOwn() && judged.life().context().nextStart() == 0;
        if (isLeft && after != null && after.gaveUp()) {
            String times = after.state().restarts() == 1 ? " restart" : " restarts";
            verdict = with(
                    verdict,
                    new Evidence(
                            after.time(),
                            "its restart policy gave up after " + after.state().restarts() + times));
        }
        Judged mover = first(judged);
        FirstMover first = mover == null ? null : mover.asFirstOf(judged);
        List<Follower> followed = first == null ? followed(judged) : List.of();
        if (first != null || !followed.isEmpty()) {
            factors.add("cascade");
        }
        out.accept(new Explanation(
                judged.life(), verdict, List.copyOf(factors), first, followed, judged.restarted(), judged.restarts()));
        explained.add(judged);
        while (explained.size() > MOST
                || Times.plus(explained.getFirst().life().ended(), LOOKING_BACK)
                        < judged.life().ended()) {
            Judged oldest = explained.removeFirst();
            forget(oldest.container());
            forget(oldest.project());
        }
    }

    private void forget(String key) {
        Deque<Judged> all = alike.get(key);
        if (all != null) {
            all.removeFirst();
            if (all.isEmpty()) {
                alike.remove(key);
            }
        }
    }

    private Deque<Judged> alike(String key) {
        return alike.getOrDefault(key, new ArrayDeque<>());
    }

    private static Verdict with(Verdict verdict, Evidence more) {
        List<Evidence> evidence = new ArrayList<>(verdict.evidence());
        evidence.add(more);
        evidence.sort(Comparator.comparingLong(Evidence::time));
        return new Verdict(verdict.cause(), verdict.confidence(), verdict.summary(), evidence, verdict.missing());
    }

    /** The ends of this container that its policy connects with this one. */
    private List<Judged> loop(Judged judged) {
        List<Judged> loop = new ArrayList<>();
        for (Judged other : alike(judged.container())) {
            boolean connected = other.restarted().equals("policy")
                    || !loop.isEmpty() && loop.get(loop.size() - 1).restarted().equals("policy");
            if (!connected && !loop.contains(judged)) {
                loop.clear();
            } else if (connected) {
                loop.add(other);
            }
        }
        return loop.contains(judged) ? loop : List.of();
    }

    private @Nullable Judged first(Judged judged) {
        Judged first = null;
        for (Judged other : alike(judged.project())) {
            boolean earlier =
                    first == null || other.life().exactEnd() < first.life().exactEnd();
            first = earlier && follows(other, judged) ? other : first;
        }
        return first;
    }

    private List<Follower> followed(Judged judged) {
        List<Follower> followers = new ArrayList<>();
        for (Judged other : alike(judged.project())) {
            if (follows(judged, other) && !other.isOf(judged)) {
                long after = other.life().exactEnd() - judged.life().exactEnd();
                followers.add(new Follower(other.life().container().name(), after, other.how()));
            }
        }
        return followers;
    }

    /** Whether the second end may have come of the first: soon after it, in the same project, and not by the same cause. */
    private boolean follows(Judged first, Judged second) {
        long waited = second.began() - first.life().exactEnd();
        return waited > 0
                && waited <= FOLLOWING
                && first.mayCause(second)
                && !isRepeated(first)
                && !isRepeated(second)
                && (!second.isByClient() || isOfProjectStop(first, second));
    }

    /**
     * Whether it is one of the ends of a loop, which tell nothing of what else ended just then. The end of a life that was
     * long before the loop began is none of them.
     */
    private boolean isRepeated(Judged judged) {
        List<Judged> loop = loop(judged);
        boolean begins = judged.life().duration() > FOLLOWING && loop.indexOf(judged) == 0;
        return loop.size() >= LOOP && !begins;
    }

    /**
     * Whether the client ended all of the project that still ran after the first end, as compose does when one container
     * of it has ended; else a client had its own reasons to end just this one.
     */
    private boolean isOfProjectStop(Judged first, Judged second) {
        if (second.life().context().companions() > 0) {
            return false;
        }
        for (Judged other : alike(second.project())) {
            boolean wasLeft = other.life().exactEnd() > first.life().exactEnd()
                    && other.life().started() < second.began()
                    && !other.isOf(first)
                    && !other.isOf(second);
            boolean byClient = other.isByClient() && Math.abs(other.began() - second.began()) <= FOLLOWING;
            boolean stayedDown = other.verdict().cause().isOwn()
                    && other.restarted().isEmpty()
                    && other.began() <= second.began() + FOLLOWING;
            boolean wasToRestart =
                    other.restarted().equals("policy") && other.life().context().nextStart() > second.began();
            if (wasLeft && !byClient && !stayedDown || wasToRestart && !other.isOf(second)) {
                return false;
            }
        }
        return true;
    }
}
