package dev.shiplog.testkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Real stats samples of one container, to be played for another: only times, name and id are replaced. Immutable. */
public final class StatsTape {
    private static final String NEVER = "0001-01-01T00:00:00Z";
    private static final String NO_CPU = "{\"cpu_usage\":{\"total_usage\":0,\"usage_in_kernelmode\":0,"
            + "\"usage_in_usermode\":0},\"throttling_data\":{\"periods\":0,\"throttled_periods\":0,\"throttled_time\":0}}";

    /** What dockerd gives for a container that does not run. */
    private static final String STOPPED = ",\"pids_stats\":{},\"blkio_stats\":{\"io_service_bytes_recursive\":null,"
            + "\"io_serviced_recursive\":null,\"io_queue_recursive\":null,\"io_service_time_recursive\":null,"
            + "\"io_wait_time_recursive\":null,\"io_merged_recursive\":null,\"io_time_recursive\":null,"
            + "\"sectors_recursive\":null},\"num_procs\":0,\"storage_stats\":{},\"cpu_stats\":" + NO_CPU
            + ",\"precpu_stats\":" + NO_CPU + ",\"memory_stats\":{}";

    private final List<Sample> samples;

    private StatsTape(List<Sample> samples) {
        this.samples = samples;
    }

    /** A sample without its times, its name and its id. */
    private record Sample(String toPreviousCpu, String previousCpu, String toName, String afterId) {
        static Sample of(String json) {
            int body = json.indexOf(",\"pids_stats\"");
            int previousCpu = json.indexOf("\"precpu_stats\":") + "\"precpu_stats\":".length();
            int memory = json.indexOf(",\"memory_stats\"");
            int name = json.indexOf(",\"name\":\"");
            int id = json.indexOf("\"id\":\"", name) + "\"id\":\"".length();
            return new Sample(
                    json.substring(body, previousCpu),
                    json.substring(previousCpu, memory),
                    json.substring(memory, name),
                    json.substring(json.indexOf('"', id) + 1));
        }
    }

    /** All tapes of the resources. */
    public static List<StatsTape> load() {
        Map<String, List<Sample>> byName = new LinkedHashMap<>();
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(Release.resource("stats.ndjson.gz")))) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                int name = line.indexOf(",\"name\":\"");
                byName.computeIfAbsent(line.substring(name, line.indexOf(',', name + 1)), k -> new ArrayList<>())
                        .add(Sample.of(line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return byName.values().stream()
                .map(samples -> new StatsTape(List.copyOf(samples)))
                .toList();
    }

    /**
     * The sample of a tick, as the engine would send it.
     *
     * @param previous when the sample before it was read; null if it is the first of its stream
     */
    public byte[] sample(
            long tick, Instant read, @org.jspecify.annotations.Nullable Instant previous, String name, String id) {
        Sample sample = samples.get((int) (tick % samples.size()));
        return Reply.utf8("{\"read\":\"" + Stamp.text(read) + "\",\"preread\":\""
                + (previous == null ? NEVER : Stamp.text(previous)) + "\"" + sample.toPreviousCpu
                + (previous == null ? NO_CPU : sample.previousCpu) + sample.toName + identity(name, id)
                + sample.afterId);
    }

    /** What the engine sends for a container that is not running. */
    public static byte[] stopped(String name, String id) {
        return Reply.utf8(
                "{\"read\":\"" + NEVER + "\",\"preread\":\"" + NEVER + "\"" + STOPPED + identity(name, id) + "}");
    }

    private static String identity(String name, String id) {
        return ",\"name\":\"/" + name + "\",\"id\":\"" + id + "\"";
    }
}
