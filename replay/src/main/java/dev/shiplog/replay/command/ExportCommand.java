package dev.shiplog.replay.command;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.file.Compression;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.export.EnvelopeFormat;
import dev.shiplog.replay.export.FlatFormat;
import dev.shiplog.replay.export.Form;
import dev.shiplog.replay.export.LineFormat;
import dev.shiplog.replay.export.LineWriter;
import dev.shiplog.replay.export.OutputFile;
import dev.shiplog.replay.query.Completion;
import dev.shiplog.replay.query.GapLines;
import dev.shiplog.replay.query.Once;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.ContainerIndex;
import java.io.IOException;
import java.io.InterruptedIOException;
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
        description = "Writes records as lines: flattened JSON, the engine's own bytes, or these in an envelope.",
        footer = {
            "",
            "Examples:",
            "  replay export /srv/events",
            "  replay export --since yesterday --until today --output events.ndjson.gz /srv/events",
            "  replay export --format raw --kind stats --filter container=web /srv/events",
            "  replay export --kind event --filter event=die --filter event=oom --since 3h /srv/events",
            "  replay export --follow /srv/events | head",
            "  replay export --after exported.json --accept-gaps -o batch-7.ndjson.zst /srv/events",
            "",
            ExitCode.HELP
        })
final class ExportCommand implements Callable<Integer> {
    /** The formats, by their names on the command line. */
    enum Format {
        flat,
        raw,
        envelope
    }

    private static final long POLL_MILLIS = 200;

    /** A record stands in the journal no later than this after its time, while all is well. */
    private static final long LATE_MILLIS = 2000;

    /** An engine's clock that runs ahead of its recorder's dates records into the future, by no more than this. */
    private static final long CLOCK_DIFFERENCE = TimeUnit.MINUTES.toNanos(1);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private Selection selection = new Selection();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "flat",
            description = "flat (default): one level of fields. raw: the engine's bytes. envelope: the engine's JSON"
                    + " with sequence, kind, subject and times around it.")
    private Format format = Format.flat;

    @Option(
            names = "--bare",
            description = "Of flat lines, leave out what tells which record it is: kind, host, journal, sequence, and"
                    + " the container of an event.")
    private boolean bare;

    @Option(
            names = "--compact",
            description = "Of flat lines, give fields only to a fixed list of names, so that an index takes any host;"
                    + " lists, labels and whatever else there is stand as the text of JSON in a field each.")
    private boolean compact;

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
                    "At the end wait for more, until interrupted. Of segments' files the last one read is waited for,"
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
    /** Whether reading ends with the range: behind it in one source stands what is in it in another. */
    private boolean onlySource;

    ExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        RecordFilter filter;
        TimeRange range;
        Path target;
        Path known;
        Compression compression;
        try {
            target = console.path(output);
            known = after == null ? null : console.path(after);
            compression = Compression.ofName(output);
            filter = selection.filter();
            range = selection.range(console.clock());
            if (bare && format != Format.flat) {
                throw new IllegalArgumentException(
                        "--bare is for --format flat; " + format + " lines have no such form");
            }
            if (compact && format != Format.flat) {
                throw new IllegalArgumentException(
                        "--compact is for --format flat; " + format + " lines have no such form");
            }
            if (limit < 0) {
                throw new IllegalArgumentException("--limit " + limit + " is less than none");
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        List<Path> read = sources.paths(console);
        try (Batch batch = Batch.open(known);
                Cursor cursor = Cursor.open(read)) {
            onlySource = read.size() == 1;
            int code;
            if (output.equals("-")) {
                code = export(cursor, batch, filter, range, console.out(), true);
                if (goesOnFrom(code, known, "what was written comes again")) {
                    batch.save();
                }
            } else {
                try (OutputFile file = OutputFile.create(target, compression, force)) {
                    code = export(cursor, batch, filter, range, file.stream(), file.isInPlace());
                    boolean inPlace = file.isInPlace();
                    if (goesOnFrom(
                            code, known, inPlace ? "what was written comes again" : output + " is not written")) {
                        batch.prepare(); // what a full disk does to it happens before the output is in its place
                        file.commit();
                        batch.save();
                    } else if (inPlace) {
                        file.commit();
                    }
                } catch (FileAlreadyExistsException e) {
                    throw new IOException(e.getMessage() + ": exists; --force replaces it", e);
                }
            }
            if (asksForNow(range)) {
                tellOfTheRecorders(read);
            }
            return acceptGaps && code == ExitCode.GAPS ? ExitCode.OK : code;
        } catch (BrokenPipeException e) {
            throw known == null
                    ? e
                    : new IOException("whoever read the output is gone: " + known + " stays as it was", e);
        }
    }

    /**
     * Whether the next export is to go on behind this one: else what could not be read would be passed over for ever.
     *
     * @param otherwise what is said of the output if not
     */
    private boolean goesOnFrom(int code, @Nullable Path known, String otherwise) {
        if (code != ExitCode.FAILED || known == null) {
            return true;
        }
        console.say("not all could be read: " + known + " stays as it was, and " + otherwise
                + "; run it again when it can");
        return false;
    }

    /** Whether more is to be expected of the journal than it has: in a row of batches, or of a stretch up to this moment. */
    private boolean asksForNow(TimeRange range) {
        boolean ongoing = after != null || range.since() != Long.MIN_VALUE;
        return ongoing && !follow && range.until() > nanos(console.clock().instant());
    }

    /** Of journals that an answer up to this moment is asked of: whether somebody records on. */
    private void tellOfTheRecorders(List<Path> sources) {
        for (Path source : sources) {
            String sentence = Recording.absence(source, console.clock());
            if (sentence != null) {
                console.say((sources.size() == 1 ? "" : source + ": ") + sentence);
            }
        }
    }

    /** @param shown whether others see at once what is written to {@code out} */
    private int export(
            Cursor cursor, Batch batch, RecordFilter filter, TimeRange range, OutputStream out, boolean shown)
            throws IOException {
        ContainerIndex containers = new ContainerIndex();
        Origin origin = new Origin();
        try (Losses losses = new Losses(console);
                LineWriter writer = new LineWriter(lineFormat(containers, origin), out)) {
            return export(cursor, batch, filter, range, containers, origin, losses, writer, shown);
        }
    }

    private int export(
            Cursor cursor,
            Batch batch,
            RecordFilter filter,
            TimeRange range,
            ContainerIndex containers,
            Origin origin,
            Losses losses,
            LineWriter writer,
            boolean shown)
            throws IOException {
        boolean learns = format == Format.flat || filter.asksForContainers();
        Once once = batch.once();
        GapLines gaps = new GapLines(range, filter);
        Completion end = new Completion(range);
        Progress progress = new Progress(console);
        long gapCount = 0;
        long read = 0;
        long written = 0;
        boolean all = false;
        seek(cursor, batch, range);
        reading:
        while (written < limit && !interrupted()) {
            switch (cursor.next()) {
                case RECORD -> {
                    RecordView record = cursor.record();
                    Once.Seen seen = once.take(cursor.journal(), record);
                    if (seen == Once.Seen.TWICE) {
                        if (once.seeksAnew()) {
                            seek(cursor, batch, range);
                        }
                        continue;
                    }
                    boolean isNew = seen == Once.Seen.NEW;
                    origin.observe(cursor);
                    if (learns) {
                        containers.apply(record);
                    }
                    String gap = gaps.find(record, containers);
                    if (isNew) {
                        read++;
                        if (gap != null) {
                            gapCount++;
                            progress.clear();
                            console.say(gap);
                        }
                        if (range.contains(record.time())
                                && (restated || !record.restated())
                                && filter.wants(record, containers)) {
                            writer.write(record);
                            written++;
                        }
                    }
                    progress.at(record, written);
                    if (onlySource && end.isReached(record, gaps.coverage())) {
                        break reading;
                    }
                }
                case LOSS -> {
                    if (once.take(cursor.journal(), cursor.loss())) {
                        progress.clear();
                        losses.tell(cursor.loss());
                    }
                }
                case COPY -> {
                    progress.clear();
                    losses.tell(cursor.copy());
                }
                case END -> {
                    if (once.endsShort()) {
                        seek(cursor, batch, range);
                        continue;
                    }
                    all = true;
                    if (!follow || cursor.isOver() || isPast(range)) {
                        break reading;
                    }
                    writer.flush();
                    losses.flush();
                    gapCount += tell(once.gaps(true));
                    if (shown && !losses.anyRefused()) {
                        batch.saveNowAndThen();
                    }
                    awaitMore();
                }
            }
        }
        progress.clear();
        if (interrupted() && !follow) {
            throw new InterruptedIOException("interrupted after " + written + " records");
        }
        writer.flush();
        gapCount += tell(once.gaps(all));
        if (written < limit && !interrupted()) {
            gapCount += tell(gaps.open());
        }
        if (written == 0 && limit > 0 && !follow && !(batch.goesOn() && read == 0)) {
            console.say("nothing is exported: of " + read + " records that were read none is asked for"
                    + filter.contradiction() + asked(range) + "; replay ls shows what is there");
        }
        return losses.summarise(gapCount > 0 ? ExitCode.GAPS : ExitCode.OK);
    }

    /** The range in a clause, if one was given: what was typed may have meant another. */
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

    /** Goes to where what is new and in the range may begin. */
    private static void seek(Cursor cursor, Batch batch, TimeRange range) throws IOException {
        if (batch.goesOn() || range.since() != Long.MIN_VALUE) {
            long since = Math.max(range.since(), Long.MIN_VALUE + CLOCK_DIFFERENCE) - CLOCK_DIFFERENCE;
            cursor.seek(
                    (journal, group) -> group.clock() < since || batch.once().isEarly(journal, group));
        }
    }

    private int tell(List<String> gaps) {
        gaps.forEach(console::say);
        return gaps.size();
    }

    private LineFormat lineFormat(ContainerIndex containers, Origin origin) {
        return switch (format) {
            case flat -> new FlatFormat(containers, origin, new Form(bare, compact));
            case raw -> LineFormat.raw();
            case envelope -> new EnvelopeFormat(origin);
        };
    }

    /** Whether nothing of the range is on its way any more. */
    private boolean isPast(TimeRange range) {
        return console.clock().millis() - LATE_MILLIS >= TimeUnit.NANOSECONDS.toMillis(range.until());
    }

    private boolean interrupted() {
        return console.stop().getCount() == 0;
    }

    /** Waits a little for the journal to grow. */
    private void awaitMore() throws InterruptedIOException {
        try {
            console.stop().await(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
