package dev.shiplog.replay.window;

import dev.shiplog.replay.past.ContainerUsage;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.Counters;
import java.util.function.ToLongFunction;

/** What one container used in one window of time, by the samples in it. Not thread safe. */
public final class Window {
    private final String journal;
    private final long from;
    private final long length;
    private final ContainerUsage usage;
    private final Flow received = new Flow(Consumption::received);
    private final Flow sent = new Flow(Consumption::sent);
    private final Flow read = new Flow(Consumption::read);
    private final Flow written = new Flow(Consumption::written);
    private long cpus;
    private long limit = Counters.ABSENT;
    private int records;
    private long sequence;

    Window(String journal, String host, Container container, long from, long length) {
        this.journal = journal;
        this.from = from;
        this.length = length;
        usage = new ContainerUsage(host, container, from);
    }

    /** What flowed between samples. */
    private static final class Flow {
        private final ToLongFunction<Consumption> of;
        private double amount;
        private double nanos;

        Flow(ToLongFunction<Consumption> of) {
            this.of = of;
        }

        void add(Consumption consumption) {
            long more = of.applyAsLong(consumption);
            if (more >= 0 && consumption.nanos() > 0) {
                amount += more;
                nanos += consumption.nanos();
            }
        }

        double perSecond() {
            return nanos == 0 ? Double.NaN : amount * 1e9 / nanos;
        }
    }

    void add(long ofSequence, Consumption consumption) {
        usage.add(consumption);
        received.add(consumption);
        sent.add(consumption);
        read.add(consumption);
        written.add(consumption);
        cpus = consumption.now().cpus();
        limit = consumption.now().limit();
        records++;
        sequence = ofSequence;
    }

    public String journal() {
        return journal;
    }

    /** Its beginning, ns since the epoch. */
    public long from() {
        return from;
    }

    /** In ns. */
    public long length() {
        return length;
    }

    public ContainerUsage usage() {
        return usage;
    }

    /** Bytes a second over all networks; NaN if that is not known. */
    public double received() {
        return received.perSecond();
    }

    /** The same the other way. */
    public double sent() {
        return sent.perSecond();
    }

    /** Bytes a second from all block devices; NaN if that is not known. */
    public double read() {
        return read.perSecond();
    }

    /** The same the other way. */
    public double written() {
        return written.perSecond();
    }

    /** How many CPUs were online at its last sample; 0 or less if that is not known. */
    public long cpus() {
        return cpus;
    }

    /** Of the memory at its last sample, in bytes, as in {@link Counters#limit}. */
    public long limit() {
        return limit;
    }

    /** How many records it is made of. */
    public int records() {
        return records;
    }

    /** Of the last of them. */
    public long sequence() {
        return sequence;
    }
}
