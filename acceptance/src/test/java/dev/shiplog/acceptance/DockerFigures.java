package dev.shiplog.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sample says, taken from it as the docker command does; written from that command's source and the engine's
 * documentation, with nothing of Shiplog's. Bytes and ns; networks and block devices are added up.
 *
 * @param read when the engine took the sample, ns since the epoch
 * @param cpus that are online
 * @param cpu time that the container used
 * @param system CPU time that the host used
 * @param precpu the container's in the sample that the same answer had before; 0 in its first
 * @param presystem the host's
 * @param memory without the inactive page cache
 */
record DockerFigures(
        long read,
        long cpus,
        long cpu,
        long system,
        long precpu,
        long presystem,
        long memory,
        long limit,
        long pids,
        long received,
        long sent,
        long readBytes,
        long writtenBytes) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Null of a sample of a container that does not run. */
    static @Nullable DockerFigures of(byte[] payload) throws IOException {
        JsonNode sample = JSON.readTree(payload);
        String read = sample.path("read").asText();
        return read.startsWith("0001-") ? null : of(sample, nanos(read));
    }

    private static DockerFigures of(JsonNode sample, long read) {
        JsonNode memory = sample.path("memory_stats");
        JsonNode stats = memory.path("stats");
        long usage = memory.path("usage").asLong();
        long inactive = stats.path(stats.has("total_inactive_file") ? "total_inactive_file" : "inactive_file")
                .asLong();
        return new DockerFigures(
                read,
                sample.at("/cpu_stats/online_cpus").asLong(),
                sample.at("/cpu_stats/cpu_usage/total_usage").asLong(),
                sample.at("/cpu_stats/system_cpu_usage").asLong(),
                sample.at("/precpu_stats/cpu_usage/total_usage").asLong(),
                sample.at("/precpu_stats/system_cpu_usage").asLong(),
                inactive < usage ? usage - inactive : usage,
                memory.path("limit").asLong(),
                sample.at("/pids_stats/current").asLong(),
                networks(sample, "rx_bytes"),
                networks(sample, "tx_bytes"),
                devices(sample, "read"),
                devices(sample, "write"));
    }

    static long nanos(String time) {
        Instant instant = Instant.parse(time);
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }

    private static long networks(JsonNode sample, String member) {
        long sum = 0;
        for (JsonNode network : sample.path("networks")) {
            sum += network.path(member).asLong();
        }
        return sum;
    }

    private static long devices(JsonNode sample, String operation) {
        long sum = 0;
        for (JsonNode entry : sample.at("/blkio_stats/io_service_bytes_recursive")) {
            sum += operation.equalsIgnoreCase(entry.path("op").asText())
                    ? entry.path("value").asLong()
                    : 0;
        }
        return sum;
    }

    /** CPU in percent, 100 of one CPU, as the command shows it: since the sample that the same answer had before. */
    double shownPercent() {
        return percent(precpu, presystem);
    }

    /** The same since another sample. */
    double percentSince(DockerFigures before) {
        return percent(before.cpu, before.system);
    }

    private double percent(long cpuBefore, long systemBefore) {
        return system > systemBefore ? 100.0 * cpus * (cpu - cpuBefore) / (system - systemBefore) : 0;
    }

    /** The same without what it says of the sample before. */
    DockerFigures withoutBefore() {
        return new DockerFigures(
                read, cpus, cpu, system, 0, 0, memory, limit, pids, received, sent, readBytes, writtenBytes);
    }

    /** What only grows. */
    List<Long> counters() {
        return List.of(cpu, received, sent, readBytes, writtenBytes);
    }
}
