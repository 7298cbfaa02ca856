package dev.shiplog.timeline;

import dev.shiplog.timeline.payload.Counters;

/**
 * What a container used up to one of its samples, since the one before. Amounts that are not known are
 * {@link Counters#ABSENT}. A sample that is the first of a life of which the start was recorded has its counters as
 * amounts: they began at zero.
 *
 * @param container id
 * @param time of the sample, ns since the epoch
 * @param nanos since the sample before; 0 if there is none in this life, or if records are missing in between
 * @param cpuPercent of one CPU, as {@code docker stats} computes it; NaN without a sample before
 * @param cpu CPU time, in ns
 * @param received bytes over all networks
 * @param sent the same the other way
 * @param read bytes from all block devices
 * @param written the same the other way
 * @param now the counters of the sample
 */
public record Consumption(
        String container,
        long time,
        long nanos,
        double cpuPercent,
        long cpu,
        long received,
        long sent,
        long read,
        long written,
        Counters now) {
    /** The same of the last sample alone, as if there were none before. */
    public Consumption alone() {
        return first(container, time, false, now);
    }

    /** Of a sample without one before; {@code born} if the life to which it belongs began after that. */
    static Consumption first(String container, long time, boolean born, Counters now) {
        return new Consumption(
                container,
                time,
                0,
                Double.NaN,
                born ? now.cpu() : Counters.ABSENT,
                born ? now.received() : Counters.ABSENT,
                born ? now.sent() : Counters.ABSENT,
                born ? now.read() : Counters.ABSENT,
                born ? now.written() : Counters.ABSENT,
                now);
    }

    /** Of a sample that comes {@code nanos}, more than none, after one with the counters {@code before}. */
    static Consumption between(String container, long time, long nanos, Counters before, Counters now) {
        if (before.cpu() >= 0 && now.cpu() >= 0 && now.cpu() < before.cpu()) {
            return first(container, time, true, now); // a new life, of which no event tells
        }
        long cpu = more(before.cpu(), now.cpu());
        return new Consumption(
                container,
                time,
                nanos,
                percent(cpu, more(before.system(), now.system()), now.cpus(), nanos),
                cpu,
                more(before.received(), now.received()),
                more(before.sent(), now.sent()),
                more(before.read(), now.read()),
                more(before.written(), now.written()),
                now);
    }

    /** What came to a counter; absent if it went back: a network or a device has gone. */
    private static long more(long before, long now) {
        return before < 0 || now < before ? Counters.ABSENT : now - before;
    }

    /** Measured by the CPU time of the host, as docker does it; by the clock where the sample does not have that. */
    private static double percent(long cpu, long system, long cpus, long nanos) {
        if (cpu < 0) {
            return Double.NaN;
        }
        return system > 0 && cpus > 0 ? 100.0 * cpus * cpu / system : 100.0 * cpu / nanos;
    }
}
