package dev.shiplog.timeline.payload;

import java.util.Arrays;

/**
 * The counters of one sample, as {@code docker stats} takes them from it. What the sample does not say is
 * {@link #ABSENT}; a number too large for a long is {@link Long#MAX_VALUE}.
 *
 * @param cpu CPU time that the container has used since it was started, in ns
 * @param system CPU time that the host has used since it was started, in ns
 * @param cpus how many CPUs are online
 * @param memory bytes, without the part of the page cache that could go
 * @param limit of the memory, in bytes
 * @param received bytes, over all networks, since the container was started
 * @param sent the same the other way
 * @param read bytes, from all block devices, since the container was started
 * @param written the same the other way
 * @param pids how many processes and threads it has
 */
public record Counters(
        long cpu,
        long system,
        long cpus,
        long memory,
        long limit,
        long received,
        long sent,
        long read,
        long written,
        long pids) {
    public static final long ABSENT = -1;

    /** Of a sample that says nothing. */
    static final Counters NONE = of(absent());

    /** What may add up to a counter; the order is that of the values for {@link #of}. */
    enum Term {
        CPU,
        SYSTEM,
        ONLINE_CPUS,
        /** Not a value of the sample: how many it lists one by one. */
        LISTED_CPUS,
        MEMORY,
        TOTAL_INACTIVE_FILE,
        INACTIVE_FILE,
        CACHE,
        LIMIT,
        RECEIVED,
        SENT,
        READ,
        WRITTEN,
        PIDS;

        /** The ordinals of those that tell of memory. */
        static final int[] OF_MEMORY = {
            MEMORY.ordinal(), TOTAL_INACTIVE_FILE.ordinal(), INACTIVE_FILE.ordinal(), CACHE.ordinal(), LIMIT.ordinal()
        };
    }

    static long[] absent() {
        long[] values = new long[Term.values().length];
        Arrays.fill(values, ABSENT);
        return values;
    }

    /** @param values by the ordinal of their {@link Term} */
    static Counters of(long[] values) {
        long online = values[Term.ONLINE_CPUS.ordinal()];
        return new Counters(
                values[Term.CPU.ordinal()],
                values[Term.SYSTEM.ordinal()],
                online > 0 ? online : values[Term.LISTED_CPUS.ordinal()],
                memory(values),
                values[Term.LIMIT.ordinal()],
                values[Term.RECEIVED.ordinal()],
                values[Term.SENT.ordinal()],
                values[Term.READ.ordinal()],
                values[Term.WRITTEN.ordinal()],
                values[Term.PIDS.ordinal()]);
    }

    /** Of cgroup v1 {@code total_inactive_file} is taken off, of v2 {@code inactive_file}; without both, the whole cache. */
    private static long memory(long[] values) {
        long used = values[Term.MEMORY.ordinal()];
        long ofTree = values[Term.TOTAL_INACTIVE_FILE.ordinal()];
        long ofGroup = values[Term.INACTIVE_FILE.ordinal()];
        long cache = ofTree < 0 && ofGroup < 0 ? values[Term.CACHE.ordinal()] : ABSENT;
        for (long spare : new long[] {ofTree, ofGroup, cache}) {
            if (spare >= 0 && spare < used) {
                return used - spare;
            }
        }
        return used;
    }
}
