package dev.shiplog.replay.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.shiplog.replay.ReplayMain;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What shells offer for lines that are being typed. The shells are real. bash is everywhere; zsh and fish are asked where
 * they are installed.
 */
@Tag("once")
class CompletionTest {
    /** Asks bash's function as bash itself would, which has made words of the line, and shows which defaults it leaves. */
    private static final String BASH = """
            compopt() { options="$options $*"; }
            source "$1"; shift
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) options=
            _replay
            printf '%s\\n' "${COMPREPLY[@]}"
            [ -z "$options" ] || echo "options:$options"
            """;

    /** Presses TAB in a zsh that writes down what its completion adds. */
    private static final String ZSH = """
            export SCRIPT=$1 LINE=$2 HITS=$3
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell 'PROMPT=; source $HITS.init'
            while zpty -r shell line; do [[ $line != *rea''dy* ]] || break; done
            zpty -w -n shell "$LINE"$'\\t'
            while zpty -r shell line; do :; done
            """;

    private static final String ZSH_INIT = """
            autoload -Uz compinit && compinit -D -u
            source $SCRIPT
            compadd() {
                if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
                local -a hits
                builtin compadd -A hits "$@"
                local hit; for hit in $hits; do print -r -- $IPREFIX$hit >> $HITS; done
                builtin compadd "$@"
            }
            leave() { exit }
            comppostfuncs=(leave)
            bindkey '^I' complete-word
            print rea''dy
            """;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void records() throws IOException {
        TestJournal.write(directory.resolve("journal"), TestJournal.RECORDS).close();
        Path replay = directory.resolve("replay");
        Files.writeString(
                replay,
                "#!/bin/sh\nexec '" + Path.of(System.getProperty("java.home"), "bin", "java") + "' '@"
                        + Path.of("..", "scripts", "replay.options").toAbsolutePath() + "' -cp '"
                        + System.getProperty("java.class.path") + "' " + ReplayMain.class.getName() + " \"$@\"\n");
        assertThat(replay.toFile().setExecutable(true)).isTrue();
        for (String shell : List.of("bash", "zsh", "fish")) {
            Terminal terminal = new Terminal(directory);
            assertThat(terminal.run("completion " + shell)).isZero();
            Files.writeString(directory.resolve("script." + shell), terminal.out());
        }
        Files.writeString(directory.resolve("hits.init"), ZSH_INIT);
    }

    private static final String LINES = """
            replay st                                     | stats
            replay comp                                   | completion
            replay ls --form                              | --format
            replay ls --format_                           | json table
            replay verify --format j                      | json
            replay top --by m                             | memory
            replay export --kind=st                       | stats
            replay export --format=_                      | bulk csv envelope flat openmetrics raw
            replay ps --filter im                         | image=
            replay events --filter e                      | event= exitCode=
            replay stats journal --name_                  | db web
            replay stats journal --name d                 | db
            replay ps journal --filter name=w             | web
            replay ps journal --filter name!=w            | web
            replay events journal --filter container=_    | db web
            replay export journal --filter label=w        | ''
            replay explain journal --project_             | ''
            replay stats nothing --name_                  | ''
            replay ship journal --user_                   | ''
            replay ship journal --index-prefix_           | ''
            replay ship --follow journal --filter name=w  | web
            replay stats --name top journal --fi          | --filter
            replay completion f                           | fish
            replay ps -f im                               | image=
            replay ps --filter status=e                   | exited
            replay ps --filter status!=pa                 | paused
            replay stats --filter health=_                | healthy none starting unhealthy
            replay help sal                               | salvage
            replay ps --at_                               | ''
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = LINES)
    void bashOffers(String line, String offered) throws Exception {
        assertThat(last(bash(line))).isEqualTo(offered);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = LINES)
    void zshOffers(String line, String offered) throws Exception {
        assumeTrue(isInstalled("zsh"), "zsh is not installed");
        assertThat(last(zsh(line))).isEqualTo(offered);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = LINES)
    void fishOffers(String line, String offered) throws Exception {
        assumeTrue(isInstalled("fish"), "fish is not installed");
        assertThat(last(fish(line))).isEqualTo(offered);
    }

    /** A function of bash that offers nothing leaves the line to bash, which knows files. */
    @Test
    void bashOffersFilesWhereTheyBelong() throws Exception {
        assertThat(bash("replay ps jou")).containsExactly("");
        assertThat(bash("replay cut -o jou")).containsExactly("");
        assertThat(bash("replay restore --to jou")).containsExactly("", "options: -o dirnames +o default");
        assertThat(bash("replay ps --at jou")).containsExactly("", "options: +o default");
        assertThat(bash("replay ps --filter na")).containsExactly("name=", "options: -o nospace +o default");
    }

    @Test
    void zshOffersFilesWhereTheyBelong() throws Exception {
        assumeTrue(isInstalled("zsh"), "zsh is not installed");
        assertThat(zsh("replay ps jou")).containsExactly("journal");
        assertThat(zsh("replay cut -o scr")).contains("script.bash", "script.fish");
        assertThat(zsh("replay restore --to jou")).containsExactly("journal");
    }

    @Test
    void fishOffersFilesWhereTheyBelong() throws Exception {
        assumeTrue(isInstalled("fish"), "fish is not installed");
        assertThat(fish("replay ps jou")).containsExactly("journal/");
        assertThat(fish("replay cut -o scr")).contains("script.bash", "script.fish");
        assertThat(fish("replay restore --to jou")).containsExactly("journal/");
    }

    /** A name that docker would refuse may come from a forged journal, and would be run or split by a shell. */
    @Test
    void handsNoOtherNamesToAShellThanDockerAllows() throws Exception {
        Path forged = directory.resolve("forged");
        TestJournal.write(
                        forged,
                        List.of(
                                TestJournal.stats(TestJournal.WEB, "$(id)", "09:12:00Z", 1),
                                TestJournal.stats(TestJournal.DB, "a.b_c-1", "09:12:01Z", 1)))
                .close();

        Terminal terminal = new Terminal(directory);
        assertThat(terminal.run("complete names -- stats --name forged")).isZero();
        assertThat(terminal.out()).isEqualTo("a.b_c-1\n");
        assertThat(terminal.err()).isEmpty();
    }

    /** The words, sorted; zsh and fish give what is typed already, too. */
    private static String last(List<String> offers) {
        return String.join(
                " ",
                offers.stream()
                        .filter(offer -> !offer.startsWith("options:"))
                        .map(offer ->
                                offer.matches("(--\\w+|\\w+!?)=.+") ? offer.substring(offer.indexOf('=') + 1) : offer)
                        .sorted()
                        .distinct()
                        .toList());
    }

    private static List<String> bash(String line) throws Exception {
        List<String> command = new ArrayList<>(List.of("bash", "--norc", "-c", BASH, "bash"));
        command.add(directory.resolve("script.bash").toString());
        // As bash does it: the = is a word.
        command.addAll(Arrays.asList(typed(line).replace("=", " = ").split(" +")));
        if (typed(line).endsWith(" ")) {
            command.add("");
        }
        return run(command);
    }

    private static List<String> zsh(String line) throws Exception {
        Path hits = directory.resolve("hits");
        Files.deleteIfExists(hits);
        Path script = directory.resolve("script.zsh");
        run(List.of("zsh", "-f", "-c", ZSH, "zsh", script.toString(), typed(line), hits.toString()));
        return Files.exists(hits)
                ? Files.readAllLines(hits).stream().sorted().distinct().toList()
                : List.of();
    }

    private static List<String> fish(String line) throws Exception {
        String ask = "source $argv[1]; complete -C $argv[2]";
        return run(List.of(
                        "fish",
                        "--no-config",
                        "-c",
                        ask,
                        directory.resolve("script.fish").toString(),
                        typed(line)))
                .stream()
                .map(offer -> offer.split("\t", 2)[0])
                .toList();
    }

    /** A blank at the end is written {@code _}: here ends a word, and the next begins. */
    private static String typed(String line) {
        return line.endsWith("=_") ? line.substring(0, line.length() - 1) : line.replaceAll("_$", " ");
    }

    private static List<String> run(List<String> command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().merge("PATH", directory.toString(), (path, ours) -> ours + File.pathSeparator + path);
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.lines().toList();
    }

    private static boolean isInstalled(String shell) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(path -> Files.isExecutable(Path.of(path, shell)));
    }
}
