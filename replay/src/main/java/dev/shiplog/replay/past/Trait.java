package dev.shiplog.replay.past;

import dev.shiplog.timeline.json.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a container's description that two moments are compared by: the table {@link #ALL} says which there are, where
 * they are in the description, and how they are shown. What the engine has as default, or not at all, is nothing, so that
 * {@code null}, {@code 0} and an empty list are the same.
 *
 * @param label its name
 * @param isHidden whether values are compared, but never shown
 * @param values of each key, the empty one if there is only one value
 */
record Trait(String label, boolean isHidden, Function<Json, Map<String, Change.Told>> values) {
    static final List<Trait> ALL = List.of(
            one("image", TraitWords::text, "Config", "Image"),
            one(Change.IMAGE_ID, TraitWords::id, "Image"),
            one("restarts", TraitWords::positive, "RestartCount"),
            one("command", TraitWords::command, "Config", "Cmd"),
            one("entrypoint", TraitWords::command, "Config", "Entrypoint"),
            one("user", TraitWords::text, "Config", "User"),
            one("working dir", TraitWords::text, "Config", "WorkingDir"),
            hidden("env", TraitWords::variables, "Config", "Env"),
            many("label", TraitWords::members, "Config", "Labels"),
            one("health check", TraitWords::healthCheck, "Config", "Healthcheck"),
            one("stop signal", TraitWords::text, "Config", "StopSignal"),
            one("stop timeout", TraitWords::positive, "Config", "StopTimeout"),
            one("tty", TraitWords::flag, "Config", "Tty"),
            one("restart policy", TraitWords::restartPolicy, "HostConfig", "RestartPolicy"),
            one("memory", TraitWords::bytes, "HostConfig", "Memory"),
            one("memory and swap", TraitWords::bytes, "HostConfig", "MemorySwap"),
            one("memory reservation", TraitWords::bytes, "HostConfig", "MemoryReservation"),
            one("oom kill disabled", TraitWords::flag, "HostConfig", "OomKillDisable"),
            one("oom score", TraitWords::number, "HostConfig", "OomScoreAdj"),
            one("cpus", TraitWords::cpus, "HostConfig", "NanoCpus"),
            one("cpu quota", TraitWords::positive, "HostConfig", "CpuQuota"),
            one("cpu period", TraitWords::positive, "HostConfig", "CpuPeriod"),
            one("cpu shares", TraitWords::positive, "HostConfig", "CpuShares"),
            one("cpuset", TraitWords::text, "HostConfig", "CpusetCpus"),
            one("memory nodes", TraitWords::text, "HostConfig", "CpusetMems"),
            one("pids", TraitWords::positive, "HostConfig", "PidsLimit"),
            one("block I/O weight", TraitWords::positive, "HostConfig", "BlkioWeight"),
            one("shm size", TraitWords::bytes, "HostConfig", "ShmSize"),
            many("ulimit", TraitWords::ulimits, "HostConfig", "Ulimits"),
            many("device", TraitWords::devices, "HostConfig", "Devices"),
            many("mount", TraitWords::mounts, "Mounts"),
            many("tmpfs", TraitWords::members, "HostConfig", "Tmpfs"),
            many("port", TraitWords::ports, "HostConfig", "PortBindings"),
            one("all ports published", TraitWords::flag, "HostConfig", "PublishAllPorts"),
            one("network mode", TraitWords::text, "HostConfig", "NetworkMode"),
            many("network", TraitWords::networks, "NetworkSettings", "Networks"),
            one("dns", TraitWords::sorted, "HostConfig", "Dns"),
            one("extra hosts", TraitWords::sorted, "HostConfig", "ExtraHosts"),
            one("privileged", TraitWords::flag, "HostConfig", "Privileged"),
            one("read-only root", TraitWords::flag, "HostConfig", "ReadonlyRootfs"),
            one("init", TraitWords::flag, "HostConfig", "Init"),
            one("removed at its end", TraitWords::flag, "HostConfig", "AutoRemove"),
            one("capabilities added", TraitWords::sorted, "HostConfig", "CapAdd"),
            one("capabilities dropped", TraitWords::sorted, "HostConfig", "CapDrop"),
            one("security options", TraitWords::sorted, "HostConfig", "SecurityOpt"),
            one("groups added", TraitWords::sorted, "HostConfig", "GroupAdd"),
            one("pid mode", TraitWords::text, "HostConfig", "PidMode"),
            one("ipc mode", TraitWords::text, "HostConfig", "IpcMode"),
            one("user namespace", TraitWords::text, "HostConfig", "UsernsMode"),
            many("sysctl", TraitWords::members, "HostConfig", "Sysctls"),
            one("runtime", TraitWords::text, "HostConfig", "Runtime"),
            one("log driver", TraitWords::text, "HostConfig", "LogConfig", "Type"),
            many("log option", TraitWords::members, "HostConfig", "LogConfig", "Config"));

    private static Trait one(String label, Function<Json, Change.@Nullable Told> shown, String... path) {
        return new Trait(label, false, description -> {
            Json member = at(description, path);
            Change.Told told = member == null || member.type() == Json.Type.NULL ? null : shown.apply(member);
            return told == null ? Map.of() : Map.of("", told);
        });
    }

    private static Trait many(String label, Function<Json, Map<String, Change.Told>> values, String... path) {
        return new Trait(label, false, description -> {
            Json member = at(description, path);
            return member == null ? Map.of() : new TreeMap<>(values.apply(member));
        });
    }

    private static Trait hidden(String label, Function<Json, Map<String, Change.Told>> values, String... path) {
        return new Trait(label, true, many(label, values, path).values);
    }

    static @Nullable Json at(Json root, String... path) {
        Json at = root;
        for (String name : path) {
            at = at == null ? null : at.get(name);
        }
        return at;
    }
}
