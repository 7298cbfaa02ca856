package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import dev.shiplog.replay.command.Console;
import dev.shiplog.replay.command.Replay;
import dev.shiplog.testkit.Samples;
import dev.shiplog.timeline.metric.Metrics;
import dev.shiplog.timeline.payload.StatsView;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus's own tool makes of exported metrics. */
class PrometheusTest {
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=(\"(?:[^\"\\\\]|\\\\.)*\")");
    private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-f]{64})\"");

    @TempDir
    private Path directory;

    @BeforeEach
    void requirePromtool() throws InterruptedException {
        Transcript.require("promtool", "promtool", "--version");
    }

    private String promtool(Path input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Path err = directory.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectInput(input.toFile())
                .redirectError(err.toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out + Files.readString(err)).isZero();
        return out + Files.readString(err);
    }

    @Test
    void hasNothingAgainstTheNames() throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder(); // of the older format, which the tool checks
        Metrics.ALL.forEach(metric -> text.append("# HELP " + metric.name() + " " + metric.help() + "\n# TYPE "
                + metric.name() + " " + metric.type().name().toLowerCase(Locale.ROOT) + "\n" + metric.name() + " 1\n"));
        Path page = Files.writeString(directory.resolve("page"), text);
        assertThat(promtool(page, "check", "metrics")).isEmpty();
    }

    @Test
    void takesEveryValueOfADay() throws IOException, InterruptedException {
        Path journal = directory.resolve("journal");
        int samples = 0;
        try (Appender appender =
                Appender.open(journal, new Appender.Options(Roll.DAILY, "h", "", "test", 0), record -> {})) {
            for (byte[] payload : Samples.payloads(Samples.STATS)) {
                Matcher id = ID.matcher(new String(payload, StandardCharsets.UTF_8));
                assertThat(id.find()).isTrue();
                long time = StatsView.time(payload);
                appender.append(new Record(0, Kind.STATS, id.group(1), time, time, time, payload));
                samples++;
            }
        }
        Path text = directory.resolve("metrics.txt");
        assertThat(replay("export", "--format", "openmetrics", "-o", text.toString(), journal.toString()))
                .isEmpty();
        promtool(text, "tsdb", "create-blocks-from", "openmetrics", text.toString(), directory + "/blocks");

        Map<String, Double> written = new HashMap<>();
        try (var lines = Files.lines(text)) {
            lines.filter(line -> !line.startsWith("#")).forEach(line -> {
                String[] parts = line.split("\\} | (?=[0-9.]+$)");
                int brace = parts[0].indexOf('{');
                long millis = (long) (Double.parseDouble(parts[2]) * 1000);
                String series = series("__name__=\"" + parts[0].substring(0, brace) + "\"," + parts[0]);
                assertThat(written.put(series + " " + millis, Double.valueOf(parts[1])))
                        .as(line)
                        .isNull();
            });
        }
        assertThat(written).hasSizeGreaterThan(20 * samples);
        Map<String, Double> stored = new HashMap<>();
        Files.createDirectory(directory.resolve("blocks/wal")); // a server makes it, and the dump wants it
        promtool(text, "tsdb", "dump", directory + "/blocks").lines().forEach(line -> {
            String[] parts = line.split("\\} | (?=[0-9]+$)");
            stored.put(series(parts[0]) + " " + parts[2], Double.valueOf(parts[1]));
        });
        assertThat(stored.equals(written))
                .as("stored: " + stored.size() + ", written: " + written.size())
                .isTrue();
    }

    /** The labels in order. */
    private static String series(String labels) {
        Map<String, String> all = new TreeMap<>();
        LABEL.matcher(labels).results().forEach(label -> all.put(label.group(1), label.group(2)));
        return all.toString();
    }

    /** Runs replay; gives what it said beside its answer. */
    private String replay(String... arguments) {
        StringWriter said = new StringWriter();
        Console console = new Console(
                OutputStream.nullOutputStream(),
                new PrintWriter(said, true),
                false,
                InstantSource.system(),
                directory,
                new CountDownLatch(1));
        assertThat(Replay.run(console, arguments)).as(said.toString()).isZero();
        return said.toString();
    }
}
