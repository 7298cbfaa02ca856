package dev.shiplog.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the kernel counts of a container, by the names of our metrics: read from the files of cgroup v1, and from what its
 * process sees of its network.
 */
final class KernelFigures {
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
    private static final double NANOS = 1e9;
    /** Of cpuacct.stat. */
    private static final double TICKS = 100;

    private static final List<String> OF_NETWORK = List.of("bytes", "packets", "errors", "dropped");

    private KernelFigures() {}

    /** Whether this host has the files. */
    static boolean areThere() {
        return Files.isDirectory(CGROUPS.resolve("memory")) && Files.isDirectory(CGROUPS.resolve("cpuacct"));
    }

    /**
     * All of a container that runs.
     *
     * @param hostMemory which is the limit if there is no other
     * @param pid its first process, as the engine names it
     * @param networked whether it has a network of its own
     */
    static Map<String, Double> of(String id, long pid, boolean networked, long hostMemory) throws IOException {
        Map<String, Double> figures = new TreeMap<>();
        memory(file("memory", id, "memory.stat"), id, hostMemory, figures);
        figures.put("container_memory_failcnt", number("memory", id, "memory.failcnt"));
        figures.put("container_cpu_usage_seconds_total", number("cpuacct", id, "cpuacct.usage") / NANOS);
        Map<String, Double> ticks = table(file("cpuacct", id, "cpuacct.stat"));
        figures.put("container_cpu_system_seconds_total", ticks.get("system") / TICKS);
        figures.put("container_cpu_user_seconds_total", ticks.get("user") / TICKS);
        Map<String, Double> throttled = table(file("cpu", id, "cpu.stat"));
        figures.put("container_cpu_throttling_periods_total", throttled.get("nr_throttled"));
        figures.put("container_cpu_throttled_seconds_total", throttled.get("throttled_time") / NANOS);
        figures.put("container_pids_current", number("pids", id, "pids.current"));
        devices(file("blkio", id, "blkio.throttle.io_service_bytes_recursive"), "bytes_total", figures);
        devices(file("blkio", id, "blkio.throttle.io_serviced_recursive"), "total", figures);
        if (networked) {
            networks(Files.readString(Path.of("/proc", Long.toString(pid), "net", "dev")), figures);
        }
        return figures;
    }

    /** The most memory that it ever had, in bytes. */
    static long mostMemory(String id) throws IOException {
        return (long) number("memory", id, "memory.max_usage_in_bytes");
    }

    private static void memory(String stat, String id, long hostMemory, Map<String, Double> figures)
            throws IOException {
        Map<String, Double> memory = table(stat);
        double usage = number("memory", id, "memory.usage_in_bytes");
        double limit = Math.min(number("memory", id, "memory.limit_in_bytes"), (double) hostMemory);
        double workingSet = usage - memory.get("total_inactive_file");
        figures.put("container_memory_usage_bytes", usage);
        figures.put("container_memory_limit_bytes", limit);
        figures.put("container_memory_cache_bytes", memory.get("total_cache"));
        figures.put("container_memory_rss_bytes", memory.get("total_rss"));
        figures.put("container_memory_working_set_bytes", workingSet);
        figures.put("container_memory_free_bytes", limit - workingSet);
        figures.put("container_memory_page_faults_total", memory.get("total_pgfault"));
        figures.put("container_memory_major_page_faults_total", memory.get("total_pgmajfault"));
        figures.put("container_memory_working_set_percent", 100 * workingSet / limit);
        figures.put("container_memory_free_percent", 100 - 100 * workingSet / limit);
        figures.put("container_memory_limit_percent", 100 * limit / hostMemory);
    }

    /** Lines as in {@code 254:0 Read 4096}. */
    private static void devices(String file, String unit, Map<String, Double> figures) {
        for (String line : file.lines().toList()) {
            String[] words = line.split(" ");
            if (words.length == 3 && List.of("Read", "Write").contains(words[1])) {
                figures.put(
                        "container_fs_%ss_%s{device=\"%s\"}"
                                .formatted(words[1].toLowerCase(Locale.ROOT), unit, words[0]),
                        Double.valueOf(words[2]));
            }
        }
    }

    /** Two lines of heading, then one of each interface: eight columns of what came, eight of what went. */
    private static void networks(String file, Map<String, Double> figures) {
        for (String line : file.lines().skip(2).toList()) {
            String[] columns = line.strip().split("[:\\s]+");
            if (columns[0].equals("lo")) {
                continue; // which engines do not count
            }
            for (int i = 0; i < OF_NETWORK.size(); i++) {
                String series = OF_NETWORK.get(i) + "_total{interface=\"" + columns[0] + "\"}";
                figures.put("container_network_receive_" + series, Double.valueOf(columns[1 + i]));
                figures.put("container_network_transmit_" + series, Double.valueOf(columns[9 + i]));
            }
        }
    }

    private static Map<String, Double> table(String file) {
        Map<String, Double> values = new HashMap<>();
        file.lines().map(line -> line.split(" ")).forEach(words -> values.put(words[0], Double.valueOf(words[1])));
        return values;
    }

    private static double number(String controller, String id, String name) throws IOException {
        return Double.parseDouble(file(controller, id, name).strip());
    }

    private static String file(String controller, String id, String name) throws IOException {
        return Files.readString(
                CGROUPS.resolve(controller).resolve("docker").resolve(id).resolve(name));
    }
}
