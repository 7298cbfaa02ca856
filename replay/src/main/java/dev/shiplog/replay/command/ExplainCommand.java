package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentHeader;
import dev.shiplog.replay.explain.Cause;
import dev.shiplog.replay.explain.Explainer;
import dev.shiplog.replay.explain.Explanation;
import dev.shiplog.replay.explain.Life;
import dev.shiplog.replay.explain.LifeReader;
import dev.shiplog.replay.explain.Verdict;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says of containers why they ended. */
@Command(
        name = "explain",
        description = "Says why containers ended, who ended first, what tells so, and what is not known.",
        footer = {
            "",
            "A life is a container from a start to its end. At a moment, the newest end of each container with",
            "--name, --filter or --project; without, the ends of the ten minutes before. A range has all its ends.",
            "With --name, a container that still runs is told of, too.",
            "",
            "Causes: completed, failed, not-started, crashed, out-of-memory, child-out-of-memory, stopped,",
            "killed, restarted, removed (these four by a client; the engine does not say which), signalled (by",
            "no client), engine-stopped, engine-killed, host-down, unknown. 'certain' is what the records allow",
            "no other cause for; 'likely' is what explains more than others. Where nobody listened: unknown.",
            "",
            "Examples:",
            "  replay explain --name web /srv/events",
            "  replay explain --project shop --since 03:00 --until 03:30 /srv/events",
            "  replay explain --at 03:12 --format json /srv/archives | jq .summary",
            "",
            "Exit codes: 0 every end is explained, 1 failed, 2 wrong usage, 3 nothing found or something unknown,",
            "4 damage met and skipped, 5 an archive does not match its manifest."
        })
final class ExplainCommand implements Callable<Integer> {
    /** How far before a moment ends are told of, if no container is chosen. */
    private static final long BEFORE_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** How far before a range records are read: what led to an end in it may have happened then. */
    private static final long LEADING_NANOS = TimeUnit.MINUTES.toNanos(15);

    /** How far behind one. */
    private static final long FOLLOWING_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** The formats, by their names on the command line. */
    enum Format {
        text,
        json
    }

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private MomentOrRange when = new MomentOrRange();

    @Mixin
    private ContainerChoice containers = new ContainerChoice();

    @Option(names = "--project", paramLabel = "NAME", description = "Only containers of this compose project.")
    private @Nullable String project;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text (default): for people. json: an object a line, one for each end.")
    private Format format = Format.text;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Console console;

    ExplainCommand(Console console) {
        this.console = console;
    }

    /** What is asked for. */
    private record Question(
            TimeRange ends, boolean newestOnly, boolean running, Predicate<Container> wanted, TimeRange reading) {}

    @Override
    public Integer call() throws IOException {
        List<Path> paths = sources.paths(console);
        long end = when.isGiven() ? 0 : endIfOver(paths);
        Question question = Usage.of(spec, () -> question(end));
        try (Report report = new Report(console)) {
            Answer answer = new Answer(question);
            for (Sources.Host host : Sources.byHost(paths)) {
                read(host, question, answer, report);
            }
            return Math.max(answer.finish(), report.summarise());
        }
    }

    /** The end of what is recorded, in ns since the epoch, if no recorder goes on with it: there nothing is known of now; else 0. */
    private long endIfOver(List<Path> paths) throws IOException {
        for (Sources.Host host : Sources.byHost(paths)) {
            if (host.isRecorded()) {
                return 0;
            }
        }
        long end = 0;
        for (List<Segment> row : Catalog.rows(paths)) {
            if (!row.isEmpty()) {
                end = Math.max(end, row.get(row.size() - 1).summary(false).lastReceived());
            }
        }
        if (end != 0) {
            console.say("no recorder writes to it now: told is what was known at its end, " + Times.formatMillis(end)
                    + "; --at asks for another moment");
        }
        return end;
    }

    /** @param end the moment if none is chosen, ns since the epoch; 0 for now */
    private Question question(long end) {
        Predicate<Container> chosen = containers.ofContainers();
        String wantedProject = project;
        Predicate<Container> wanted = container -> chosen.test(container)
                && (wantedProject == null
                        || wantedProject.equals(container.labels().get(Explanation.PROJECT)));
        if (when.isRange()) {
            TimeRange range = when.range(console.clock());
            long since = Times.plus(range.since(), -LEADING_NANOS);
            return new Question(range, false, containers.isNamed(), wanted, new TimeRange(since, after(range.until())));
        }
        long moment = end != 0 ? end : when.moment(console.clock());
        boolean chosenAny = containers.isGiven() || wantedProject != null;
        long since = chosenAny ? Long.MIN_VALUE : Times.plus(moment, -BEFORE_NANOS);
        TimeRange reading = new TimeRange(chosenAny ? Long.MIN_VALUE : Times.plus(since, -LEADING_NANOS), moment + 1);
        return new Question(new TimeRange(since, moment + 1), true, containers.isNamed(), wanted, reading);
    }

    private static long after(long until) {
        return Times.plus(until, FOLLOWING_NANOS);
    }

    private void read(Sources.Host host, Question question, Answer answer, Report report) throws IOException {
        Query query =
                new Query(question.reading, new RecordFilter(List.of(), List.of()), true, false, Long.MAX_VALUE, false);
        try (Reading reading = Reading.openWhole(host.files(), query, Map.of(), console.clock())) {
            Folding folding = new Folding(reading, answer, report);
            Steps.each(console, reading, folding::step);
            folding.end();
        }
    }

    /** Folds the records of one host, one journal after the other. */
    private static final class Folding {
        private final Reading reading;
        private final Answer answer;
        private final Report report;
        private final Explainer explainer;
        private LifeReader lives;
        private String journal = "";

        Folding(Reading reading, Answer answer, Report report) {
            this.reading = reading;
            this.answer = answer;
            this.report = report;
            explainer = new Explainer(answer::take);
            lives = new LifeReader(explainer::take);
        }

        void step(Reading.Step step) throws IOException {
            if (step instanceof Reading.End end) {
                end.notices().forEach(this::notice);
            } else if (step instanceof Reading.Notice notice) {
                notice(notice);
            }
            RecordView record = reading.last();
            if (record == null || step instanceof Reading.Missing) {
                return; // if its record is asked for, that is the next step
            }
            String origin = reading.origin().place().journal();
            if (!origin.equals(journal) && !journal.isEmpty()) {
                end();
                lives = new LifeReader(explainer::take);
            }
            journal = origin;
            SegmentHeader header = reading.header();
            lives.take(record, reading.origin().place().host(), header == null ? "" : header.boot());
            answer.writer.flushMuch();
        }

        /** Gaps are told by the marks themselves, and matter only where something ended. */
        private void notice(Reading.Notice notice) {
            if (notice instanceof Reading.Damaged damaged && damaged.loss().records() != 0) {
                Loss.Received received = damaged.loss().received();
                lives.lose(received.after(), received.before(), "records are lost");
            }
            if (!(notice instanceof Reading.Missing) && !(notice instanceof Reading.Gone)) {
                report.add(notice);
            }
        }

        void end() {
            lives.idle().forEach(answer::takeIdle);
            List<Life> running = lives.end();
            explainer.end();
            running.forEach(answer::takeRunning);
        }
    }

    /** What is asked for of the explanations. */
    private final class Answer {
        private final Question question;
        private final ContainerChoice.Missing missing = containers.missing();
        private final TreeSet<String> known = new TreeSet<>();
        private final TreeSet<String> projects = new TreeSet<>();
        /** The newest end of each container, if that is asked for; by host and name. */
        private final Map<String, Explanation> newest = new LinkedHashMap<>();

        private final List<Life> running = new ArrayList<>();
        private final ExplanationWriter writer = new ExplanationWriter(console.out(), format == Format.json);
        private boolean unknown;

        Answer(Question question) {
            this.question = question;
        }

        void take(Explanation explanation) {
            Life life = explanation.life();
            life.underEachName().forEach(this::meet);
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

        void takeRunning(Life life) {
            life.underEachName().forEach(this::meet);
            boolean began = life.started() < question.ends.until() || question.ends.until() == Long.MAX_VALUE;
            if (began && life.underEachName().stream().anyMatch(question.wanted)) {
                running.add(life);
            }
        }

        /** Of one that has no life: it may never have been started. */
        void takeIdle(Container container, boolean neverStarted) {
            meet(container);
            if (neverStarted && question.running && question.wanted.test(container)) {
                console.say(container.name() + " was never started");
            }
        }

        private void meet(Container container) {
            missing.meet(container);
            known.add(container.name());
            projects.add(container.labels().getOrDefault(Explanation.PROJECT, ""));
        }

        /** Says which projects there are, if the one that is asked for is none of them. */
        private void reportProject() {
            String wanted = project;
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
            Verdict verdict = explanation.verdict();
            unknown |= verdict != null && verdict.cause() == Cause.UNKNOWN;
            writer.write(explanation);
        }

        int finish() throws IOException {
            newest.values().stream()
                    .sorted(Comparator.comparingLong(one -> one.life().ended()))
                    .forEach(this::write);
            if (question.running) {
                running.forEach(life -> write(Explainer.running(asOf(life))));
            }
            writer.flush();
            boolean absent = missing.report(console, List.copyOf(known));
            reportProject();
            if (!writer.wroteAny() && !absent) {
                console.say("nothing ended then");
            }
            return absent || unknown || !writer.wroteAny() ? ExitCode.GAPS : ExitCode.OK;
        }

        /** The life as it was at the moment, when its end was still to come. */
        private Life asOf(Life life) {
            return life.upTo(question.ends.until());
        }
    }
}
