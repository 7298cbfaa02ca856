package dev.shiplog.replay.command;

import dev.shiplog.journal.archive.Manifest;
import dev.shiplog.replay.archive.CutWriter;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.timeline.redact.LogRedaction;
import dev.shiplog.timeline.redact.Redaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a small archive of a range and some containers. */
@Command(
        name = "cut",
        description = "Makes one small archive of a time range and some containers, to attach to a ticket.",
        footer = {
            "",
            "The archive can be read alone: beside the records that are asked for it holds what was known",
            "when the range began (descriptions of the containers, facts about the host, whether anybody",
            "recorded) and the recorder's marks. 'replay export --restated' shows these too. Records keep",
            "their sequences, and no verb reports those in between as missing. No file is replaced.",
            "",
            "Examples:",
            "  replay cut --since 03:00 --until 03:30 -o ticket-4711.tar /srv/events",
            "  replay cut --since 1h --filter name=web --filter name=db -o web.tar /srv/archives /srv/events",
            "",
            ExitCode.HELP
        })
final class CutCommand implements Callable<Integer> {
    /** So many names fit a line. */
    private static final int MAX_NAMES = 8;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private Selection selection = new Selection();

    @Mixin
    private NewArchive archive = new NewArchive();

    @Option(
            names = "--redact",
            paramLabel = "WHAT",
            defaultValue = "secrets",
            description = "What is removed, by the recorder's rules: secrets (default), env, or none.")
    private String redact = "secrets";

    @Mixin
    private RedactLogOption redactLog = new RedactLogOption();

    private final Console console;

    CutCommand(Console console) {
        this.console = console;
    }

    /** What the options ask for. */
    private record Request(Query query, Redaction redaction, LogRedaction ofLogs) {}

    @Override
    public Integer call() throws IOException {
        Request request = Usage.of(spec, this::request);
        Path output = archive.file(console);
        List<Path> given = sources.paths(console);
        try (Reading reading = Reading.open(given, request.query(), Map.of(), console.clock());
                CutWriter cut =
                        new CutWriter(output, archive.coding(), request.redaction(), request.ofLogs(), reading);
                Report report = new Report(console);
                Progress progress = new Progress(console)) {
            run(reading, cut, report, progress);
            Manifest manifest = cut.finish(described(request), "shiplog " + Replay.version());
            if (manifest == null) {
                throw new IOException("nothing is cut: of " + reading.read() + " records that were read, none matches"
                        + request.query().filter().contradiction() + containers(reading)
                        + "; replay ls shows from when to when there are records");
            }
            int code = report.summarise();
            if (!cut.redacted().isEmpty()) {
                console.say(cut.redacted());
            }
            console.say("cut " + Report.count(manifest.records(), "record", "records") + " to " + output + ", "
                    + Files.size(output) + " bytes");
            return code;
        }
    }

    /** Which containers could be asked for, as a clause; empty if the filters ask for none by name. */
    private String containers(Reading reading) {
        List<String> asked = selection.containers();
        if (asked.isEmpty()) {
            return "";
        }
        List<String> names = reading.containers().names();
        List<String> nearest = Nearest.of(asked, names, MAX_NAMES);
        return names.isEmpty()
                ? "; no container is known there"
                : "; " + Report.count(names.size(), "container is", "containers are") + " known there: "
                        + String.join(", ", nearest) + (nearest.size() < names.size() ? ", …" : "");
    }

    private void run(Reading reading, CutWriter cut, Report report, Progress progress) throws IOException {
        Reading.Step step;
        do {
            if (console.isStopped()) {
                progress.clear();
                reading.interrupt();
            }
            step = reading.next();
            progress.step(() -> Progress.where(reading));
            cut.take(step);
            if (step instanceof Reading.Notice notice) {
                progress.clear();
                report.add(notice);
            } else if (step instanceof Reading.End end) {
                progress.clear();
                end.notices().forEach(report::add);
            }
        } while (!(step instanceof Reading.End));
    }

    private Request request() {
        TimeRange range = selection.range(console.clock());
        Query query = new Query(range, selection.filter(), false, false, Long.MAX_VALUE, true);
        return new Request(query, redaction(), redactLog.redaction());
    }

    private Redaction redaction() {
        return Arrays.stream(Redaction.values())
                .filter(each -> each.label().equals(redact))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--redact " + redact + ": there are "
                        + Arrays.stream(Redaction.values())
                                .map(Redaction::label)
                                .collect(Collectors.joining(", "))));
    }

    /** The request as a manifest says it. */
    private String described(Request request) {
        String ofLogs = redactLog.described();
        return selection.described(request.query().range()) + " --redact "
                + request.redaction().label() + (ofLogs.isEmpty() ? "" : " --redact-log (" + ofLogs + ")");
    }
}
