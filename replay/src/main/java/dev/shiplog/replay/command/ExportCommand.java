package dev.shiplog.replay.command;

import dev.shiplog.journal.file.Compression;
import dev.shiplog.replay.export.LineFormat;
import dev.shiplog.replay.export.LineWriter;
import dev.shiplog.replay.export.OutputFile;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes records as lines of JSON. */
@Command(
        name = "export",
        description = "Writes records: flattened JSON, Elastic's documents, CSV, or the engine's bytes.",
        footer = {
            "",
            "Sources are read one after the other. A record that several of them hold is written once.",
            "",
            "Examples:",
            "  replay export /srv/events",
            "  replay export --since yesterday --until today --output events.ndjson.gz /srv/events",
            "  replay export --format raw --kind stats --filter container=web /srv/events",
            "  replay export --kind event --filter event=die --filter event=oom --since 3h /srv/events",
            "  replay export --follow /srv/events | head",
            "  replay export --format csv --kind stats --filter container=web -o web.csv /srv/events",
            "  replay export --format openmetrics --since yesterday -o metrics.txt /srv/events",
            "  replay export --fields ecs --add-field labels.env=prod /srv/events",
            "  replay export --after exported.json --accept-gaps -o batch-7.ndjson.zst /srv/events",
            "",
            ExitCode.HELP
        })
final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private Selection selection = new Selection();

    @Mixin
    private LineOptions lines = new LineOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            defaultValue = "-",
            description = "Write to this file, compressed if it ends in .gz or .zst; - (default) is standard output.")
    private String output = "-";

    @Option(names = "--force", description = "Replace the output file if it is there.")
    private boolean force;

    @Option(
            names = {"-f", "--follow"},
            description =
                    "At the end wait for more, until interrupted; -f as in docker logs. Of segments' files the last one read is waited for,"
                            + " until its writer goes on in another.")
    private boolean follow;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            defaultValue = "" + Long.MAX_VALUE,
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Stop after so many records.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--restated",
            description = "Also what each segment repeats at its head: the engine's state, descriptions of host and"
                    + " containers.")
    private boolean restated;

    @Option(
            names = "--after",
            paramLabel = "FILE",
            description = "Only what is new since the last export with this file, which says up to which record of each"
                    + " journal that came. It is made if missing, and replaced once the output is complete. What a"
                    + " filter or a time range leaves out does not come later.")
    private @Nullable String after;

    @Option(names = "--accept-gaps", description = "Exit with 0 instead of 3: tell of gaps, but do not fail for them.")
    private boolean acceptGaps;

    private final Console console;

    ExportCommand(Console console) {
        this.console = console;
    }

    /**
     * What the options ask for.
     *
     * @param output where the lines go; null for standard output
     * @param checkpoint the file that says what was exported before; null if none does
     */
    private record Request(
            Query query,
            @Nullable Path output,
            Compression compression,
            @Nullable Path checkpoint) {}

    @Override
    public Integer call() throws IOException {
        Request request = request();
        List<Path> read = sources.paths(console);
        try (Batch batch = Batch.open(request.checkpoint());
                Reading reading = Reading.open(read, request.query(), batch.before(), console.clock())) {
            int code = export(request, reading, batch);
            if (asksForNow(request.query().range())) {
                reportRecorders(read);
            }
            return acceptGaps && code == ExitCode.GAPS ? ExitCode.OK : code;
        } catch (BrokenPipeException e) {
            throw after == null
                    ? e
                    : new IOException(
                            "whoever read the output is gone: " + request.checkpoint() + " stays as it was", e);
        }
    }

    private Request request() {
        try {
            Path target = console.path(output);
            Path checkpoint = after == null ? null : console.path(after);
            Compression compression = Compression.ofName(output);
            RecordFilter filter = selection.filter();
            TimeRange range = selection.range(console.clock());
            lines.check(filter);
            if (lines.joins() && after != null) {
                throw new IllegalArgumentException("--join is not for --after: what an export wrote, the next one could"
                        + " not join its later parts to");
            }
            if (limit < 0) {
                throw new IllegalArgumentException("--limit " + limit + " is less than none");
            }
            Query query = new Query(
                    range, filter, restated, follow, limit, lines.namesContainers(), lines.metersConsumption());
            return new Request(query, output.equals("-") ? null : target, compression, checkpoint);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private int export(Request request, Reading reading, Batch batch) throws IOException {
        Path target = request.output();
        if (target == null) {
            int code = write(reading, batch, console.out(), true);
            if (mayGoOn(code, "what was written comes again")) {
                batch.save(reading.reached());
            }
            return code;
        }
        try (OutputFile file = OutputFile.create(target, request.compression(), force)) {
            boolean inPlace = file.isInPlace();
            int code = write(reading, batch, file.stream(), inPlace);
            if (mayGoOn(code, inPlace ? "what was written comes again" : output + " is not written")) {
                batch.prepare(reading.reached()); // should the disk be full, neither file takes its place
                file.commit();
                batch.save(reading.reached());
            } else if (inPlace) {
                file.commit();
            }
            return code;
        } catch (FileAlreadyExistsException e) {
            throw new IOException(e.getMessage() + ": exists; --force replaces it", e);
        }
    }

    /**
     * Writes the lines.
     *
     * @param visible whether what is written to {@code out} is visible to others at once
     * @return the exit code
     */
    private int write(Reading reading, Batch batch, OutputStream out, boolean visible) throws IOException {
        LineFormat format = lines.lines(reading, console.clock());
        try (Report report = new Report(console);
                LineWriter writer = new LineWriter(format, out)) {
            new Transfer(console, report).run(reading, writer, () -> {
                if (visible && !report.isRefused()) {
                    batch.saveNowAndThen(reading.reached());
                }
            });
            writer.end();
            boolean nothingNew = batch.isInSeries() && reading.read() == 0;
            if (reading.found() == 0 && limit > 0 && !follow && !nothingNew) {
                console.say("nothing is exported: of " + reading.read() + " records that were read, none matches"
                        + reading.query().filter().contradiction()
                        + asked(reading.query().range())
                        + "; replay ls shows what is there");
            }
            if (reading.found() > 0) {
                lines.missing(format).forEach(console::say);
            }
            return report.summarise();
        }
    }

    /**
     * Whether the next export is to go on after this one: not if this one could not read everything, since the next would
     * pass over that for ever.
     *
     * @param otherwise what is said of the output if not
     */
    private boolean mayGoOn(int code, String otherwise) {
        if (code != ExitCode.FAILED || after == null) {
            return true;
        }
        console.say("not all could be read: " + console.path(after) + " stays as it was, and " + otherwise
                + "; run it again when it can");
        return false;
    }

    /** Whether the answer depends on somebody still recording: in a series, or for a range up to this moment. */
    private boolean asksForNow(TimeRange range) {
        boolean ongoing = after != null || range.since() != Long.MIN_VALUE;
        return ongoing && !follow && range.until() > nanos(console.clock().instant());
    }

    /** Says of each journal that nobody records to, since when that is so. */
    private void reportRecorders(List<Path> sources) {
        for (Path source : sources) {
            String sentence = Recording.absence(source, console.clock());
            if (sentence != null) {
                console.say((sources.size() == 1 ? "" : source + ": ") + sentence);
            }
        }
    }

    /** The range in a clause, if one was given: it may not be the one that the user meant. */
    private String asked(TimeRange range) {
        if (range.equals(TimeRange.ALL)) {
            return "";
        }
        String from = range.since() == Long.MIN_VALUE ? "" : " from " + Times.format(range.since());
        String until = range.until() == Long.MAX_VALUE ? "" : " until " + Times.format(range.until());
        boolean future = range.since() > nanos(console.clock().instant());
        return "; the range is" + from + until + (future ? ", in the future" : "");
    }

    private static long nanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }
}
