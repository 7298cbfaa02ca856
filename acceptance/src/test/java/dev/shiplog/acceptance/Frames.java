package dev.shiplog.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The samples of a container that the docker command was sent, in order, each by the names of our series; taken from the
 * payloads by hand, with nothing of Shiplog's.
 */
record Frames(List<Frame> all) {
    private static final double NANOS = 1e9;
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * One of them.
     *
     * @param read when the engine took it, in seconds since the epoch
     * @param figures what Shiplog must serve of it
     */
    record Frame(double read, DockerFigures docker, Map<String, Double> figures) {
        /** As docker shows it, since an earlier one. */
        double cpuPercent(Frame before) {
            return 100.0
                    * docker.cpus()
                    * (docker.cpu() - before.docker.cpu())
                    / (docker.system() - before.docker.system());
        }
    }

    static Frames of(List<byte[]> payloads) throws IOException {
        List<Frame> frames = new ArrayList<>();
        for (byte[] payload : payloads) {
            DockerFigures docker = DockerFigures.of(payload);
            if (docker != null) {
                frames.add(new Frame(docker.read() / NANOS, docker, figures(JSON.readTree(payload))));
            }
        }
        return new Frames(frames);
    }

    private static Map<String, Double> figures(JsonNode sample) {
        Map<String, Double> figures = new TreeMap<>();
        JsonNode memory = sample.path("memory_stats");
        JsonNode stats = memory.path("stats");
        figures.put("container_memory_usage_bytes", memory.path("usage").asDouble());
        figures.put("container_memory_cache_bytes", stats.path("total_cache").asDouble());
        figures.put("container_memory_rss_bytes", stats.path("total_rss").asDouble());
        figures.put(
                "container_memory_working_set_bytes",
                memory.path("usage").asDouble()
                        - stats.path("total_inactive_file").asDouble());
        JsonNode cpu = sample.at("/cpu_stats/cpu_usage");
        figures.put("container_cpu_usage_seconds_total", cpu.path("total_usage").asDouble() / NANOS);
        figures.put(
                "container_cpu_system_seconds_total",
                cpu.path("usage_in_kernelmode").asDouble() / NANOS);
        figures.put(
                "container_cpu_user_seconds_total",
                cpu.path("usage_in_usermode").asDouble() / NANOS);
        sample.path("networks").properties().forEach(network -> {
            String interfaceName = "{interface=\"" + network.getKey() + "\"}";
            JsonNode counts = network.getValue();
            figures.put(
                    "container_network_receive_bytes_total" + interfaceName,
                    counts.path("rx_bytes").asDouble());
            figures.put(
                    "container_network_transmit_bytes_total" + interfaceName,
                    counts.path("tx_bytes").asDouble());
        });
        for (JsonNode device : sample.at("/blkio_stats/io_service_bytes_recursive")) {
            String what = device.path("op").asText();
            if (what.equals("Read") || what.equals("Write")) {
                figures.put(
                        "container_fs_%ss_bytes_total{device=\"%d:%d\"}"
                                .formatted(
                                        what.toLowerCase(java.util.Locale.ROOT),
                                        device.path("major").asInt(),
                                        device.path("minor").asInt()),
                        device.path("value").asDouble());
            }
        }
        return figures;
    }
}
