package dev.shiplog.replay.command;

import dev.shiplog.replay.ecs.EcsFormat;
import dev.shiplog.replay.export.DocumentId;
import dev.shiplog.replay.export.Form;
import dev.shiplog.replay.export.LineFormat;
import dev.shiplog.replay.export.OutputFormat;
import dev.shiplog.replay.export.RedactedLogs;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reached;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.ship.Asking;
import dev.shiplog.replay.ship.Carrier;
import dev.shiplog.replay.ship.Cluster;
import dev.shiplog.replay.ship.Receipt;
import dev.shiplog.replay.ship.Rejects;
import dev.shiplog.replay.ship.Shipment;
import dev.shiplog.replay.ship.Shipments;
import dev.shiplog.replay.ship.Tallies;
import dev.shiplog.replay.ship.Target;
import dev.shiplog.replay.window.Windows;
import dev.shiplog.timeline.Amounts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Ships records into a cluster of Elasticsearch or OpenSearch. */
@Command(
        name = "ship",
        description = "Ships records into Elasticsearch or OpenSearch, each exactly once, and proves it.",
        footer = {
            "",
            "Each record is a document with an id of its own, in an index for each kind and each day of the"
                    + " record's time: it may be shipped again, from any copy of the journal, and is there once. At the"
                    + " end a receipt says what became of every record; its sums must match. 'replay verify --receipt'"
                    + " counts again what the cluster has. docs/elastic.md tells more.",
            "",
            "Examples:",
            "  replay ship --to http://localhost:9200 /srv/events",
            "  replay ship --to https://search.example.org:9200 --user shiplog --password-file secret \\",
            "      --state shipped.json --receipt receipt.json /srv/events",
            "  replay ship --to http://localhost:9200 --follow --state shipped.json /srv/events",
            "  replay ship --to http://localhost:9200 --since yesterday --until today --kind event,mark archives/",
            "  replay ship --to http://localhost:9200 --dry-run /srv/events",
            "  replay ship --to http://localhost:9200 --setup --keep 90d",
            "",
            ExitCode.HELP
        })
final class ShipCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Mixin
    private SetupOptions setup = new SetupOptions();

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private Selection selection = new Selection();

    @Option(
            names = "--index-prefix",
            paramLabel = "TEXT",
            defaultValue = "shiplog",
            description = "What names of indices begin with: TEXT-KIND-yyyy.MM.dd; shiplog (default).")
    private String prefix = "shiplog";

    @Option(
            names = "--fields",
            paramLabel = "VOCABULARY",
            defaultValue = "ecs",
            description = "Whose names fields have. ecs (default): those of the Elastic Common Schema and of Elastic's"
                    + " Docker integration. flat: the engine's, in the compact form of export.")
    private Vocabulary fields = Vocabulary.ecs;

    @Option(names = "--original", description = "With --fields ecs, add the engine's own text, as event.original.")
    private boolean original;

    @Mixin
    private RedactLogOption redactLog = new RedactLogOption();

    @Option(
            names = "--every",
            paramLabel = "TIME",
            description =
                    "Of samples, ship one document for each container and each window of this length, such as 1m: mean,"
                            + " min, max and last, and rates. A window is shipped once it is over.")
    private @Nullable String every;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description =
                    "Ship what is new since the last time with this file, which says up to where all has arrived. It is"
                            + " made if missing, and serves one target and one selection of records.")
    private @Nullable String state;

    @Option(
            names = {"-f", "--follow"},
            description = "At the end wait for more, until interrupted.")
    private boolean follow;

    @Option(
            names = "--rejected",
            paramLabel = "FILE",
            description =
                    "Append the documents that the cluster will never take, with its reasons. Without it, --state stays"
                            + " before the first of them.")
    private @Nullable String rejected;

    @Option(names = "--receipt", paramLabel = "FILE", description = "Write the receipt to this file as well, as JSON.")
    private @Nullable String receiptFile;

    @Option(names = "--dry-run", description = "Make the documents and count them, but send nothing.")
    private boolean dryRun;

    @Option(
            names = "--give-up-after",
            paramLabel = "TIME",
            defaultValue = "5m",
            description =
                    "When the cluster has taken nothing for so long: 5m (default). With --follow, never, unless given.")
    private String patience = "5m";

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "2",
            description = "So many bulk requests are under way at a time; 2 (default).")
    private int requests = 2;

    @Option(
            names = "--batch",
            paramLabel = "BYTES",
            defaultValue = "4MiB",
            description = "So large a bulk request is, before compression; 4MiB (default).")
    private String batch = "4MiB";

    @Option(names = "--accept-gaps", description = "Exit with 0 instead of 3: tell of gaps, but do not fail for them.")
    private boolean acceptGaps;

    private final Console console;

    ShipCommand(Console console) {
        this.console = console;
    }

    /** What the options ask for. */
    private record Request(
            TimeRange range,
            RecordFilter filter,
            Shipment.Limits limits,
            Duration patience,
            long every,
            SortedMap<String, String> purpose) {
        /** What is to be read: whole windows. */
        Query query(boolean follow) {
            long until = range.until();
            boolean isOpen = until > Long.MAX_VALUE - every;
            long whole = every == 0 || isOpen ? until : -Math.floorDiv(-until, every) * every;
            TimeRange read = new TimeRange(range.since(), whole);
            return new Query(read, filter, false, follow, Long.MAX_VALUE, true, true);
        }
    }

    @Override
    public Integer call() throws IOException {
        Target target = cluster.target(console);
        Request request = Usage.of(spec, () -> request(target));
        Path stateFile = path(state);
        Path receipt = path(receiptFile);
        checkPlace(receipt);
        Asking asking =
                Asking.of(new Cluster(target), request.patience(), console.stop(), console.clock(), console::say);
        setup.check();
        if (setup.isSetup()) {
            setup.install(console, asking, prefix, fields);
            if (!sources.areGiven()) {
                return ExitCode.OK;
            }
        }
        List<Path> read = sources.paths(console);
        boolean resumes = stateFile != null && Files.exists(stateFile);
        Tallies tallies = new Tallies();
        long begun = now();
        try (Batch series = Batch.open(dryRun ? null : stateFile, request.purpose());
                Rejects rejects = rejected == null || dryRun ? null : Rejects.open(console.path(rejected));
                Reading reading = Reading.openWhole(read, request.query(follow), series.before(), console.clock());
                Report report = new Report(console);
                Parts parts = parts(target, request, tallies, rejects, reading, series.before())) {
            if (!dryRun) {
                setup.prepare(asking, prefix, fields, request.range(), resumes);
            }
            Shipping shipping =
                    new Shipping(console, reading, report, tallies, parts.shipment, parts.documents, series);
            boolean complete = false;
            try {
                shipping.run();
                complete = true;
            } finally {
                try {
                    shipping.save();
                } finally {
                    give(new Receipt(request.purpose(), begun, now(), complete, tallies), receipt);
                }
            }
            return exitCode(report.summarise(), tallies);
        }
    }

    /** A file that cannot be written is better known before all was shipped. */
    private static void checkPlace(@Nullable Path file) throws IOException {
        Path parent = file == null ? null : file.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw new NoSuchFileException(parent.toString());
        }
    }

    /** What is made, and how it is sent: each needs the other, to know up to where all has arrived. */
    private record Parts(Shipment shipment, Documents documents) implements AutoCloseable {
        @Override
        public void close() {
            shipment.close();
        }
    }

    private Parts parts(
            Target target,
            Request request,
            Tallies tallies,
            @Nullable Rejects rejects,
            Reading reading,
            Map<String, Reached> before) {
        Carrier carrier = dryRun
                ? Shipments.counted()
                : Shipments.into(
                        new Cluster(target), request.patience(), console.stop(), console.clock(), console::sayAmid);
        LineFormat format = RedactedLogs.of(
                fields == Vocabulary.ecs
                        ? new EcsFormat(reading.containers(), reading.origin(), reading::consumption, original)
                        : OutputFormat.flat.lines(reading.containers(), reading.origin(), new Form(false, true)),
                redactLog.redaction());
        String name = every;
        if (name == null) {
            Shipment shipment = new Shipment(carrier, request.limits(), tallies, rejects, reading::reached);
            return new Parts(shipment, new Documents(reading, shipment, prefix, format, request.range(), null));
        }
        AtomicReference<Windows> made = new AtomicReference<>();
        Shipment shipment = new Shipment(
                carrier,
                request.limits(),
                tallies,
                rejects,
                () -> Objects.requireNonNull(made.get()).reached(reading.reached()));
        Windows windows = new Windows(request.every(), tallies, before, Documents.pages(shipment, prefix, name));
        made.set(windows);
        Documents.Every windowed = new Documents.Every(name, request.every(), windows);
        return new Parts(shipment, new Documents(reading, shipment, prefix, format, request.range(), windowed));
    }

    private void give(Receipt receipt, @Nullable Path file) throws IOException {
        console.out().write(receipt.text().getBytes(StandardCharsets.UTF_8));
        if (file != null) {
            Files.write(file, receipt.toJson());
        }
    }

    private int exitCode(int code, Tallies tallies) {
        if (tallies.unsettled() != 0) {
            console.say("the sums do not match: of " + tallies.unsettled()
                    + " records nothing is known; please report this as a bug");
            return ExitCode.FAILED;
        }
        if (tallies.refused() > 0) {
            console.say(Report.count(tallies.refused(), "document was", "documents were") + " refused"
                    + (rejected == null ? "; --rejected FILE keeps them with the reasons" : ": see " + rejected));
            return ExitCode.FAILED;
        }
        return acceptGaps && code == ExitCode.GAPS ? ExitCode.OK : code;
    }

    private Request request(Target target) {
        TimeRange range = selection.range(console.clock());
        RecordFilter filter = selection.filter();
        DocumentId.checkPrefix(prefix);
        redactLog.redaction();
        if (requests < 1 || requests > 64) {
            throw new IllegalArgumentException("--requests " + requests + ": from 1 to 64");
        }
        long bytes = Amounts.bytes(batch);
        if (bytes < 1 << 10 || bytes > 1 << 26) {
            throw new IllegalArgumentException("--batch " + batch + ": from 1KiB to 64MiB");
        }
        Shipment.Limits limits = new Shipment.Limits((int) bytes, Shipment.Limits.DEFAULT.documents(), requests);
        Duration waits = follow && !spec.commandLine().getParseResult().hasMatchedOption("--give-up-after")
                ? Duration.ofDays(365)
                : Amounts.duration(patience);
        SortedMap<String, String> purpose = new TreeMap<>();
        purpose.put("to", target.uri().toString());
        purpose.put("index-prefix", prefix);
        String asked = selection.described(range);
        if (!asked.isEmpty()) {
            purpose.put("selection", asked);
        }
        purpose.put("fields", fields + (original ? " with --original" : ""));
        if (every != null) {
            purpose.put("every", every);
        }
        if (!redactLog.described().isEmpty()) {
            purpose.put("redact-log", redactLog.described());
        }
        if (dryRun) {
            purpose.put("dry_run", "true");
        }
        return new Request(range, filter, limits, waits, every(), purpose);
    }

    /** The length of a window, in ns; 0 if there are none. */
    private long every() {
        if (every == null) {
            return 0;
        }
        Duration length = Amounts.duration(every);
        if (fields != Vocabulary.ecs) {
            throw new IllegalArgumentException("--every is for --fields ecs");
        }
        if (length.toSeconds() < 1 || length.toDays() > 1 || !every.matches("\\d+[smhd]")) {
            throw new IllegalArgumentException("--every " + every + ": a window is from 1s to 1d long, in one unit");
        }
        return length.toNanos();
    }

    private @Nullable Path path(@Nullable String file) {
        return file == null ? null : Usage.of(spec, () -> console.path(file));
    }

    private long now() {
        Instant instant = console.clock().instant();
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }
}
