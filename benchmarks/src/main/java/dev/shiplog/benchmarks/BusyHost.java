package dev.shiplog.benchmarks;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Writes a journal of invented samples, for what the recorded ones lack: cgroup v2, block I/O, and segments of any size.
 * Frames have the members that Docker 28.5 sends on cgroup v2. Fifty containers use CPU, memory, network and two disks,
 * each at a pace of its own; every counter moves by amounts that are drawn from a fixed seed, in the units that the kernel
 * counts in. That is noisier than real hosts, where much of the time little happens.
 *
 * <p>Arguments: a directory that is not there yet, and how many samples.
 */
public final class BusyHost {
    private static final int CONTAINERS = 50;
    private static final long SECOND = 1_000_000_000L;
    static final long START = Instant.parse("2026-11-21T00:00:00Z").getEpochSecond() * SECOND;

    private final Random random = new Random(28);
    private final List<Container> containers = new ArrayList<>();
    private final long interval;

    /** @param interval between two samples of a container, ns */
    BusyHost(int count, long interval) {
        this.interval = interval;
        for (int i = 0; i < count; i++) {
            containers.add(new Container(i));
        }
    }

    public static void main(String[] args) throws IOException {
        BusyHost host = new BusyHost(CONTAINERS, SECOND);
        int samples = Integer.parseInt(args[1]);
        try (Appender appender = StatsSamples.open(Path.of(args[0]))) {
            for (int i = 0; i < samples; i++) {
                appender.append(host.containers.get(i % CONTAINERS).next(i / CONTAINERS));
            }
        }
    }

    /** In the order in which they are sampled. */
    List<Container> containers() {
        return containers;
    }

    /** One container, and its counters. */
    final class Container {
        final String id;
        final String name;
        private final double pace = Math.exp(random.nextGaussian());
        private final long phase = random.nextInt(1_000_000_000);
        private final Disk[] disks = {new Disk(8), new Disk(253)};
        private String previousRead = "0001-01-01T00:00:00Z";
        private String previousCpu =
                "{\"cpu_usage\":{\"total_usage\":0,\"usage_in_kernelmode\":0,\"usage_in_usermode\":0},"
                        + throttling(0, 0) + "}";
        private long kernelMicros;
        private long userMicros;
        private long periods;
        private long throttledMicros;
        private long anonPages = 2_000L + random.nextInt(50_000);
        private long filePages = 1_000L + random.nextInt(50_000);
        private long activeFilePages = filePages / 3;
        private long slabBytes = 400_000L + random.nextInt(4_000_000);
        private long faults;
        private long majorFaults;
        private long receivedBytes;
        private long receivedPackets;
        private long sentBytes;
        private long sentPackets;

        Container(int number) {
            id = String.format("%016x%016x%016x%016x", random.nextLong(), random.nextLong(), random.nextLong(), number);
            name = "service-" + number;
        }

        /** About {@code mean}, times the container's pace; often nothing, sometimes much. */
        private long some(double mean) {
            return random.nextInt(4) == 0 ? 0 : (long) (mean * pace * -Math.log(1 - random.nextDouble()));
        }

        /** The difference of two such. */
        private long drift(double mean) {
            long up = some(mean);
            return up - some(mean);
        }

        Record next(long tick) {
            move();
            long time = START + tick * interval + phase + random.nextInt(2_000_000);
            String read = Instant.ofEpochSecond(0, time).toString();
            long systemTicks = 1_000_000 + tick * 400 + random.nextInt(3);
            String cpu = "{\"cpu_usage\":{\"total_usage\":" + (kernelMicros + userMicros) * 1_000
                    + ",\"usage_in_kernelmode\":" + kernelMicros * 1_000 + ",\"usage_in_usermode\":"
                    + userMicros * 1_000
                    + "},\"system_cpu_usage\":" + systemTicks * 10_000_000 + ",\"online_cpus\":4,"
                    + throttling(periods, throttledMicros) + "}";
            String payload = "{\"name\":\"/" + name + "\",\"id\":\"" + id + "\",\"read\":\"" + read
                    + "\",\"preread\":\""
                    + previousRead + "\",\"pids_stats\":{\"current\":" + (10 + random.nextInt(4))
                    + ",\"limit\":18446744073709551615},\"blkio_stats\":{\"io_service_bytes_recursive\":["
                    + disks[0].bytes() + "," + disks[1].bytes() + "],\"io_serviced_recursive\":["
                    + disks[0].operations() + "," + disks[1].operations()
                    + "],\"io_queue_recursive\":null,\"io_service_time_recursive\":null,\"io_wait_time_recursive\":null,"
                    + "\"io_merged_recursive\":null,\"io_time_recursive\":null,\"sectors_recursive\":null},"
                    + "\"num_procs\":0,\"storage_stats\":{},\"cpu_stats\":" + cpu + ",\"precpu_stats\":" + previousCpu
                    + "," + memory() + "," + networks() + "}";
            previousRead = read;
            previousCpu = cpu;
            long received = (time + 1_000_000 + random.nextInt(3_000_000)) / 1_000 * 1_000;
            return new Record(
                    0,
                    Kind.STATS,
                    id,
                    time,
                    received,
                    received - START / 2,
                    payload.getBytes(StandardCharsets.US_ASCII));
        }

        private void move() {
            kernelMicros += some(20_000);
            userMicros += some(80_000);
            periods += 10;
            throttledMicros += random.nextInt(10) == 0 ? some(30_000) : 0;
            anonPages = Math.max(500, anonPages + drift(30));
            filePages = Math.max(500, filePages + drift(50));
            activeFilePages = Math.min(filePages, Math.max(100, activeFilePages + drift(10)));
            slabBytes = Math.max(100_000, slabBytes + 8 * drift(200));
            faults += some(500);
            majorFaults += random.nextInt(20) == 0 ? some(3) : 0;
            long in = some(40);
            long out = some(30);
            receivedPackets += in;
            receivedBytes += in * 66 + some(in * 400.0);
            sentPackets += out;
            sentBytes += out * 66 + some(out * 600.0);
            for (Disk disk : disks) {
                disk.move(some(3), some(8));
            }
        }

        private String memory() {
            long page = 4_096;
            return "\"memory_stats\":{\"usage\":" + ((anonPages + filePages) * page + slabBytes)
                    + ",\"stats\":{\"active_anon\":" + page * 3 + ",\"active_file\":" + activeFilePages * page
                    + ",\"anon\":" + anonPages * page + ",\"anon_thp\":0,\"file\":" + filePages * page
                    + ",\"file_dirty\":" + random.nextInt(30) * page + ",\"file_mapped\":" + filePages / 2 * page
                    + ",\"file_writeback\":0,\"inactive_anon\":" + (anonPages - 3) * page + ",\"inactive_file\":"
                    + (filePages - activeFilePages) * page + ",\"kernel_stack\":" + 163_840 + ",\"pgactivate\":"
                    + faults / 7 + ",\"pgdeactivate\":0,\"pgfault\":" + faults + ",\"pglazyfree\":0,\"pglazyfreed\":0,"
                    + "\"pgmajfault\":" + majorFaults
                    + ",\"pgrefill\":0,\"pgscan\":0,\"pgsteal\":0,\"shmem\":0,\"slab\":"
                    + slabBytes + ",\"slab_reclaimable\":" + slabBytes / 16 * 8 + ",\"slab_unreclaimable\":"
                    + (slabBytes - slabBytes / 16 * 8) + ",\"sock\":" + random.nextInt(5) * page
                    + ",\"thp_collapse_alloc\":0,\"thp_fault_alloc\":0,\"unevictable\":0,\"workingset_activate\":0,"
                    + "\"workingset_nodereclaim\":0,\"workingset_refault\":0},\"limit\":2147483648}";
        }

        private String networks() {
            return "\"networks\":{\"eth0\":{\"rx_bytes\":" + receivedBytes + ",\"rx_packets\":" + receivedPackets
                    + ",\"rx_errors\":0,\"rx_dropped\":0,\"tx_bytes\":" + sentBytes + ",\"tx_packets\":" + sentPackets
                    + ",\"tx_errors\":0,\"tx_dropped\":0}}";
        }
    }

    private static String throttling(long periods, long throttledMicros) {
        return "\"throttling_data\":{\"periods\":" + periods + ",\"throttled_periods\":" + throttledMicros / 50_000
                + ",\"throttled_time\":" + throttledMicros * 1_000 + "}";
    }

    private static final class Disk {
        private final int major;
        private long reads;
        private long writes;
        private long readBlocks;
        private long writtenBlocks;

        Disk(int major) {
            this.major = major;
        }

        void move(long moreReads, long moreWrites) {
            reads += moreReads;
            writes += moreWrites;
            readBlocks += moreReads * 4;
            writtenBlocks += moreWrites * 2 + moreWrites / 3;
        }

        String bytes() {
            return entries(readBlocks * 4_096, writtenBlocks * 4_096);
        }

        String operations() {
            return entries(reads, writes);
        }

        private String entries(long read, long write) {
            String device = "{\"major\":" + major + ",\"minor\":0,\"op\":\"";
            return device + "read\",\"value\":" + read + "}," + device + "write\",\"value\":" + write + "}";
        }
    }
}
