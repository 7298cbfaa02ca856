package dev.shiplog.replay.export;

import dev.shiplog.replay.export.FlatField.ContainerName;
import dev.shiplog.replay.export.FlatField.Context;
import dev.shiplog.replay.export.FlatField.Source;
import dev.shiplog.replay.export.FlatField.Sum;
import dev.shiplog.replay.export.FlatField.Value;
import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lays out a sample: first the fields that parsers know by name, with sums over networks and block devices and with the
 * names of cgroup v1 for the counters of v2, then whatever else the sample holds.
 */
final class StatsLayout {
    /** cgroup v2 names in {@code memory_stats.stats}, and the v1 names that mean the same. */
    private static final Map<String, String> MEMORY_V1_OF_V2 = Map.of(
            "anon", "rss",
            "anon_thp", "rss_huge",
            "file", "cache",
            "file_dirty", "dirty",
            "file_mapped", "mapped_file",
            "file_writeback", "writeback");

    private static final Set<String> DEVICE_ENTRY = Set.of("major", "minor", "op", "value");

    private final FlatLayout layout;

    /** @param layout where the fields go */
    StatsLayout(FlatLayout layout) {
        this.layout = layout;
    }

    /** Adds the fields of a sample. */
    void add(Json stats) {
        Map<String, Json> members = new LinkedHashMap<>();
        List<Runnable> repeated = new ArrayList<>();
        for (int i = 0; i < stats.names().size(); i++) {
            String name = stats.names().get(i);
            Json member = stats.children().get(i);
            if (members.putIfAbsent(name, member) != null) {
                repeated.add(() -> layout.flatten(name, name, name, member));
            }
        }
        Json name = takeString(members, "name");
        Json id = takeString(members, "id");
        layout.claimContainer(
                name == null ? Context.CONTAINER_NAME : new ContainerName(name),
                id == null ? Context.CONTAINER_ID : new Value(id));
        Json cpu = takeObject(members, "cpu_stats");
        if (cpu != null) {
            layout.flattenLifted("cpu", "cpu_stats", "cpu_usage", cpu);
        }
        Json memory = takeObject(members, "memory_stats");
        if (memory != null) {
            layout.open("memory", () -> addMemory(memory));
        }
        Json networks = takeObject(members, "networks");
        if (networks != null) {
            addNetworks(networks);
        }
        Json blkio = takeObject(members, "blkio_stats");
        if (blkio != null) {
            addBlockDevices(blkio);
        }
        members.forEach((key, member) -> {
            if (key.endsWith("_stats") && member.type() == Json.Type.OBJECT) {
                layout.flattenLifted(key.substring(0, key.length() - "_stats".length()), key, "cpu_usage", member);
            } else {
                layout.flatten(key, key, key, member);
            }
        });
        repeated.forEach(Runnable::run);
    }

    private static @Nullable Json takeObject(Map<String, Json> members, String name) {
        Json member = members.get(name);
        return member == null || member.type() != Json.Type.OBJECT ? null : members.remove(name);
    }

    /** A string that is not empty. An empty one names nothing, and needs no field. */
    private @Nullable Json takeString(Map<String, Json> members, String name) {
        Json member = members.get(name);
        if (member == null || member.type() != Json.Type.STRING) {
            return null;
        }
        members.remove(name);
        if (member.from() == member.to()) {
            layout.addNamingValue(member);
            return null;
        }
        return member;
    }

    private void addMemory(Json memory) {
        Json stats = null;
        for (int i = 0; i < memory.names().size(); i++) {
            String name = memory.names().get(i);
            Json value = memory.children().get(i);
            if (stats == null && name.equals("stats") && value.type() == Json.Type.OBJECT) {
                stats = value;
                layout.open("memory_stats", () -> addMemoryStats(value));
            } else {
                layout.flatten(name, "memory_" + name, "memory_stats_" + name, value);
            }
        }
        if (stats != null) {
            for (int i = 0; i < stats.names().size(); i++) {
                String v1 = MEMORY_V1_OF_V2.get(stats.names().get(i));
                Json value = stats.children().get(i);
                if (v1 != null && value.type() == Json.Type.NUMBER) {
                    layout.claimAlias("memory_" + v1, new Value(value));
                }
            }
        }
    }

    /** cgroup v1 counts a container alone ({@code rss}) and with the groups below it ({@code total_rss}): the latter wins. */
    private void addMemoryStats(Json stats) {
        Set<String> names = new HashSet<>(stats.names());
        for (int i = 0; i < stats.names().size(); i++) {
            String name = stats.names().get(i);
            String path = "memory_stats_stats_" + name;
            String field = names.contains("total_" + name)
                    ? path
                    : "memory_" + (name.startsWith("total_") ? name.substring("total_".length()) : name);
            layout.flatten(name, field, path, stats.children().get(i));
        }
    }

    private void addNetworks(Json networks) {
        Map<String, List<Json>> terms = new LinkedHashMap<>();
        for (Json network : networks.children()) {
            for (int i = 0; i < network.names().size(); i++) {
                Json value = network.children().get(i);
                if (value.type() == Json.Type.NUMBER) {
                    terms.computeIfAbsent(network.names().get(i), n -> new ArrayList<>())
                            .add(value);
                }
            }
        }
        terms.forEach((name, values) -> addSum("network_" + name, "networks_" + name, new Sum(values)));
        layout.flatten("networks", layout.isCompact() ? "networks" : "network", "networks", networks);
    }

    /** Adds a sum of values that have fields as well; in the compact form only if it is listed. */
    private void addSum(String name, String path, Source sum) {
        if (layout.isCompact()) {
            layout.claimAlias(name, sum);
        } else {
            layout.claim(name, path, sum);
        }
    }

    /** The sums over all devices come first, then each device, then what is no count of a device. */
    private void addBlockDevices(Json blkio) {
        Map<String, Map<String, List<Json>>> terms = new LinkedHashMap<>();
        List<Runnable> devices = new ArrayList<>();
        List<Runnable> others = new ArrayList<>();
        for (int i = 0; i < blkio.names().size(); i++) {
            String member = blkio.names().get(i);
            Json entries = blkio.children().get(i);
            String name = member.endsWith("_recursive")
                    ? member.substring(0, member.length() - "_recursive".length())
                    : member;
            String path = "blkio_stats_" + member;
            if (entries.type() != Json.Type.ARRAY) {
                others.add(() -> layout.flatten(member, "blkio_" + name, path, entries));
                continue;
            }
            for (int n = 0; n < entries.children().size(); n++) {
                Json entry = entries.children().get(n);
                String entryPath = path + n;
                DeviceCount count = DeviceCount.of(entry);
                if (count == null) {
                    String field = "blkio_" + entryPath.substring("blkio_stats_".length());
                    others.add(() -> layout.flatten(member, field, entryPath, entry));
                    continue;
                }
                count.namingValues().forEach(layout::addNamingValue);
                terms.computeIfAbsent(name, k -> new LinkedHashMap<>())
                        .computeIfAbsent(count.operation(), k -> new ArrayList<>())
                        .add(count.value());
                String field = withOperation("blkio_" + count.device() + "_" + name, count.operation());
                devices.add(() -> layout.claim(field, entryPath + "_value", new Value(count.value())));
            }
        }
        addBlockSums(terms);
        if (layout.isCompact()) {
            layout.flatten("blkio_stats", "blkio_stats", "blkio_stats", blkio);
        } else {
            devices.forEach(Runnable::run);
            others.forEach(Runnable::run);
        }
    }

    private void addBlockSums(Map<String, Map<String, List<Json>>> terms) {
        List<Runnable> aliases = new ArrayList<>();
        terms.forEach((name, byOperation) -> byOperation.forEach((operation, values) -> {
            Source sum = new Sum(values);
            addSum(withOperation("blkio_" + name, operation), "blkio_stats_" + name, sum);
            if (!operation.isEmpty()) {
                String v1 = Character.toUpperCase(operation.charAt(0)) + operation.substring(1);
                aliases.add(() -> layout.claimAlias("blkio_" + name + "_" + v1, sum));
            }
        }));
        aliases.forEach(Runnable::run);
    }

    private static String withOperation(String name, String operation) {
        return operation.isEmpty() ? name : name + "_" + operation;
    }

    /** One entry of a block I/O list: how often, or how much, a device did one operation. */
    private record DeviceCount(String device, String operation, Json value, List<Json> namingValues) {
        /** Reads {@code {"major":8,"minor":0,"op":"Read","value":4096}}; null for anything else. */
        static @Nullable DeviceCount of(Json entry) {
            if (entry.names().size() != DEVICE_ENTRY.size() || !DEVICE_ENTRY.containsAll(entry.names())) {
                return null;
            }
            Json major = entry.get("major");
            Json minor = entry.get("minor");
            Json operation = entry.get("op");
            Json value = entry.get("value");
            if (major == null || minor == null || operation == null || value == null) {
                return null;
            }
            boolean wellTyped = major.type() == Json.Type.NUMBER
                    && minor.type() == Json.Type.NUMBER
                    && operation.type() == Json.Type.STRING
                    && value.type() == Json.Type.NUMBER;
            return wellTyped
                    ? new DeviceCount(
                            major.text() + "_" + minor.text(),
                            operation.text(),
                            value,
                            List.of(major, minor, operation))
                    : null;
        }
    }
}
