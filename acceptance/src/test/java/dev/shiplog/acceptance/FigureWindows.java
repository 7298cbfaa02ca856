package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.acceptance.FigureSteps.Step;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;

/** Sums up samples in windows of time as docs/ecs-fields.md says, and holds documents of windows against it. */
final class FigureWindows {
    private FigureWindows() {}

    /** @param length in ns */
    static void compare(List<Step> steps, long length, List<JsonNode> documents) {
        Map<String, List<Step>> windows = new TreeMap<>();
        for (Step step : steps) {
            long from = step.now().read() / length * length;
            windows.computeIfAbsent(step.container() + " " + from, key -> new ArrayList<>())
                    .add(step);
        }
        assertThat(documents).hasSameSizeAs(windows.keySet());
        for (JsonNode document : documents) {
            long from = DockerFigures.nanos(document.path("@timestamp").asText());
            List<Step> window = windows.get(document.path("container.id").asText() + " " + from);
            assertThat(window).as("%s", document).isNotNull();
            assertThat(DockerFigures.nanos(document.path("shiplog.window.end").asText()))
                    .isEqualTo(from + length);
            compare(window, length / 1e9, document);
        }
        System.out.printf("FigureWindows: %d windows of %.0f s%n", documents.size(), length / 1e9);
    }

    private static void compare(List<Step> window, double length, JsonNode document) {
        Step last = window.get(window.size() - 1);
        List<Step> pairs = window.stream().filter(step -> step.before() != null).toList();
        double seconds = pairs.stream().mapToLong(Step::nanos).sum() / 1e9;
        same(document, "shiplog.window.seconds", length);
        same(document, "shiplog.window.covered", Math.min(length, seconds));
        same(document, "shiplog.window.gap", Math.max(0, length - seconds));
        same(document, "shiplog.window.samples", window.size());

        List<Double> shares = pairs.stream()
                .map(step -> step.now().percentSince(step.before()) / 100)
                .toList();
        assertThat(document.has("docker.cpu.total.pct")).as("%s", document).isEqualTo(!pairs.isEmpty());
        if (!pairs.isEmpty()) {
            DoubleSummaryStatistics all =
                    shares.stream().mapToDouble(share -> share).summaryStatistics();
            double mean = 0;
            for (int i = 0; i < pairs.size(); i++) {
                mean += shares.get(i) * pairs.get(i).nanos() / 1e9 / seconds;
            }
            same(document, "docker.cpu.total.pct", mean);
            same(document, "docker.cpu.total.norm.pct", mean / last.now().cpus());
            same(document, "shiplog.window.cpu.pct.min", all.getMin());
            same(document, "shiplog.window.cpu.pct.max", all.getMax());
            same(document, "shiplog.window.cpu.pct.last", shares.get(shares.size() - 1));
            same(document, "docker.network.in.bytes", sum(pairs, 1) / seconds);
            same(document, "docker.network.out.bytes", sum(pairs, 2) / seconds);
            same(document, "shiplog.window.read.bytes", sum(pairs, 3) / seconds);
            same(document, "shiplog.window.written.bytes", sum(pairs, 4) / seconds);
        }
        same(document, "shiplog.window.cpu.seconds", sum(window, 0) / 1e9);
        same(document, "container.network.ingress.bytes", sum(window, 1));
        same(document, "container.network.egress.bytes", sum(window, 2));
        same(document, "container.disk.read.bytes", sum(window, 3));
        same(document, "container.disk.write.bytes", sum(window, 4));

        LongSummaryStatistics memory =
                window.stream().mapToLong(step -> step.now().memory()).summaryStatistics();
        same(document, "shiplog.window.memory.min", memory.getMin());
        same(document, "shiplog.window.memory.max", memory.getMax());
        same(document, "shiplog.window.memory.last", last.now().memory());
        same(document, "docker.memory.usage.total", Math.round(memory.getAverage()));
        same(document, "docker.memory.limit", last.now().limit());
        same(
                document,
                "docker.memory.usage.pct",
                memory.getAverage() / last.now().limit());
        same(
                document,
                "shiplog.window.pids.max",
                window.stream().mapToLong(step -> step.now().pids()).max().orElseThrow());
    }

    private static void same(JsonNode document, String field, Number expected) {
        DockerFiguresTest.same(document, field, expected);
    }

    private static double sum(List<Step> steps, int counter) {
        return steps.stream().mapToLong(step -> step.more(counter)).sum();
    }
}
