package dev.shiplog.replay.ecs;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All names that a document may have, and how an index is to take each. The list is closed: whatever hosts run, no other
 * name comes. {@code docs/ecs-fields.md} says where each value comes from.
 */
public final class EcsFields {
    /** In each line a type, a prefix, and the names that follow it. */
    private static final String TABLE = """
            date_nanos | | @timestamp
            keyword | | ecs.version
            match_only_text | | message
            keyword | | stream
            keyword | log. | flags
            keyword | host. | name architecture os.type os.full os.version os.kernel
            keyword | event. | kind category type action module dataset
            date_nanos | event. | created
            long | event. | sequence
            text | event. | original
            keyword | shiplog. | kind journal
            long | shiplog. | sequence
            boolean | shiplog. | restated
            text | shiplog. | payload_base64 inspect
            keyword | container. | id name runtime image.name image.tag image.hash.all
            flattened | container. | labels
            decimal | container. | cpu.usage memory.usage
            long | container. | disk.read.bytes disk.write.bytes network.ingress.bytes network.egress.bytes
            decimal | docker.cpu. | total.pct total.norm.pct kernel.pct kernel.norm.pct user.pct user.norm.pct
            decimal | docker.cpu. | system.pct system.norm.pct
            long | docker.cpu. | kernel.ticks user.ticks system.ticks
            long | docker.memory. | usage.total usage.max rss.total limit fail.count
            decimal | docker.memory. | usage.pct rss.pct
            flattened | docker.memory. | stats
            keyword | docker.network. | interface
            long | docker.network.inbound. | bytes packets dropped errors
            long | docker.network.outbound. | bytes packets dropped errors
            decimal | docker.network.in. | bytes packets dropped errors
            decimal | docker.network.out. | bytes packets dropped errors
            long | docker.diskio.read. | bytes ops service_time wait_time queued
            long | docker.diskio.write. | bytes ops service_time wait_time queued
            long | docker.diskio.summary. | bytes ops service_time wait_time queued
            decimal | docker.diskio. | read.rate write.rate summary.rate
            long | shiplog. | cpu.online cpu.periods cpu.throttled_periods cpu.throttled_time pids.current pids.limit
            flattened | shiplog. | network.interfaces
            long | shiplog.tcp. | established syn_sent syn_recv fin_wait1 fin_wait2 time_wait close close_wait last_ack
            long | shiplog.tcp. | listen closing unknown
            keyword | shiplog. | tcp.skipped shm.skipped
            long | shiplog.shm. | size used free
            decimal | shiplog.shm. | pct
            keyword | docker.event. | type action status id from actor.id
            flattened | docker.event. | actor.attributes
            long | process. | exit_code
            keyword | docker.container. | command status
            date | docker.container. | created
            ip | docker.container. | ip_addresses
            flattened | docker.container. | labels
            long | docker.container. | size.root_fs size.rw
            keyword | docker.healthcheck. | status event.output
            long | docker.healthcheck. | failingstreak event.exit_code
            date | docker.healthcheck. | event.start_date event.end_date
            keyword | docker.info. | id
            long | docker.info. | containers.total containers.running containers.paused containers.stopped images
            keyword | shiplog.engine. | version api_version
            keyword | shiplog.mark. | type version reason engine_id api_version kind subject head key change name
            keyword | shiplog.mark. | segment first_segment last_segment rule removed command
            long | shiplog.mark. | last_sequence containers length count step offset segments bytes engine heard created started died
            date_nanos | shiplog.mark. | from to last until
            date_nanos | shiplog.window. | end
            decimal | shiplog.window. | seconds covered gap cpu.seconds read.bytes written.bytes
            long | shiplog.window. | samples pids.max memory.min memory.max memory.last
            decimal | shiplog.window. | cpu.pct.min cpu.pct.max cpu.pct.last memory.pct.max
            flattened | shiplog.mark. | configuration exit_codes counted
            text | shiplog.mark. | rest
            """;

    private static final Map<String, String> TYPES = new LinkedHashMap<>();

    static {
        TABLE.lines().forEach(line -> {
            String[] cells = line.split(" ?\\| ?");
            for (String name : cells[2].split(" ")) {
                TYPES.put(cells[1] + name, cells[0]);
            }
        });
    }

    private EcsFields() {}

    /**
     * The type of each name: one of Elasticsearch's, but {@code decimal} for a number with decimals, and {@code text} for a
     * long text that is to be kept and not to be searched.
     */
    public static Map<String, String> types() {
        return Collections.unmodifiableMap(TYPES);
    }

    /**
     * The name of a document that a field of {@code name} could not stand beside in an index: the same, one within it, or one
     * that it is within; null if there is none.
     */
    public static @Nullable String rival(String name) {
        for (String taken : TYPES.keySet()) {
            if (taken.equals(name) || taken.startsWith(name + ".") || name.startsWith(taken + ".")) {
                return taken;
            }
        }
        return null;
    }
}
