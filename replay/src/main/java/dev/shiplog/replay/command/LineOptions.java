package dev.shiplog.replay.command;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.replay.ecs.EcsFields;
import dev.shiplog.replay.ecs.EcsFormat;
import dev.shiplog.replay.export.AddedFields;
import dev.shiplog.replay.export.BulkFormat;
import dev.shiplog.replay.export.CsvFormat;
import dev.shiplog.replay.export.DocumentId;
import dev.shiplog.replay.export.Form;
import dev.shiplog.replay.export.JoinedLogs;
import dev.shiplog.replay.export.LineFormat;
import dev.shiplog.replay.export.LogJoin;
import dev.shiplog.replay.export.LogText;
import dev.shiplog.replay.export.OpenMetricsFormat;
import dev.shiplog.replay.export.OutputFormat;
import dev.shiplog.replay.export.RedactedLogs;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.replay.query.Reading;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.replay.query.Times;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what an exported record looks like. */
final class LineOptions {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "flat",
            description = "flat (default): one level of fields. raw: the engine's bytes. envelope: the engine's JSON"
                    + " with sequence, kind, subject and times around it. bulk: each flat line after one that says where"
                    + " it goes, for the bulk interface of Elasticsearch and OpenSearch. csv: some fields of flat lines as"
                    + " a table. openmetrics: what samples and events count, for Prometheus.")
    private OutputFormat format = OutputFormat.flat;

    @Option(
            names = "--fields",
            paramLabel = "VOCABULARY",
            defaultValue = "flat",
            description = "Whose names fields have. flat (default): the engine's. ecs: those of the Elastic Common"
                    + " Schema and of Elastic's Docker integration, a fixed list.")
    private Vocabulary fields = Vocabulary.flat;

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

    @Option(names = "--original", description = "With --fields ecs, add the engine's own text, as event.original.")
    private boolean original;

    @Option(
            names = "--add-field",
            paramLabel = "FIELD=VALUE",
            description = "Add this field to every line; may be given several times.")
    private List<String> added = new ArrayList<>();

    @Option(
            names = "--index-prefix",
            paramLabel = "TEXT",
            description = "What names of indices begin with in bulk lines; shiplog if not given. An index is"
                    + " TEXT-KIND-yyyy.MM.dd, of the day of the record in UTC.")
    private @Nullable String prefix;

    @Option(
            names = "--columns",
            paramLabel = "FIELDS",
            split = ",",
            description =
                    "The fields that are the columns of csv, in this order; if not given, what most people ask of the"
                            + " one kind that --kind names.")
    private List<String> columns = new ArrayList<>();

    @Mixin
    private JoinOption join = new JoinOption();

    @Mixin
    private RedactLogOption redactLog = new RedactLogOption();

    /**
     * @param filter which records are to be written
     * @throws IllegalArgumentException if options make no sense together
     */
    void check(RecordFilter filter) {
        boolean ecs = fields == Vocabulary.ecs;
        require("--fields ecs", ecs, OutputFormat.flat, OutputFormat.bulk, OutputFormat.csv);
        require("--bare", bare, OutputFormat.flat);
        require("--compact", compact, OutputFormat.flat, OutputFormat.bulk);
        require("--add-field", !added.isEmpty(), OutputFormat.flat, OutputFormat.bulk, OutputFormat.csv);
        require("--index-prefix", prefix != null, OutputFormat.bulk);
        require("--columns", !columns.isEmpty(), OutputFormat.csv);
        require("--join", join.isGiven(), OutputFormat.flat, OutputFormat.bulk, OutputFormat.csv);
        join.continuation();
        redactLog.redaction();
        if (ecs && (bare || compact)) {
            throw new IllegalArgumentException((bare ? "--bare" : "--compact") + " is for --fields flat, not ecs");
        }
        if (original && !ecs) {
            throw new IllegalArgumentException("--original is for --fields ecs; --format raw writes the engine's text");
        }
        if (format == OutputFormat.openmetrics
                && (filter.asksForEvents() || !filter.kinds().containsAll(List.of(Kind.STATS, Kind.EVENT)))) {
            throw new IllegalArgumentException("--format openmetrics counts the events of containers and takes their"
                    + " samples: leave out --kind, or write --kind stats,event, and leave out filters on events");
        }
        DocumentId.checkPrefix(indexPrefix());
        if (format == OutputFormat.csv) {
            columns(filter);
        }
        added().keySet().forEach(name -> {
            String rival = ecs ? EcsFields.rival(name) : null;
            if (rival != null) {
                throw new IllegalArgumentException("--add-field " + name + ": lines have a field " + rival
                        + " already; choose another, as in labels.NAME");
            }
        });
    }

    /** The columns of a table of these records. */
    private List<String> columns(RecordFilter filter) {
        if (columns.isEmpty() && filter.kinds().size() == 1) {
            return CsvColumns.of(filter.kinds().iterator().next(), fields);
        }
        if (columns.isEmpty()) {
            throw new IllegalArgumentException("--format csv writes a table of one kind: add --kind stats, or another;"
                    + " or name the fields of several with --columns");
        }
        for (String column : columns) {
            if (fields == Vocabulary.ecs && !EcsFields.types().containsKey(column) && !added().containsKey(column)) {
                throw new IllegalArgumentException(
                        "--columns '" + column + "': no such field; docs/ecs-fields.md names them");
            }
        }
        return columns;
    }

    private Map<String, String> added() {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : added) {
            int equals = field.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("--add-field '" + field + "': write FIELD=VALUE");
            }
            fields.put(field.substring(0, equals), field.substring(equals + 1));
        }
        return fields;
    }

    private void require(String option, boolean given, OutputFormat... formats) {
        if (given && !List.of(formats).contains(format)) {
            String all = Stream.of(formats).map(Enum::name).collect(Collectors.joining(", "));
            throw new IllegalArgumentException(option + " is for --format " + all + ", not " + format);
        }
    }

    private String indexPrefix() {
        return prefix == null ? DocumentId.PREFIX : prefix;
    }

    /** Whether lines name containers. */
    boolean namesContainers() {
        return format.namesContainers();
    }

    /** Whether lines tell what containers used. */
    boolean metersConsumption() {
        return fields == Vocabulary.ecs;
    }

    /** Whether records of logs that belong together become one. */
    boolean joins() {
        return join.isGiven();
    }

    /** A new writer of lines for what is read. */
    LineFormat lines(Reading reading, InstantSource clock) {
        Origin origin = join.isGiven() ? new Origin() : reading.origin();
        LineFormat redacted = RedactedLogs.of(lines(reading, origin), redactLog.redaction());
        return join.isGiven()
                ? new JoinedLogs(
                        redacted,
                        new LogJoin(join.continuation()),
                        reading.origin(),
                        origin,
                        () -> Times.nanos(clock.instant()))
                : redacted;
    }

    /** @param origin where each record comes from that is written */
    private LineFormat lines(Reading reading, Origin origin) {
        RecordFilter filter = reading.query().filter();
        LineFormat lines = fields == Vocabulary.ecs
                ? new EcsFormat(reading.containers(), origin, reading::consumption, original)
                : format.lines(reading.containers(), origin, new Form(bare, compact));
        LineFormat whole = added.isEmpty() ? lines : new AddedFields(lines, added());
        return switch (format) {
            case flat, envelope, openmetrics -> whole;
            case raw -> filter.kinds().equals(Set.of(Kind.LOG)) ? new LogText() : whole;
            case bulk -> new BulkFormat(whole, indexPrefix(), origin);
            case csv -> new CsvFormat(whole, columns(filter));
        };
    }

    /** What was asked for and is in none of the lines, a sentence each. */
    List<String> missing(LineFormat writer) {
        LineFormat lines = writer.innermost();
        if (lines instanceof OpenMetricsFormat metrics && metrics.leftOut() > 0) {
            return List.of("samples that are left out, because their time is not after that of the one before: "
                    + metrics.leftOut());
        }
        return lines instanceof CsvFormat table && !columns.isEmpty()
                ? table.missing().stream()
                        .map(column -> "--columns '" + column + "': no record that was written has this field")
                        .toList()
                : List.of();
    }
}
