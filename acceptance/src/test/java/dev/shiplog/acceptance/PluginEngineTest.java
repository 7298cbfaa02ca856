package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.shiplog.journal.file.JournalLock;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.recorder.control.StatusCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The plugin, as {@code scripts/plugin} makes it, on a real engine that is restarted under it. */
@Tag("engine")
@Tag("once")
@Timeout(400)
class PluginEngineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path SCRIPT = Path.of("..", "scripts", "plugin").toAbsolutePath();
    private static final String NAME = "shiplog:latest";

    @TempDir
    private Path directory;

    private String said(Map<String, String> environment, String... command) throws Exception {
        Path output = Files.createTempFile(directory, "said", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        assertThat(process.waitFor(3, TimeUnit.MINUTES))
                .as(List.of(command).toString())
                .isTrue();
        String text = Files.readString(output);
        assertThat(process.exitValue()).as("%s: %s", List.of(command), text).isZero();
        return text;
    }

    private String made(Path plugin) {
        try {
            long began = System.nanoTime();
            String text = said(Map.of(), SCRIPT.toString(), "build", plugin.toString());
            System.out.printf("PluginEngineTest: made in %d ms%n", (System.nanoTime() - began) / 1_000_000);
            return text;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The docker command of the engine's own release, if it is there. */
    private static String docker() {
        return Files.isExecutable(Path.of("/usr/bin/docker")) ? "/usr/bin/docker" : "docker";
    }

    private void docker(PrivateEngine engine, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(docker(), "-H", "unix://" + engine.api().socket()));
        command.addAll(List.of(arguments));
        said(Map.of("DOCKER_CONFIG", directory.toString()), command.toArray(String[]::new));
    }

    private Path journal() {
        return directory.resolve("journal");
    }

    private List<Record> records() throws IOException {
        return Files.exists(journal().resolve(JournalLock.FILE)) ? RecordedJournal.read(journal()) : List.of();
    }

    private List<Record> pages() throws IOException {
        return records().stream()
                .filter(record -> record.kind() == Kind.ENGINE_METRICS)
                .toList();
    }

    private <M extends Mark> List<M> marks(Class<M> type) throws IOException {
        List<M> marks = new ArrayList<>();
        for (Record record : records()) {
            if (record.kind() == Kind.MARK) {
                Mark mark = Mark.fromJson(record.payload());
                if (type.isInstance(mark)) {
                    marks.add(type.cast(mark));
                }
            }
        }
        return marks;
    }

    private String status() {
        StringWriter out = new StringWriter();
        StatusCommand.run(List.of(), journal().toString(), new PrintWriter(out), new PrintWriter(out));
        return out.toString();
    }

    /** Waits for a page after those that are there; says how long that took. */
    private void awaitPageAfter(int count, String what, long since) {
        await(what)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(pages())
                        .as("pages after %s; the recorder says: %s", what, status())
                        .hasSizeGreaterThan(count));
        System.out.printf(
                "PluginEngineTest: a page %d ms after %s began%n", (System.nanoTime() - since) / 1_000_000, what);
    }

    @Test
    void recordsTheEnginesPageWhileItIsEnabledThroughRestartsOfTheEngine() throws Exception {
        Files.createDirectory(journal());
        Path made = directory.resolve("plugin");
        CompletableFuture<String> making = CompletableFuture.supplyAsync(() -> made(made));
        try (PrivateEngine engine = PrivateEngine.start()) {
            assertThat(making.get()).contains("made " + made);
            Map<String, String> environment = Map.of(
                    "DOCKER_HOST", "unix://" + engine.api().socket(),
                    "DOCKER_CONFIG", directory.toString(),
                    "PATH", "/usr/bin:" + System.getenv("PATH"));
            said(environment, SCRIPT.toString(), "create", NAME, made.toString());
            docker(
                    engine,
                    "plugin",
                    "set",
                    NAME,
                    "journal.source=" + journal(),
                    "SHIPLOG_ENGINE_METRICS_EVERY=5s",
                    "SHIPLOG_JAVA_OPTS=-Dshiplog.test=a -Dshiplog.test2=b");
            long since = System.nanoTime();
            docker(engine, "plugin", "enable", NAME);
            awaitPageAfter(0, "enable", since);
            assertThat(new String(pages().get(0).payload(), StandardCharsets.UTF_8))
                    .contains("\nengine_daemon_events_total ");
            assertThat(status())
                    .contains("engine      ")
                    .contains("answers since")
                    .doesNotContain("wrong");
            assertThat(marks(Mark.Gap.class)).isEmpty();

            docker(engine, "plugin", "disable", NAME);
            assertThat(marks(Mark.CleanStop.class)).hasSize(1);
            assertThat(status()).contains("no status");
            int before = pages().size();
            since = System.nanoTime();
            docker(engine, "plugin", "enable", NAME);
            awaitPageAfter(before, "another enable", since);
            await().atMost(PATIENCE).until(() -> !marks(Mark.Gap.class).isEmpty());
            assertGapsCoverWhatIsMissing(before);

            before = pages().size();
            since = System.nanoTime();
            engine.restartWithLiveRestore();
            awaitPageAfter(before, "a restart of the engine", since);
            assertGapsCoverWhatIsMissing(before);

            // Now its plugins outlive it, and their socket is not the one that it makes anew.
            before = pages().size();
            since = System.nanoTime();
            engine.restart();
            awaitPageAfter(before + 1, "a restart with live restore", since);
            assertGapsCoverWhatIsMissing(before);

            docker(engine, "plugin", "disable", NAME);
            docker(engine, "plugin", "rm", NAME);
        }
        assertThat(marks(Mark.UncleanStop.class)).isEmpty();
        assertThat(marks(Mark.Gap.class)).allMatch(gap -> gap.kind().equals("engine-metrics"));
        Path exported = directory.resolve("pages");
        said(
                Map.of(),
                SCRIPT.resolveSibling("replay").toString(),
                "export",
                "--format=raw",
                "--kind=engine-metrics",
                "--accept-gaps",
                "--output=" + exported,
                journal().toString());
        // A line for each page, with spaces where it has line ends.
        assertThat(Files.readAllLines(exported))
                .isEqualTo(pages().stream()
                        .map(page -> new String(page.payload(), StandardCharsets.UTF_8).replace('\n', ' '))
                        .toList());
    }

    /** Between the last of {@code before} pages and the next. */
    private void assertGapsCoverWhatIsMissing(int before) throws IOException {
        long from = pages().get(before - 1).received();
        long to = pages().get(before).received();
        long missing = to - from;
        for (Mark.Gap gap : marks(Mark.Gap.class)) {
            missing -= Math.max(0, Math.min(to, gap.to()) - Math.max(from, gap.from()));
        }
        assertThat(missing)
                .as("ns between two pages that are in no gap of %s", marks(Mark.Gap.class))
                .isLessThan(1_000_000_000L);
    }
}
