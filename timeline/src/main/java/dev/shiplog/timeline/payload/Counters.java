package dev.shiplog.timeline.payload;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * The counters of one sample, as {@code docker stats} takes them from it. What the sample does not say is
 * {@link #ABSENT}; a number too large for a long is {@link Long#MAX_VALUE}. Immutable.
 */
public final class Counters {
    public static final long ABSENT = -1;

    /** What a sample says in numbers. A counter grows until the container ends; a gauge goes up and down. */
    public enum Term {
        /** CPU time that the container has used since it was started, in ns; the next two in the kernel and out of it. */
        CPU,
        KERNEL,
        USER,
        /** CPU time that the host has used since it was started, in ns. */
        SYSTEM,
        ONLINE_CPUS(false),
        /** Not a value of the sample: how many CPUs it lists one by one. */
        LISTED_CPUS(false),
        /** How often the CPU limit was looked at, how often it held the container back, and for how long, in ns. */
        PERIODS,
        THROTTLED_PERIODS,
        THROTTLED_TIME,
        /** Bytes, as are the others of memory. */
        USAGE(false),
        MAX_USAGE(false),
        TOTAL_RSS(false),
        ANON(false),
        TOTAL_INACTIVE_FILE(false),
        INACTIVE_FILE(false),
        CACHE(false),
        TOTAL_CACHE(false),
        /** What cgroup v2 has for the page cache. */
        FILE(false),
        TOTAL_SWAP(false),
        /** Of cgroup v1 with all groups below, of v2; the next two only those that had to read from a disk. */
        TOTAL_FAULTS,
        FAULTS,
        TOTAL_MAJOR_FAULTS,
        MAJOR_FAULTS,
        LIMIT(false),
        /** How often memory was asked for beyond the limit. */
        FAILURES,
        PIDS(false),
        PIDS_LIMIT(false),
        /** Over all networks, as are the next seven, since the container was started. */
        RECEIVED,
        RECEIVED_PACKETS,
        RECEIVED_DROPPED,
        RECEIVED_ERRORS,
        SENT,
        SENT_PACKETS,
        SENT_DROPPED,
        SENT_ERRORS,
        /** Bytes of all block devices, since the container was started; both ways and whatever else there is. */
        READ,
        WRITTEN,
        TRANSFERRED,
        READS,
        WRITES,
        OPERATIONS,
        /** How long operations took, in ns. */
        READ_TIME,
        WRITE_TIME,
        OPERATION_TIME,
        /** How long operations waited before, in ns. */
        READ_WAIT,
        WRITE_WAIT,
        OPERATION_WAIT,
        /** How many operations wait now. */
        QUEUED_READS(false),
        QUEUED_WRITES(false),
        QUEUED_OPERATIONS(false);

        private static final Term[] ALL = values();

        /** What {@code docker stats} tells. */
        static final Set<Term> OF_USAGE = EnumSet.of(
                CPU,
                SYSTEM,
                ONLINE_CPUS,
                USAGE,
                TOTAL_INACTIVE_FILE,
                INACTIVE_FILE,
                CACHE,
                LIMIT,
                PIDS,
                RECEIVED,
                SENT,
                READ,
                WRITTEN);

        /** The ordinals of those that tell of memory. */
        static final int[] OF_MEMORY = {
            USAGE.ordinal(), TOTAL_INACTIVE_FILE.ordinal(), INACTIVE_FILE.ordinal(), CACHE.ordinal(), LIMIT.ordinal()
        };

        private final boolean grows;

        Term() {
            this(true);
        }

        Term(boolean grows) {
            this.grows = grows;
        }
    }

    /** Of a sample that says nothing. */
    public static final Counters NONE = new Counters(filled(ABSENT));

    private static final Counters ZERO = new Counters(filled(0));

    /** By the ordinal of the term. */
    private final long[] values;

    /** @param values by the ordinal of their {@link Term}; nobody may change them */
    Counters(long[] values) {
        this.values = values;
    }

    static long[] absent() {
        return filled(ABSENT);
    }

    private static long[] filled(long value) {
        long[] values = new long[Term.ALL.length];
        Arrays.fill(values, value);
        return values;
    }

    public long get(Term term) {
        return values[term.ordinal()];
    }

    /**
     * What came to each counter since {@code before}; absent if it went back, as where a network or a device has gone, or is
     * larger than a long.
     */
    public Counters since(Counters before) {
        long[] more = new long[values.length];
        for (int i = 0; i < more.length; i++) {
            boolean known = Term.ALL[i].grows
                    && before.values[i] >= 0
                    && values[i] >= before.values[i]
                    && values[i] != Long.MAX_VALUE;
            more[i] = known ? values[i] - before.values[i] : ABSENT;
        }
        return new Counters(more);
    }

    /** What came to each counter if they all began at zero. */
    public Counters sinceZero() {
        return since(ZERO);
    }

    /** CPU time that the container has used since it was started, in ns. */
    public long cpu() {
        return get(Term.CPU);
    }

    /** CPU time that the host has used since it was started, in ns. */
    public long system() {
        return get(Term.SYSTEM);
    }

    /** How many CPUs are online. */
    public long cpus() {
        long online = get(Term.ONLINE_CPUS);
        return online > 0 ? online : get(Term.LISTED_CPUS);
    }

    /**
     * Bytes, without the part of the page cache that could go. Of cgroup v1 {@code total_inactive_file} is taken off, of v2
     * {@code inactive_file}; without both, the whole cache.
     */
    public long memory() {
        long used = get(Term.USAGE);
        long ofTree = get(Term.TOTAL_INACTIVE_FILE);
        long ofGroup = get(Term.INACTIVE_FILE);
        long cache = ofTree < 0 && ofGroup < 0 ? get(Term.CACHE) : ABSENT;
        for (long spare : new long[] {ofTree, ofGroup, cache}) {
            if (spare >= 0 && spare < used) {
                return used - spare;
            }
        }
        return used;
    }

    /** Whether the kernel counts memory: a process that runs uses some. */
    public boolean countsMemory() {
        return get(Term.USAGE) > 0;
    }

    /** Bytes of memory that stand for no file: {@code total_rss} of cgroup v1, {@code anon} of v2. */
    public long rss() {
        long ofTree = get(Term.TOTAL_RSS);
        return ofTree >= 0 ? ofTree : get(Term.ANON);
    }

    /** Bytes of the page cache: {@code total_cache} of cgroup v1, {@code file} of v2. */
    public long cache() {
        long ofTree = get(Term.TOTAL_CACHE);
        return ofTree >= 0 ? ofTree : get(Term.FILE);
    }

    /** How often memory was asked for beyond the limit; engines leave out a 0, and of cgroup v2 send what comes close to it. */
    public long failures() {
        long failures = get(Term.FAILURES);
        return failures < 0 && get(Term.TOTAL_RSS) >= 0 ? 0 : failures;
    }

    /** How often a page of memory was missing: {@code total_pgfault} of cgroup v1, {@code pgfault} of v2. */
    public long faults() {
        long ofTree = get(Term.TOTAL_FAULTS);
        return ofTree >= 0 ? ofTree : get(Term.FAULTS);
    }

    /** How often such a page had to be read from a disk. */
    public long majorFaults() {
        long ofTree = get(Term.TOTAL_MAJOR_FAULTS);
        return ofTree >= 0 ? ofTree : get(Term.MAJOR_FAULTS);
    }

    /** Bytes of {@link #memory} that may still be used; absent if that or the limit is not known. */
    public long free() {
        long used = memory();
        boolean known = used >= 0 && used < Long.MAX_VALUE && limit() > 0 && limit() < Long.MAX_VALUE;
        return known ? Math.max(0, limit() - used) : ABSENT;
    }

    /** How much of its limit the {@link #memory} takes, in percent; 0 without a limit, NaN if it is not known. */
    public double memoryPercent() {
        long used = memory();
        return used < 0 || used == Long.MAX_VALUE ? Double.NaN : limit() > 0 ? 100.0 * used / limit() : 0;
    }

    /** Of the memory, in bytes. */
    public long limit() {
        return get(Term.LIMIT);
    }

    /** Bytes, over all networks, since the container was started. */
    public long received() {
        return get(Term.RECEIVED);
    }

    /** The same the other way. */
    public long sent() {
        return get(Term.SENT);
    }

    /** Bytes, from all block devices, since the container was started. */
    public long read() {
        return get(Term.READ);
    }

    /** The same the other way. */
    public long written() {
        return get(Term.WRITTEN);
    }

    /** How many processes and threads it has. */
    public long pids() {
        return get(Term.PIDS);
    }
}
