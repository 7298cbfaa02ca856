package dev.shiplog.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What real shells offer for a line of the recorder; fish is asked where it is installed. */
class ShellCompletionTest {
    @TempDir
    private Path directory;

    private static final String LINES = """
            recorder --keep-u    | --keep-until-archived
            recorder --keep-b    | --keep-bytes
            recorder --roll_     | daily hourly minutely ten-minutely
            recorder --redact s  | secrets
            recorder --logs e    | ends
            recorder --completion f | fish
            recorder --data-dir jour    | journal
            recorder --config jour      | journal
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = LINES)
    void bashOffers(String line, String offered) throws Exception {
        String ask =
                "compopt() { :; }; source \"$1\"; shift; COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) COMP_LINE=\"$*\";"
                        + " _complete_recorder; printf '%s\\n' \"${COMPREPLY[@]}\"";
        List<String> command = new ArrayList<>(List.of("bash", "--norc", "-c", ask, "bash", script("bash")));
        command.addAll(Arrays.asList(line.replace("_", " ").split(" ", -1)));
        assertThat(run(command)).isEqualTo(offered);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = LINES)
    void fishOffers(String line, String offered) throws Exception {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "fish"))),
                "fish is not installed");
        String ask = "source $argv[1]; complete -C $argv[2]";
        assertThat(run(List.of("fish", "--no-config", "-c", ask, script("fish"), line.replace("_", " "))))
                .isEqualTo(offered);
    }

    private String script(String shell) throws Exception {
        Files.writeString(directory.resolve("journal"), "");
        StringWriter out = new StringWriter();
        String[] arguments = {"--completion", shell};
        assertThat(new RecorderMain(Map.of()).run(arguments, new PrintWriter(out), new PrintWriter(out)))
                .isZero();
        return Files.writeString(directory.resolve(shell), out.toString()).toString();
    }

    /** What it prints, in order, without descriptions. */
    private String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return String.join(
                " ",
                output.lines().map(offer -> offer.split("\t", 2)[0]).sorted().toList());
    }
}
