package dev.shiplog.replay.past;

import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.Counters;

/** What a container used over some time. Amounts that are not known are {@link Counters#ABSENT}. Not thread safe. */
public final class ContainerUsage {
    private final String host;
    private final long from;
    private Container container;
    private final Series cpuPercent = new Series();
    private final Series memory = new Series();
    private long samples;
    private long nanos;
    private long cpu = Counters.ABSENT;
    private long received = Counters.ABSENT;
    private long sent = Counters.ABSENT;
    private long read = Counters.ABSENT;
    private long written = Counters.ABSENT;
    private long pids = Counters.ABSENT;
    private int restarts;

    /** @param from the beginning of the time, ns since the epoch */
    public ContainerUsage(String host, Container container, long from) {
        this.host = host;
        this.container = container;
        this.from = from;
    }

    /** Takes what it used up to one more sample. */
    public void add(Consumption consumption) {
        samples++;
        nanos += consumption.nanos();
        if (!Double.isNaN(consumption.cpuPercent())) {
            cpuPercent.add(consumption.cpuPercent(), (double) consumption.nanos());
        }
        Counters now = consumption.now();
        if (now.memory() >= 0) {
            memory.add((double) now.memory(), 1);
        }
        pids = Math.max(pids, now.pids());
        cpu = sum(cpu, consumption.cpu());
        received = sum(received, consumption.received());
        sent = sum(sent, consumption.sent());
        read = sum(read, consumption.read());
        written = sum(written, consumption.written());
    }

    private static long sum(long known, long more) {
        if (known < 0 || more < 0) {
            return Math.max(known, more);
        }
        return known > Long.MAX_VALUE - more ? Long.MAX_VALUE : known + more;
    }

    /** It was started so often, not for the first time. */
    public void addRestarts(int more) {
        restarts += more;
    }

    void name(Container named) {
        container = named;
    }

    public String host() {
        return host;
    }

    /** Who it was last. */
    public Container container() {
        return container;
    }

    /** The beginning of the time, ns since the epoch. */
    public long from() {
        return from;
    }

    public long samples() {
        return samples;
    }

    /** How much of the time lies between two samples of one life with nothing missing in between. */
    public long nanos() {
        return nanos;
    }

    /** Of one CPU; the mean is over time. */
    public Series cpuPercent() {
        return cpuPercent;
    }

    /** Bytes; the mean is over samples. */
    public Series memory() {
        return memory;
    }

    /** CPU time in ns. */
    public long cpu() {
        return cpu;
    }

    /** Bytes over all networks. */
    public long received() {
        return received;
    }

    public long sent() {
        return sent;
    }

    /** Bytes from all block devices. */
    public long read() {
        return read;
    }

    public long written() {
        return written;
    }

    /** The most processes and threads that it had. */
    public long pids() {
        return pids;
    }

    /** How often it was started, but for the first time. */
    public int restarts() {
        return restarts;
    }
}
