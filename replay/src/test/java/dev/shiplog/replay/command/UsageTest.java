package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
    private final Terminal terminal =
            new Terminal(Jimfs.newFileSystem(Configuration.unix()).getPath("/work"));

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    exprot x                    | no such verb: exprot; did you mean export? see 'replay --help'
                    help exprot                 | no such verb: exprot; did you mean export? see 'replay --help'
                    help ls export              | no such verb: export; see 'replay help --help'
                    --nope                      | no such option: --nope; see 'replay --help'
                    ls --format yaml x          | Invalid value for option '--format': expected one of [table, json] (case-sensitive) but was 'yaml'; see 'replay ls --help'
                    export                      | Missing required parameter: 'SOURCE'; see 'replay export --help'
                    export --forrmat raw x      | no such option: --forrmat; did you mean --format? see 'replay export --help'
                    export --since              | Missing required parameter for option '--since' (TIME); see 'replay export --help'
                    export --format yaml x      | Invalid value for option '--format': expected one of [flat, raw, envelope, bulk, csv, openmetrics] (case-sensitive) but was 'yaml'; see 'replay export --help'
                    export --kind weather x     | kind 'weather': no such kind; there are event, stats, log, inspect, host, engine-metrics, sockets, mark, image, disk; see 'replay export --help'
                    export --filter id=web x    | --filter 'id=web': no such key; there are name, container, image, label, kind, event, type, scope, exitCode, network, volume; see 'replay export --help'
                    export --filter label x     | --filter 'label': write KEY=VALUE or KEY!=VALUE with a key of name, container, image, label, kind, event, type, scope, exitCode, network, volume; see 'replay export --help'
                    export --filter name= x     | --filter 'name=': no value behind the =; * stands for any; see 'replay export --help'
                    export --filter exitCode!= x | --filter 'exitCode!=': no value behind the =; * stands for any; see 'replay export --help'
                    export --filter name=~( x   | --filter 'name=~(': "(" is not a regular expression: missing closing ); see 'replay export --help'
                    export --filter event=~a** x | --filter 'event=~a**': "a**" is not a regular expression: invalid nested repetition operator; see 'replay export --help'
                    export --format raw --bare x | --bare is for --format flat, not raw; see 'replay export --help'
                    export --format raw --compact x | --compact is for --format flat, bulk, not raw; see 'replay export --help'
                    export --format envelope --compact x | --compact is for --format flat, bulk, not envelope; see 'replay export --help'
                    export --format bulk --bare x | --bare is for --format flat, not bulk; see 'replay export --help'
                    export --fields ecs --compact x | --compact is for --fields flat, not ecs; see 'replay export --help'
                    export --fields ecs --format raw x | --fields ecs is for --format flat, bulk, csv, not raw; see 'replay export --help'
                    export --original x        | --original is for --fields ecs; --format raw writes the engine's text; see 'replay export --help'
                    export --add-field a=b --format raw x | --add-field is for --format flat, bulk, csv, not raw; see 'replay export --help'
                    export --fields ecs --add-field host=b x | --add-field host: lines have a field host.name already; choose another, as in labels.NAME; see 'replay export --help'
                    export --fields ecs --add-field container.labels.a=b x | --add-field container.labels.a: lines have a field container.labels already; choose another, as in labels.NAME; see 'replay export --help'
                    export --add-field =b x    | --add-field '=b': write FIELD=VALUE; see 'replay export --help'
                    export --format csv x      | --format csv writes a table of one kind: add --kind stats, or another; or name the fields of several with --columns; see 'replay export --help'
                    export --format csv --kind stats,event x | --format csv writes a table of one kind: add --kind stats, or another; or name the fields of several with --columns; see 'replay export --help'
                    export --columns a x       | --columns is for --format csv, not flat; see 'replay export --help'
                    export --format csv --fields ecs --columns @timestamp,a x | --columns 'a': no such field; docs/ecs-fields.md names them; see 'replay export --help'
                    export --format csv --compact --kind stats x | --compact is for --format flat, bulk, not csv; see 'replay export --help'
                    export --add-field a x     | --add-field 'a': write FIELD=VALUE; see 'replay export --help'
                    export --index-prefix a x  | --index-prefix is for --format bulk, not flat; see 'replay export --help'
                    export --format bulk --index-prefix A x | 'A' cannot begin the name of an index: write up to 200 of a-z, 0-9, '.', '_' and '-', a letter or a digit first; see 'replay export --help'
                    export --until noon x       | 'noon' is not a time; write 2026-11-21T10:00:00Z, 2026-11-21, 2026-11-21T10:00, 9:05, 9:05Z, 15m, 3h, 2d, -15m, 15 minutes ago, now, today, yesterday, yesterday 03:12, or seconds or ms since the epoch; see 'replay export --help'
                    export --tz Mars x          | --tz 'Mars': no such time zone; write UTC, Europe/Berlin or +02:00; see 'replay export --help'
                    export --since now --until 1h x | --since now is after --until 1h; see 'replay export --help'
                    export --limit many x       | Invalid value for option '--limit': 'many' is not a number; see 'replay export --help'
                    export  x                   | '' is not a path; see 'replay export --help'
                    ls a\0b                    | 'a\\x00b' is not a path here: nul character not allowed; see 'replay ls --help'
                    export -o  x                | '' is not a path; see 'replay export --help'
                    export -o out.bz2 x         | out.bz2: not written in this form; end it in .gz or .zst, or in neither to have it plain; see 'replay export --help'
                    export -o a.XZ x | a.XZ: not written in this form; end it in .gz or .zst, or in neither to have it plain; see 'replay export --help'
                    export -o a.snappy x | a.snappy: not written in this form; end it in .gz or .zst, or in neither to have it plain; see 'replay export --help'
                    export -o a.tar.gz x | a.tar.gz: not written in this form; end it in .gz or .zst, or in neither to have it plain; see 'replay export --help'
                    export -o a.TAR.Zst x | a.TAR.Zst: not written in this form; end it in .gz or .zst, or in neither to have it plain; see 'replay export --help'
                    export -o a.tgz x | a.tgz: not written in this form; end it in .gz or .zst, or in neither to have it plain; see 'replay export --help'
                    events --since now --until 1h x | --since now is after --until 1h; see 'replay events --help'
                    events --filter daemon=x y  | --filter 'daemon=x': a journal is of one daemon; type=daemon chooses the events about itself; see 'replay events --help'
                    events --format csv x       | Invalid value for option '--format': expected one of [table, json] (case-sensitive) but was 'csv'; see 'replay events --help'
                    gaps --columns where x      | --columns 'where': no such column; there are host, from, to, seconds, what, kind, container, container_id, missing, estimated, segment, reason; see 'replay gaps --help'
                    gaps --tz Mars x            | --tz 'Mars': no such time zone; write UTC, Europe/Berlin or +02:00; see 'replay gaps --help'
                    size --by host x            | Invalid value for option '--by': expected one of [kind, container] (case-sensitive) but was 'host'; see 'replay size --help'
                    size --columns bytes x      | --columns 'bytes': no such column; there are host, by, name, id, records, payload, stored, share, per_record, per_day; see 'replay size --help'
                    ps --at now --until 1h x    | --at is a moment, --since and --until are a range: give one of the two; see 'replay ps --help'
                    stats --every 10s x         | --every is for a range: give --since or --until; see 'replay stats --help'
                    stats -a --since 1h x       | --all is for a moment: a range has all containers with samples; see 'replay stats --help'
                    stats --at now --since 1h x | --at is a moment, --since and --until are a range: give one of the two; see 'replay stats --help'
                    stats --since 1h --every 1 x | --every: "1" is not a duration; write it in ms, s, m, h, d or w, as in 500ms, 90s, 1h30m or 365d; see 'replay stats --help'
                    stats --since 1h --every 10ms x | --every 10ms: a step is one second at least; see 'replay stats --help'
                    stats --since 1h --filter status=exited x | --filter 'status=exited': in a range containers are chosen by name, container, image or label; see 'replay stats --help'
                    top --step 10s x            | --step is for a range: give --since or --until; see 'replay top --help'
                    top -n 0 x                  | -n 0 is less than one; see 'replay top --help'
                    top --by luck x             | Invalid value for option '--by': expected one of [cpu, memory, net, disk, pids, restarts] (case-sensitive) but was 'luck'; see 'replay top --help'
                    diff --at now x             | --at is needed twice: --at EARLIER --at LATER; see 'replay diff --help'
                    diff --at now --at 1h x     | --at now is after --at 1h: give the earlier moment first; see 'replay diff --help'
                    images --filter name=x y    | --filter 'name=x': write KEY=VALUE or KEY!=VALUE with a key of image, digest; see 'replay images --help'
                    images --filter digest= x   | --filter 'digest=': no value behind the =; * stands for any; see 'replay images --help'
                    archive x                   | Missing required option: '--to=DIR'; see 'replay archive --help'
                    archive --to a              | Missing required parameter: 'JOURNAL'; see 'replay archive --help'
                    archive --to a --older-than 6 x | --older-than: "6" is not a duration; write it in ms, s, m, h, d or w, as in 500ms, 90s, 1h30m or 365d; see 'replay archive --help'
                    archive --to a --keep-archives-for month x | --keep-archives-for: "month" is not a duration; write it in ms, s, m, h, d or w, as in 500ms, 90s, 1h30m or 365d; see 'replay archive --help'
                    archive --to a --keep-archives-bytes 10GB x | --keep-archives-bytes: "10GB" is not a size; write it in bytes, or in k, m, g, t or KiB, MiB, GiB, TiB, as in 64MiB or 10g; see 'replay archive --help'
                    archive --to a --delete-damaged x | --delete-damaged is for --delete, which is missing; see 'replay archive --help'
                    archive --to x ./x          | --to x is the journal; archives need a directory of their own; see 'replay archive --help'
                    export --limit -1 x         | --limit -1 is less than none; see 'replay export --help'
                    """)
    void saysInOneLineWhatIsWrongAndWhatWouldBeRight(String commandLine, String message) {
        int code = terminal.run(commandLine);

        assertThat(terminal.err()).isEqualTo("replay: " + message + System.lineSeparator());
        assertThat(terminal.out()).isEmpty();
        assertThat(code).isEqualTo(ExitCode.USAGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "", "help"})
    void showsTheVerbs(String commandLine) {
        assertThat(terminal.run(commandLine)).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out()).isEqualTo("""
                        Usage: replay [-hV] VERB
                        Answers questions about the past of a Docker host from a recorder's journal.
                          -h, --help      Show this and exit.
                          -V, --version   Show the version and exit.

                        Verbs:
                          ls          Lists the segments of a journal: from when to when, records by kind, bytes, state.
                          ps          Lists the containers of a moment, as 'docker ps' does, or all that ran in a range.
                          inspect     Prints containers of a moment as 'docker inspect' did, or the commands to run them.
                          events      Prints events as 'docker events' does, and what was missed at its place among them.
                          logs        Prints what containers logged as 'docker logs' does, also of those that are gone.
                          explain     Says why containers ended, who ended first, what tells so, and what is not known.
                          gaps        Lists what was not recorded, or is gone: from when to when, of what, why, how much.
                          size        Says what records take, by kind and by container, and what a day costs at this rate.
                          stats       Tells what containers used at a moment, as 'docker stats' would have, or over a range.
                          top         Tells which containers used most, at a moment, over a range, or in each step of it.
                          images      Tells which images ran, in which containers, at a moment or over a range.
                          diff        Tells what changed between two moments: containers, images, states, limits, networks.
                          export      Writes records: flattened JSON, Elastic's documents, CSV, or the engine's bytes.
                          ship        Ships records into Elasticsearch or OpenSearch, each exactly once, and proves it.
                          archive     Makes an archive of each closed segment: one small file that proves what it holds.
                          verify      Checks segments and archives, every byte and record; or a cluster, by a receipt.
                          restore     Turns archives back into a journal that every verb reads and a recorder can continue.
                          salvage     Saves what is intact of damaged segments and archives, as new archives.
                          cut         Makes one small archive of a time range and some containers, to attach to a ticket.
                          completion  Prints a script by which a shell completes verbs, options and names of containers.
                          help        Tells more of a verb, as 'replay VERB --help' does.

                        'replay VERB --help' tells more of each.

                        Exit codes: 0 fine, 1 failed, 2 wrong usage, 3 fine but with gaps in what is asked for, 4 damage
                        met and skipped, 5 an archive does not match its manifest.
                        """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ls",
                "ps",
                "inspect",
                "events",
                "explain",
                "gaps",
                "size",
                "stats",
                "top",
                "images",
                "diff",
                "export",
                "archive",
                "verify",
                "restore",
                "salvage",
                "cut",
                "completion",
                "help"
            })
    void helpTellsOfAVerbWhatItsOptionDoes(String verb) {
        Terminal option = new Terminal(Path.of("/"));
        option.run(verb + " --help");
        assertThat(terminal.run("help " + verb)).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out()).isEqualTo(option.out()).startsWith("Usage: replay " + verb + " ");
    }

    @Test
    void breaksHelpBetweenWordsAlone() {
        assertThat(terminal.run("help export")).isEqualTo(ExitCode.OK);
        assertThat(terminal.out().lines())
                .allSatisfy(line -> assertThat(line)
                        .hasSizeLessThanOrEqualTo(100)
                        .doesNotEndWith("|")
                        .doesNotEndWith("=")
                        .doesNotEndWith("03:"));
        assertThat(terminal.out().replaceAll("\\s+", " "))
                .contains("network=GLOB|ID, volume=GLOB|ID. KEY!=VALUE takes out", "yesterday 03:12,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ls", "events", "gaps", "size", "export", "verify"})
    void givesExamplesOfEachVerb(String verb) {
        assertThat(terminal.run(verb + " --help")).isEqualTo(ExitCode.OK);
        assertThat(terminal.err()).isEmpty();
        assertThat(terminal.out())
                .startsWith("Usage: replay " + verb + " ")
                .contains("SOURCE...", "\nExamples:\n  replay " + verb + " /srv/events\n", "Exit codes: 0 fine,");
    }
}
