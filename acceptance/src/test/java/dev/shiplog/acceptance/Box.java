package dev.shiplog.acceptance;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a container is to be made.
 *
 * @param config members of the request
 * @param host members of its HostConfig
 */
record Box(Map<String, Object> config, Map<String, Object> host, Map<String, String> labels, List<String> command) {
    private static final long MIB = 1 << 20;

    /** A shell with this command. */
    static Box sh(String command) {
        return of("sh", "-c", command);
    }

    static Box of(String... command) {
        return new Box(Map.of(), Map.of("NetworkMode", "none"), Map.of(), List.of(command));
    }

    Box config(String key, Object value) {
        return new Box(plus(config, key, value), host, labels, command);
    }

    Box host(String key, Object value) {
        return new Box(config, plus(host, key, value), labels, command);
    }

    Box label(String key, String value) {
        Map<String, String> all = new HashMap<>(labels);
        all.put(key, value);
        return new Box(config, host, all, command);
    }

    /** With an init, whose exit code says which signal ended the command. */
    Box init() {
        return host("Init", true);
    }

    /** Memory and swap together. */
    Box limit(int mib) {
        return host("Memory", mib * MIB).host("MemorySwap", mib * MIB);
    }

    Box restart(String policy, int retries) {
        return host("RestartPolicy", Map.of("Name", policy, "MaximumRetryCount", retries));
    }

    /** A probe each half second; one failure is enough. */
    Box health(String command) {
        long half = 500_000_000;
        return config(
                "Healthcheck",
                Map.of("Test", List.of("CMD-SHELL", command), "Interval", half, "Timeout", 20 * half, "Retries", 1));
    }

    /** A service of a compose project. */
    Box service(String project, String service) {
        return label("com.docker.compose.project", project).label("com.docker.compose.service", service);
    }

    private static Map<String, Object> plus(Map<String, Object> map, String key, Object value) {
        Map<String, Object> all = new HashMap<>(map);
        all.put(key, value);
        return all;
    }
}
