package dev.shiplog.replay.run;

import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The options that each follow from one member of a description: option, member, and how the values of the one come from
 * the other, none if it is the default. What takes more than one member is in the other classes of this package.
 */
final class OptionTable {
    /**
     * One row.
     *
     * @param values of the option, which is written once for each
     * @param isFlag whether the option has no value but true, which goes without saying, and false; nothing else may come
     */
    private record Row(String option, String member, Function<Json, List<String>> values, boolean isFlag) {}

    private static final List<Row> ROWS = List.of(
            value("--domainname", "Config.Domainname"),
            value("--user", "Config.User"),
            value("--workdir", "Config.WorkingDir"),
            flag("--tty", "Config.Tty"),
            flag("--interactive", "Config.OpenStdin"),
            either("--init", "HostConfig.Init"),
            pairs("--label", "Config.Labels"),
            pairs("--annotation", "HostConfig.Annotations"),
            value("--stop-signal", "Config.StopSignal"),
            row("--stop-timeout", "Config.StopTimeout", seconds -> List.of(seconds.text())),
            row("--restart", "HostConfig.RestartPolicy", OptionTable::restart),
            flag("--rm", "HostConfig.AutoRemove"),
            each("--volumes-from", "HostConfig.VolumesFrom"),
            value("--volume-driver", "HostConfig.VolumeDriver"),
            pairs("--storage-opt", "HostConfig.StorageOpt"),
            flag("--publish-all", "HostConfig.PublishAllPorts"),
            value("--mac-address", "Config.MacAddress"),
            each("--dns", "HostConfig.Dns"),
            each("--dns-option", "HostConfig.DnsOptions"),
            each("--dns-search", "HostConfig.DnsSearch"),
            each("--add-host", "HostConfig.ExtraHosts"),
            value("--memory", "HostConfig.Memory", "0"),
            value("--memory-reservation", "HostConfig.MemoryReservation", "0"),
            value("--memory-swappiness", "HostConfig.MemorySwappiness", "-1"),
            value("--kernel-memory", "HostConfig.KernelMemory", "0"),
            flag("--oom-kill-disable", "HostConfig.OomKillDisable"),
            value("--oom-score-adj", "HostConfig.OomScoreAdj", "0"),
            row("--cpus", "HostConfig.NanoCpus", OptionTable::cpus),
            value("--cpu-shares", "HostConfig.CpuShares", "0"),
            value("--cpu-period", "HostConfig.CpuPeriod", "0"),
            value("--cpu-quota", "HostConfig.CpuQuota", "0"),
            value("--cpu-rt-period", "HostConfig.CpuRealtimePeriod", "0"),
            value("--cpu-rt-runtime", "HostConfig.CpuRealtimeRuntime", "0"),
            value("--cpuset-cpus", "HostConfig.CpusetCpus"),
            value("--cpuset-mems", "HostConfig.CpusetMems"),
            value("--cpu-count", "HostConfig.CpuCount", "0"),
            value("--cpu-percent", "HostConfig.CpuPercent", "0"),
            value("--io-maxiops", "HostConfig.IOMaximumIOps", "0"),
            value("--io-maxbandwidth", "HostConfig.IOMaximumBandwidth", "0"),
            value("--pids-limit", "HostConfig.PidsLimit", "0"),
            value("--shm-size", "HostConfig.ShmSize", "0", "67108864"),
            row("--ulimit", "HostConfig.Ulimits", DeviceOptions::ulimits),
            value("--blkio-weight", "HostConfig.BlkioWeight", "0"),
            rates("--blkio-weight-device", "HostConfig.BlkioWeightDevice", "Weight"),
            rates("--device-read-bps", "HostConfig.BlkioDeviceReadBps", "Rate"),
            rates("--device-write-bps", "HostConfig.BlkioDeviceWriteBps", "Rate"),
            rates("--device-read-iops", "HostConfig.BlkioDeviceReadIOps", "Rate"),
            rates("--device-write-iops", "HostConfig.BlkioDeviceWriteIOps", "Rate"),
            row("--device", "HostConfig.Devices", DeviceOptions::devices),
            each("--device-cgroup-rule", "HostConfig.DeviceCgroupRules"),
            flag("--privileged", "HostConfig.Privileged"),
            each("--cap-add", "HostConfig.CapAdd"),
            each("--cap-drop", "HostConfig.CapDrop"),
            flag("--read-only", "HostConfig.ReadonlyRootfs"),
            each("--group-add", "HostConfig.GroupAdd"),
            pairs("--sysctl", "HostConfig.Sysctls"),
            value("--userns", "HostConfig.UsernsMode"),
            value("--uts", "HostConfig.UTSMode"),
            value("--cgroup-parent", "HostConfig.CgroupParent"),
            value("--runtime", "HostConfig.Runtime", "runc"),
            value("--isolation", "HostConfig.Isolation"));

    private OptionTable() {}

    /** Adds the options of the table. */
    static void add(Draft draft) {
        for (Row row : ROWS) {
            Json member = draft.member(row.member);
            for (String value : member == null ? List.<String>of() : row.values.apply(member)) {
                if (row.isFlag) {
                    draft.add(value.equals("true") ? row.option : row.option + "=false");
                } else {
                    draft.add(row.option, value);
                }
            }
        }
    }

    /** The members that the table reads. */
    static Set<String> members() {
        Set<String> members = new HashSet<>();
        ROWS.forEach(row -> members.add(row.member));
        return members;
    }

    private static Row row(String option, String member, Function<Json, List<String>> values) {
        return new Row(option, member, values, false);
    }

    private static Row flag(String option, String member) {
        return new Row(option, member, json -> isTrue(json) ? List.of("true") : List.of(), true);
    }

    /** The engine has a default for it, so that no is said, too. */
    private static Row either(String option, String member) {
        return new Row(option, member, json -> List.of(isTrue(json) ? "true" : "false"), true);
    }

    private static boolean isTrue(Json json) {
        return json.type() == Json.Type.TRUE;
    }

    private static Row value(String option, String member, String... defaults) {
        Set<String> none = Set.of(defaults);
        return row(
                option,
                member,
                json -> json.text().isEmpty() || none.contains(json.text()) ? List.of() : List.of(json.text()));
    }

    private static Row each(String option, String member) {
        return row(option, member, Draft::texts);
    }

    private static Row pairs(String option, String member) {
        return row(option, member, OptionTable::pairs);
    }

    private static Row rates(String option, String member, String rate) {
        return row(option, member, list -> DeviceOptions.rates(list, rate));
    }

    /** The members of an object as {@code NAME=VALUE}. */
    static List<String> pairs(Json object) {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < object.names().size(); i++) {
            pairs.add(object.names().get(i) + "=" + object.children().get(i).text());
        }
        return pairs;
    }

    private static List<String> restart(Json policy) {
        String name = policy.text("Name");
        long retries = name.equals("on-failure") ? Members.number(policy.get("MaximumRetryCount")) : 0;
        return name.isEmpty() || name.equals("no") ? List.of() : List.of(retries == 0 ? name : name + ":" + retries);
    }

    private static List<String> cpus(Json nano) {
        long number = Members.number(nano);
        return number == 0 ? List.of() : List.of(Members.billionths(number));
    }
}
