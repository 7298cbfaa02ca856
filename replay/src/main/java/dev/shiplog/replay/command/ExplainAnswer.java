package dev.shiplog.replay.command;

import dev.shiplog.replay.explain.Cause;
import dev.shiplog.replay.explain.Explainer;
import dev.shiplog.replay.explain.Explanation;
import dev.shiplog.replay.explain.Life;
import dev.shiplog.replay.explain.Verdict;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What is asked for of the explanations, and what is to be said of names that belong to nothing. Not thread safe. */
final class ExplainAnswer implements LifeFold.Taker {
    /**
     * What is asked for.
     *
     * @param ends when
     * @param newestOnly of each container only the newest
     * @param running also of containers that still run
     * @param wanted of which containers
     * @param project that is asked for; null if none is
     */
    record Question(
            TimeRange ends,
            boolean newestOnly,
            boolean running,
            Predicate<Container> wanted,
            @Nullable String project) {}

    private final Console console;
    private final Question question;
    private final ContainerChoice.Missing missing;
    private final ExplanationWriter writer;
    private final TreeSet<String> known = new TreeSet<>();
    private final TreeSet<String> projects = new TreeSet<>();
    /** The newest end of each container, if that is asked for; by host and name. */
    private final Map<String, Explanation> newest = new LinkedHashMap<>();

    private final List<Life> running = new ArrayList<>();
    private boolean unknown;

    ExplainAnswer(Console console, Question question, ContainerChoice.Missing missing, ExplanationWriter writer) {
        this.console = console;
        this.question = question;
        this.missing = missing;
        this.writer = writer;
    }

    @Override
    public void take(Explanation explanation) {
        Life life = explanation.life();
        meet(life);
        if (life.underEachName().stream().noneMatch(question.wanted)) {
            return;
        }
        if (life.started() < question.ends.until() && life.ended() >= question.ends.until()) {
            running.add(life); // it ended after the moment
        } else if (question.ends.contains(life.ended())) {
            if (question.newestOnly) {
                newest.put(key(life), explanation);
            } else {
                write(explanation);
            }
        }
    }

    @Override
    public void takeRunning(Life life) {
        meet(life);
        boolean began = life.started() < question.ends.until() || question.ends.until() == Long.MAX_VALUE;
        if (began && life.underEachName().stream().anyMatch(question.wanted)) {
            running.add(life);
        }
    }

    @Override
    public void takeIdle(Container container, boolean neverStarted, long ended) {
        meet(container);
        if (neverStarted && question.running && question.wanted.test(container)) {
            console.say(container.name() + " was never started");
        }
    }

    @Override
    public void pause() throws IOException {
        writer.flushMuch();
    }

    /** There is such a container, under each name that it had. */
    void meet(Life life) {
        life.underEachName().forEach(this::meet);
    }

    /** There is such a container. */
    void meet(Container container) {
        missing.meet(container);
        known.add(container.name());
        projects.add(container.labels().getOrDefault(Explanation.PROJECT, ""));
    }

    /** Says which projects there are, if the one that is asked for is none of them. */
    private void reportProject() {
        String wanted = question.project;
        projects.remove("");
        if (wanted != null && !projects.contains(wanted)) {
            console.say("--project '" + wanted + "': no such project then; "
                    + (projects.isEmpty() ? "none is known" : "there are " + String.join(", ", projects)));
        }
    }

    private static String key(Life life) {
        String name = life.container().name();
        return life.host() + "/" + (name.isEmpty() ? life.container().id() : name);
    }

    private void write(Explanation explanation) {
        write(explanation, false);
    }

    private void write(Explanation explanation, boolean isEnd) {
        Verdict verdict = explanation.verdict();
        unknown |= verdict != null && verdict.cause() == Cause.UNKNOWN;
        writer.write(explanation, isEnd);
    }

    /** Writes what waits; gives the exit code. */
    int finish() throws IOException {
        newest.values().stream()
                .sorted(Comparator.comparingLong(one -> one.life().ended()))
                .forEach(this::write);
        if (question.running) {
            running.forEach(this::writeRunning);
        }
        writer.flush();
        boolean absent = missing.report(console, List.copyOf(known));
        reportProject();
        if (!writer.wroteAny() && !absent) {
            console.say("nothing ended then");
        }
        return absent || unknown || !writer.wroteAny() ? ExitCode.GAPS : ExitCode.OK;
    }

    /** Tells of a life as it was at the moment, when its end was still to come. */
    private void writeRunning(Life life) {
        Life then = life.upTo(question.ends.until());
        write(Explainer.running(then), then.context().knownUntil() < question.ends.until());
    }
}
