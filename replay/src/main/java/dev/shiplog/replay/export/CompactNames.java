package dev.shiplog.replay.export;

import java.util.HashSet;
import java.util.Set;

/**
 * The names that fields of a compact line may have. An index keeps every name that it ever saw, so a host's network
 * interfaces, labels and ports must not become names. An object or a list whose name is listed here becomes one field,
 * which holds its JSON as text. Members whose names are not listed share one field, whose name ends in {@link #REST}, as a
 * JSON object in a string.
 */
final class CompactNames {
    /** The end of the name of a field that holds the members of an object that have no field of their own. */
    static final String REST = "_rest";

    /** In each line a prefix, then the names that follow it. */
    private static final String TABLE = """
            : read preread num_procs os_type networks blkio_stats
            pids_: current limit
            storage_: read_count_normalized read_size_bytes write_count_normalized write_size_bytes
            cpu_: total_usage usage_in_kernelmode usage_in_usermode system_cpu_usage online_cpus percpu_usage
            cpu_throttling_data_: periods throttled_periods throttled_time
            precpu_: total_usage usage_in_kernelmode usage_in_usermode system_cpu_usage online_cpus percpu_usage
            precpu_throttling_data_: periods throttled_periods throttled_time
            memory_: usage max_usage limit failcnt active_anon active_file inactive_anon inactive_file unevictable cache
            memory_: rss rss_huge mapped_file dirty writeback swap pgfault pgmajfault pgpgin pgpgout
            memory_: hierarchical_memory_limit hierarchical_memsw_limit anon file kernel_stack slab sock shmem
            memory_: commitbytes privateworkingset
            network_: rx_bytes rx_packets rx_errors rx_dropped tx_bytes tx_packets tx_errors tx_dropped
            blkio_io_service_bytes_: Read Write Discard Total read write
            blkio_io_serviced_: Read Write Discard Total read write
            event_: Type Action Actor_ID scope time timeNano status id from
            event_Actor_Attributes_: name image exitCode signal execID execDuration oldName container type driver
            event_Actor_Attributes_: destination
            inspect_: Id Created Path Args Image Name RestartCount Driver Platform LogPath Mounts GraphDriver
            inspect_State_: Status Running Paused Restarting OOMKilled Dead Pid ExitCode Error StartedAt FinishedAt
            inspect_State_Health_: Status FailingStreak Log
            inspect_Config_: Hostname User Image WorkingDir Tty Env Cmd Entrypoint Labels Healthcheck ExposedPorts Volumes
            inspect_HostConfig_: NetworkMode Privileged PidMode IpcMode Memory MemoryReservation MemorySwap NanoCpus
            inspect_HostConfig_: CpuShares CpuPeriod CpuQuota CpusetCpus PidsLimit ShmSize Runtime AutoRemove
            inspect_HostConfig_: ReadonlyRootfs OomKillDisable Binds PortBindings
            inspect_HostConfig_RestartPolicy_: Name MaximumRetryCount
            inspect_NetworkSettings_: IPAddress Gateway MacAddress Ports Networks
            image_: Id RepoTags RepoDigests Created Size
            host_: ID Name Containers ContainersRunning ContainersPaused ContainersStopped Images Driver NCPU MemTotal
            host_: KernelVersion OperatingSystem OSVersion OSType Architecture ServerVersion CgroupDriver CgroupVersion
            host_: LoggingDriver DefaultRuntime DockerRootDir LiveRestoreEnabled SwapLimit MemoryLimit Labels Runtimes SecurityOptions Warnings Plugins Swarm
            host_: Version ApiVersion MinAPIVersion GitCommit GoVersion Os Arch BuildTime Components
            sockets_tcp_: established time_wait close_wait listen
            sockets_shm_: size used
            disk_: log_path log_bytes log_files LayersSize
            mark_: version configuration reason last last_rfc3339 lastSequence containers engineId apiVersion kind
            mark_: subject from from_rfc3339 to to_rfc3339 change name count step segment offset rule removed
            mark_: segments bytes firstSegment lastSegment text engine heard until command exitCodes
            """;

    private static final Set<String> LISTED = new HashSet<>(Set.of("mark"));
    private static final Set<String> OPEN = new HashSet<>();

    static {
        TABLE.lines().forEach(line -> {
            int colon = line.indexOf(':');
            String prefix = line.substring(0, colon);
            for (String name : line.substring(colon + 2).split(" ")) {
                LISTED.add(prefix + name);
            }
            for (int end = prefix.indexOf('_'); end >= 0; end = prefix.indexOf('_', end + 1)) {
                OPEN.add(prefix.substring(0, end));
            }
        });
        OPEN.add("event_Actor");
    }

    private CompactNames() {}

    /** Whether a field may have this name. */
    static boolean isListed(String name) {
        return LISTED.contains(name);
    }

    /** Whether members of an object of this name have fields of their own. */
    static boolean isOpen(String name) {
        return OPEN.contains(name);
    }

    /** All names, except those that end in {@link #REST}. */
    static Set<String> listed() {
        return Set.copyOf(LISTED);
    }
}
