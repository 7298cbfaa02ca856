package dev.shiplog.replay.command;

import dev.shiplog.replay.ecs.EcsFields;
import dev.shiplog.replay.ecs.EcsFormat;
import dev.shiplog.replay.export.AddedFields;
import dev.shiplog.replay.export.Form;
import dev.shiplog.replay.export.LineFormat;
import dev.shiplog.replay.export.OutputFormat;
import dev.shiplog.replay.query.Reading;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that say what an exported record looks like. */
final class LineOptions {
    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "flat",
            description = "flat (default): one level of fields. raw: the engine's bytes. envelope: the engine's JSON"
                    + " with sequence, kind, subject and times around it.")
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
    private Map<String, String> added = new LinkedHashMap<>();

    /** @throws IllegalArgumentException if options make no sense together */
    void check() {
        requireForms("--fields ecs", fields == Vocabulary.ecs);
        requireForms("--bare", bare);
        requireForms("--compact", compact);
        requireForms("--add-field", !added.isEmpty());
        require("--bare", bare, Vocabulary.flat);
        require("--compact", compact, Vocabulary.flat);
        require("--original", original, Vocabulary.ecs);
        added.forEach((name, value) -> {
            String rival = fields == Vocabulary.ecs ? EcsFields.rival(name) : null;
            if (name.isEmpty()) {
                throw new IllegalArgumentException("--add-field '=" + value + "': write FIELD=VALUE");
            }
            if (rival != null) {
                throw new IllegalArgumentException("--add-field " + name + ": lines have a field " + rival
                        + " already; choose another name, as labels." + name);
            }
        });
    }

    private void requireForms(String option, boolean given) {
        if (given && !format.hasForms()) {
            throw new IllegalArgumentException(
                    option + " is for --format flat; " + format + " lines have no such form");
        }
    }

    private void require(String option, boolean given, Vocabulary vocabulary) {
        if (given && fields != vocabulary) {
            throw new IllegalArgumentException(option + " is for --fields " + vocabulary);
        }
    }

    /** Whether lines name containers. */
    boolean namesContainers() {
        return format.namesContainers();
    }

    /** Whether lines tell what containers used. */
    boolean metersConsumption() {
        return fields == Vocabulary.ecs;
    }

    /** A new writer of lines for what is read. */
    LineFormat lines(Reading reading) {
        LineFormat lines = fields == Vocabulary.ecs
                ? new EcsFormat(reading.containers(), reading.origin(), reading::consumption, original)
                : format.lines(reading.containers(), reading.origin(), new Form(bare, compact));
        return added.isEmpty() ? lines : new AddedFields(lines, added);
    }
}
