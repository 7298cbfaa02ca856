package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.acceptance.FigureSteps.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Holds documents of samples against the rows of a {@code docker stats}. */
final class FigureRows {
    private FigureRows() {}

    /** What it printed of each container, in order, must show the documents of the samples that it was sent, in order. */
    static void compare(DockerWatch watch, Set<String> ids, List<Step> steps, Map<Long, JsonNode> documents)
            throws IOException {
        Map<String, Map<Long, Step>> recorded = new HashMap<>();
        steps.forEach(step -> recorded.computeIfAbsent(step.container(), id -> new HashMap<>())
                .put(step.now().read(), step));
        Map<String, List<DockerFigures>> streams = watch.streams();
        Map<String, Integer> next = new HashMap<>();
        Map<String, Integer> compared = new TreeMap<>();
        int rows = 0;
        for (String line : watch.lines()) {
            DockerRow row = DockerRow.of(line);
            if (row == null) {
                continue;
            }
            rows++;
            List<DockerFigures> frames = streams.get(row.id());
            List<DockerFigures> shown = new ArrayList<>();
            for (int at = next.getOrDefault(row.id(), 0); at < frames.size(); at++) {
                Step step = recorded.get(row.id()).get(frames.get(at).read());
                if (isShown(row, frames.get(at), step, step == null ? null : documents.get(step.sequence()))) {
                    if (shown.isEmpty()) {
                        next.put(row.id(), at);
                    }
                    shown.add(frames.get(at));
                }
            }
            assertThat(shown)
                    .as(() -> "%s after %s of %s".formatted(line, next.get(row.id()), frames))
                    .isNotEmpty();
            if (shown.stream()
                    .anyMatch(frame -> hasSameStart(recorded.get(row.id()).get(frame.read()), frame))) {
                compared.merge(row.id(), 1, Integer::sum);
            }
        }
        System.out.println(
                "FigureRows: " + rows + " rows of docker; with the share of CPU of a document: " + compared.values());
        assertThat(compared.keySet()).isEqualTo(ids);
    }

    /** Whether docker's CPU and that of the document are since the same sample. */
    private static boolean hasSameStart(@Nullable Step step, DockerFigures frame) {
        DockerFigures before = step == null ? null : step.before();
        return before != null && before.cpu() == frame.precpu() && before.system() == frame.presystem();
    }

    /** @param document of the sample; null if it was not recorded */
    private static boolean isShown(
            DockerRow row, DockerFigures frame, @Nullable Step step, @Nullable JsonNode document) {
        if (document == null) {
            return row.cpu().isNear(frame.shownPercent(), 0)
                    && row.memory().isNear(frame.memory(), 0)
                    && row.limit().isNear(frame.limit(), 0)
                    && row.received().isNear(frame.received(), 0)
                    && row.sent().isNear(frame.sent(), 0)
                    && row.read().isNear(frame.readBytes(), 0)
                    && row.written().isNear(frame.writtenBytes(), 0)
                    && row.pids().isNear(frame.pids(), 0);
        }
        double cpu = hasSameStart(step, frame) ? 100 * number(document, "docker.cpu.total.pct") : frame.shownPercent();
        return row.cpu().isNear(cpu, 100 * DockerFiguresTest.DECIMAL)
                && row.memoryShare()
                        .isNear(100 * number(document, "docker.memory.usage.pct"), 100 * DockerFiguresTest.DECIMAL)
                && row.memory().isNear(number(document, "docker.memory.usage.total"), 0)
                && row.limit().isNear(number(document, "docker.memory.limit"), 0)
                && row.received().isNear(number(document, "docker.network.inbound.bytes"), 0)
                && row.sent().isNear(number(document, "docker.network.outbound.bytes"), 0)
                && row.read().isNear(number(document, "docker.diskio.read.bytes"), 0)
                && row.written().isNear(number(document, "docker.diskio.write.bytes"), 0)
                && row.pids().isNear(number(document, "shiplog.pids.current"), 0);
    }

    private static double number(JsonNode document, String field) {
        return document.path(field).asDouble();
    }
}
