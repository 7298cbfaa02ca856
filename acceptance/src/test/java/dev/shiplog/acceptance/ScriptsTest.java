package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the launchers do before they become a JVM. */
class ScriptsTest {
    @TempDir
    private Path directory;

    /** A warning on standard output would be a line of an export. */
    @ParameterizedTest
    @ValueSource(strings = {"recorder.options", "replay.options"})
    void giveOptionsOfWhichJavaSaysNothing(String options) throws Exception {
        Path errors = directory.resolve("errors");
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@" + Path.of("..", "scripts", options),
                        "-version")
                .redirectError(errors.toFile())
                .start();
        String said = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(java.waitFor()).isZero();
        assertThat(said).isEmpty();
        assertThat(Files.readString(errors)).contains("version").doesNotContainIgnoringCase("warning");
    }

    /** As what runs under many a supervisor does, and is piped into {@code head}. */
    @Test
    void findOneJavaOfManyWithoutAWordWhereBrokenPipesGiveNoSignal() throws Exception {
        Path errors = directory.resolve("errors");
        Path java = Path.of(System.getProperty("java.home"));
        ProcessBuilder script = new ProcessBuilder(
                        "sh", "-euc", "trap '' PIPE; home=..; . ../scripts/lib.sh; need_java java")
                .redirectError(errors.toFile());
        script.environment().put("JAVA_HOME", java.toString());
        script.environment().merge("PATH", java.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
        Process process = script.start();
        String found = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isZero();
        assertThat(errors).isEmptyFile();
        assertThat(found).isEqualTo(java + "\n");
        assertThat(Files.isExecutable(Path.of(found.strip(), "bin", "java"))).isTrue();
    }
}
