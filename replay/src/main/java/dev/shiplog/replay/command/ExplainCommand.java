package dev.shiplog.replay.command;

import dev.shiplog.journal.Catalog;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.replay.command.ExplainAnswer.Question;
import dev.shiplog.replay.explain.Explanation;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.payload.Container;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
            "With --name, a container that still ran is told of, too; with one name, what led to the end is looked",
            "for from half an hour before it on.",
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

    @Override
    public Integer call() throws IOException {
        List<Path> paths = sources.paths(console);
        long end = when.isGiven() ? 0 : endIfOver(paths);
        Question question = Usage.of(spec, () -> question(end));
        try (Report report = Report.ofSeveralReadings(console)) {
            ExplanationWriter writer = new ExplanationWriter(console.out(), format == Format.json);
            ExplainAnswer answer = new ExplainAnswer(console, question, containers.missing(), writer);
            for (Sources.Host host : Sources.byHost(paths)) {
                if (question.newestOnly() && containers.isOneName() && project == null) {
                    NewestEnd.read(console, host, question.ends().until() - 1, question.wanted(), answer, report);
                } else {
                    LifeFold.read(console, host, reading(question), answer, report);
                }
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
            return new Question(when.range(console.clock()), false, containers.isNamed(), wanted, wantedProject);
        }
        long moment = end != 0 ? end : when.moment(console.clock());
        boolean chosenAny = containers.isGiven() || wantedProject != null;
        long since = chosenAny ? Long.MIN_VALUE : Times.plus(moment, -BEFORE_NANOS);
        return new Question(new TimeRange(since, moment + 1), true, containers.isNamed(), wanted, wantedProject);
    }

    /** What has to be read for it. */
    private static TimeRange reading(Question question) {
        long since = question.ends().since();
        long until = question.ends().until();
        return new TimeRange(
                Times.plus(since, -LEADING_NANOS), question.newestOnly() ? until : Times.plus(until, FOLLOWING_NANOS));
    }
}
