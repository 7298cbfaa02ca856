package dev.shiplog.replay.command;

import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.command.Table.Column;
import dev.shiplog.replay.command.Table.Time;
import dev.shiplog.replay.past.Branch;
import dev.shiplog.replay.past.DockerWords;
import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.ImageBook;
import dev.shiplog.replay.past.ImageFilter;
import dev.shiplog.replay.past.ImageRow;
import dev.shiplog.replay.past.ImageUses;
import dev.shiplog.replay.query.Query;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tells which images ran, and in which containers. */
@Command(
        name = "images",
        description = "Tells which images ran, in which containers, at a moment or over a range.",
        footer = {
            "",
            "REPOSITORY and TAG are those that the containers were made from, as their descriptions say. TAG",
            "MOVED, a column that appears when there is such a tag, is when the tag was found to stand for",
            "another image, or for none, by an event or by a newer container: docker shows <none> from then",
            "on. SINCE is when the first of the containers was started, UNTIL when the last of them ended.",
            "DIGEST is known if the image was described, if a container was made by it, or if the engine keeps",
            "images by their digests. What is not known is <unknown>: such as the image that a pull brought,",
            "before it is described. Only what was recorded since the segment began that holds the moment, or the",
            "beginning of the range, tells of tags. More columns: until, running, tagged, deleted, known,",
            "host.",
            "",
            "Examples:",
            "  replay images --at 03:12 /srv/events",
            "  replay images -a --since yesterday --until today /srv/events",
            "  replay images --since 7d --filter digest=sha256:506c --format json /srv/archives",
            "",
            ExitCode.HELP
        })
final class ImagesCommand implements Callable<Integer> {
    private static final List<String> USUAL = List.of("repository", "tag", "image_id", "digest", "containers", "since");
    private static final String UNKNOWN = "<unknown>";
    private static final int WIDTH = 40;

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private MomentOrRange when = new MomentOrRange();

    @Mixin
    private TableOptions how = new TableOptions();

    @Option(
            names = {"-a", "--all"},
            description = "Also images of containers that did not run, and those that only events tell of.")
    private boolean all;

    @Option(
            names = {"-f", "--filter"},
            paramLabel = "KEY=VALUE",
            description =
                    "Only images for which it holds: image=GLOB|ID, digest=GLOB|DIGEST; of several with one key any,"
                            + " of both keys each. KEY!=VALUE takes out what it names; ~REGEX may stand for GLOB.")
    private List<String> filters = new ArrayList<>();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Console console;

    ImagesCommand(Console console) {
        this.console = console;
    }

    /** An image in its host. */
    private record Row(String host, boolean isKnown, ImageRow image) {}

    /** What one host had; {@code at} is null for a range. */
    private record Answer(String host, @Nullable HostAt at, List<ImageRow> images) {}

    @Override
    public Integer call() throws IOException {
        List<Path> paths = sources.paths(console);
        Predicate<ImageRow> filter = Usage.of(spec, () -> ImageFilter.of(filters));
        Usage.of(spec, () -> how.table(columns(), USUAL));
        TimeRange range = when.isRange() ? Usage.of(spec, () -> when.range(console.clock())) : null;
        long moment = range == null ? Usage.of(spec, () -> when.moment(console.clock())) : 0;
        try (Report report = new Report(console)) {
            List<Answer> answers = new ArrayList<>();
            for (Sources.Host host : Sources.byHost(paths)) {
                answers.add(range == null ? at(host, moment, report) : over(host, range, report));
            }
            List<Row> rows = new ArrayList<>();
            for (Answer answer : answers) {
                boolean isKnown = answer.at == null || answer.at.unknown() == null;
                answer.images.stream().filter(filter).forEach(image -> rows.add(new Row(answer.host, isKnown, image)));
            }
            how.table(columns(), usual(answers.size(), range != null, rows)).write(rows, console.out());
            List<HostAt> hosts = answers.stream()
                    .flatMap(answer -> answer.at == null ? Stream.empty() : Stream.of(answer.at))
                    .toList();
            return Math.max(Moments.reportUnknown(console, hosts), report.summarise());
        }
    }

    private Answer at(Sources.Host of, long moment, Report report) throws IOException {
        Branch<ImageBook> book = new Branch<>(new ImageBook(), ImageBook::apply, ImageBook::copy);
        HostAt host = Moments.read(console, report, of, moment, book);
        return new Answer(host.host(), host, ImageUses.at(host, book.get(), all));
    }

    private Answer over(Sources.Host of, TimeRange range, Report report) throws IOException {
        Query query = ImageUses.query(range);
        ImageBook book = new ImageBook();
        ImageUses uses = new ImageUses(range.since(), book);
        String[] host = {""};
        try (Reading reading = Reading.openWhole(of.files(), query, Map.of(), console.clock())) {
            Steps.each(console, reading, step -> {
                RecordView record = reading.last();
                if (record != null && !(step instanceof Reading.Missing) && record.time() < range.until()) {
                    book.apply(record);
                    uses.apply(record);
                    report.check(record);
                    host[0] = reading.origin().place().host();
                }
                if (step instanceof Reading.Notice notice) {
                    report.add(notice);
                } else if (step instanceof Reading.End end) {
                    end.notices().forEach(report::add);
                }
            });
        }
        return new Answer(host[0], null, uses.rows(all));
    }

    private static List<String> usual(int hosts, boolean isRange, List<Row> rows) {
        List<String> usual = new ArrayList<>(USUAL);
        if (hosts > 1) {
            usual.add(0, "host");
        }
        if (isRange) {
            usual.add("until");
        }
        if (rows.stream().anyMatch(row -> row.image.moved() != 0)) {
            usual.add("tag_moved");
        }
        if (rows.stream().anyMatch(row -> !row.isKnown)) {
            usual.add("known");
        }
        return usual;
    }

    private List<Column<Row>> columns() {
        return List.of(
                new Column<>("HOST", "host", Row::host, Row::host),
                text("REPOSITORY", "repository", row -> row.image.repository()),
                text("TAG", "tag", row -> row.image.tag()),
                new Column<>("IMAGE ID", "image_id", this::id, row -> row.image.imageId()),
                new Column<>(
                        "DIGEST",
                        "digest",
                        this::digests,
                        row -> row.image.digests().isEmpty() ? null : row.image.digests()),
                new Column<>("CONTAINERS", "containers", this::containers, row -> row.image.containers()),
                time("SINCE", "since", ImageRow::since),
                new Column<>("UNTIL", "until", ImagesCommand::until, row -> Time.of(row.image.until())),
                new Column<>(
                        "RUNNING", "running", row -> String.valueOf(row.image.running()), row -> row.image.running()),
                time("TAGGED", "tagged", ImageRow::tagged),
                time("TAG MOVED", "tag_moved", ImageRow::moved),
                time("DELETED", "deleted", ImageRow::deleted),
                new Column<>("KNOWN", "known", row -> row.isKnown ? "" : "unknown", Row::isKnown));
    }

    /** Null is not known, and what is empty is not there. */
    private static Column<Row> text(String title, String key, Function<Row, @Nullable String> of) {
        return new Column<>(
                title,
                key,
                row -> {
                    String text = of.apply(row);
                    return text == null ? UNKNOWN : text.isEmpty() ? "<none>" : text;
                },
                of::apply);
    }

    private static Column<Row> time(String title, String key, ToLongFunction<ImageRow> of) {
        return new Column<>(
                title,
                key,
                row -> of.applyAsLong(row.image) == 0 ? "" : Times.formatSeconds(of.applyAsLong(row.image)),
                row -> Time.of(of.applyAsLong(row.image)));
    }

    /** Of those that run at the end, nothing. */
    private static String until(Row row) {
        ImageRow image = row.image;
        boolean hasRun = image.since() != 0 && image.running() == 0;
        return !hasRun ? "" : image.until() == 0 ? UNKNOWN : Times.formatSeconds(image.until());
    }

    private String id(Row row) {
        String id = row.image.imageId();
        return id == null ? UNKNOWN : how.isWhole() ? id : DockerWords.shortId(id);
    }

    private String digests(Row row) {
        return row.image.digests().isEmpty()
                ? UNKNOWN
                : String.join(
                        ", ",
                        how.isWhole()
                                ? row.image.digests()
                                : row.image.digests().stream()
                                        .map(digest -> "sha256:" + DockerWords.shortId(digest))
                                        .toList());
    }

    private String containers(Row row) {
        String names = String.join(", ", row.image.containers());
        boolean isLong = !how.isWhole() && names.codePointCount(0, names.length()) > WIDTH;
        return isLong
                ? names.substring(0, names.offsetByCodePoints(0, WIDTH - 1)) + "… ("
                        + row.image.containers().size() + ")"
                : names;
    }
}
