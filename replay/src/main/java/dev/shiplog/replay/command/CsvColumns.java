package dev.shiplog.replay.command;

import dev.shiplog.journal.record.Kind;
import java.util.List;

/** The columns of a table of records, unless others are asked for: what most people ask of the kind. */
final class CsvColumns {
    private CsvColumns() {}

    static List<String> of(Kind kind, Vocabulary vocabulary) {
        String columns =
                vocabulary == Vocabulary.ecs ? "@timestamp host.name " + ecs(kind) : "@timestamp host " + flat(kind);
        return List.of(columns.split(" "));
    }

    private static String flat(Kind kind) {
        return switch (kind) {
            case STATS ->
                "container container_id image cpu_total_usage cpu_system_cpu_usage cpu_online_cpus memory_usage"
                        + " memory_inactive_file memory_limit network_rx_bytes network_tx_bytes"
                        + " blkio_io_service_bytes_Read blkio_io_service_bytes_Write pids_current";
            case EVENT ->
                "event_Type event_Action container container_id image event_Actor_ID event_Actor_Attributes_name"
                        + " event_Actor_Attributes_exitCode";
            case INSPECT ->
                "container container_id image image_id inspect_Created inspect_State_Status inspect_State_StartedAt"
                        + " inspect_State_FinishedAt inspect_State_ExitCode inspect_State_OOMKilled inspect_RestartCount";
            case HOST ->
                "host_ServerVersion host_OperatingSystem host_KernelVersion host_NCPU host_MemTotal host_Containers"
                        + " host_ContainersRunning host_Images";
            case MARK -> "mark mark_kind mark_subject mark_from_rfc3339 mark_to_rfc3339 mark_count mark_reason";
            case LOG -> "container stream log";
            case IMAGE ->
                "image_Id image_RepoTags0 image_RepoDigests0 image_Created image_Size image_Os image_Architecture"
                        + " image_Metadata_LastTagTime";
            case DISK -> "container container_id disk_log_bytes disk_log_files disk_LayersSize";
            case SOCKETS ->
                "container container_id sockets_tcp_established sockets_tcp_time_wait sockets_tcp_close_wait"
                        + " sockets_tcp_listen sockets_shm_size sockets_shm_used sockets_shm_used_percent";
            case ENGINE_METRICS -> "container container_id engine_metrics";
        };
    }

    private static String ecs(Kind kind) {
        return switch (kind) {
            case STATS ->
                "container.name container.id container.image.name docker.cpu.total.pct docker.memory.usage.total"
                        + " docker.memory.usage.pct docker.memory.limit docker.network.in.bytes docker.network.out.bytes"
                        + " docker.diskio.read.bytes docker.diskio.write.bytes shiplog.pids.current";
            case EVENT ->
                "docker.event.type event.action container.name container.id container.image.name docker.event.actor.id"
                        + " process.exit_code";
            case INSPECT ->
                "container.name container.id container.image.name docker.container.created docker.container.status"
                        + " docker.container.command docker.healthcheck.status";
            case HOST ->
                "shiplog.engine.version host.os.full host.os.kernel docker.info.containers.total"
                        + " docker.info.containers.running docker.info.images";
            case MARK ->
                "shiplog.mark.type shiplog.mark.kind shiplog.mark.subject shiplog.mark.from shiplog.mark.to"
                        + " shiplog.mark.count shiplog.mark.reason";
            case LOG -> "container.name stream message";
            case IMAGE -> "container.image.name container.image.tag container.image.hash.all";
            case SOCKETS ->
                "container.name container.id shiplog.tcp.established shiplog.tcp.time_wait shiplog.tcp.close_wait"
                        + " shiplog.tcp.listen shiplog.shm.size shiplog.shm.used shiplog.shm.pct";
            case ENGINE_METRICS, DISK -> "container.name container.id message";
        };
    }
}
