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
 * @param used what came to each counter
 * @param now the counters of the sample
 */
public record Consumption(String container, long time, long nanos, Counters used, Counters now) {
    /** The same of the last sample alone, as if there were none before. */
    public Consumption alone() {
        return first(container, time, false, now);
    }

    /** Of a sample without one before; {@code born} if the life to which it belongs began after that. */
    public static Consumption first(String container, long time, boolean born, Counters now) {
        return new Consumption(container, time, 0, born ? now.sinceZero() : Counters.NONE, now);
    }

    /** Of a sample that comes {@code nanos}, more than none, after one with the counters {@code before}. */
    public static Consumption between(String container, long time, long nanos, Counters before, Counters now) {
        if (before.cpu() >= 0 && now.cpu() >= 0 && now.cpu() < before.cpu()) {
            return first(container, time, true, now); // a new life, of which no event tells
        }
        return new Consumption(container, time, nanos, now.since(before), now);
    }

    /** Of one CPU, as {@code docker stats} computes it; NaN without a sample before. */
    public double cpuPercent() {
        return percent(used.cpu());
    }

    /**
     * How much of one CPU this CPU time was, in percent, of the time since the sample before; NaN without one. Measured by
     * the CPU time of the host, as docker does it; by the clock where the sample does not have that.
     *
     * @param cpuTime in ns, or absent
     */
    public double percent(long cpuTime) {
        if (cpuTime < 0 || nanos == 0) {
            return Double.NaN;
        }
        long system = used.system();
        long cpus = now.cpus();
        return system > 0 && cpus > 0 ? 100.0 * cpus * cpuTime / system : 100.0 * cpuTime / nanos;
    }

    /** The same of all CPUs of the host; NaN also if it is not known how many there are. */
    public double percentOfHost() {
        return now.cpus() > 0 ? cpuPercent() / now.cpus() : Double.NaN;
    }

    /**
     * What came to a counter, for each second since the sample before; NaN without one.
     *
     * @param amount as {@link #used} has it, or absent
     */
    public double perSecond(long amount) {
        return amount < 0 || nanos == 0 ? Double.NaN : amount * 1e9 / nanos;
    }

    /** CPU time, in ns. */
    public long cpu() {
        return used.cpu();
    }

    /** Bytes over all networks. */
    public long received() {
        return used.received();
    }

    /** The same the other way. */
    public long sent() {
        return used.sent();
    }

    /** Bytes from all block devices. */
    public long read() {
        return used.read();
    }

    /** The same the other way. */
    public long written() {
        return used.written();
    }
}
