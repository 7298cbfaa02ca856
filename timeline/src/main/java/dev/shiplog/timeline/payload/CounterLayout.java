package dev.shiplog.timeline.payload;

import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.Counters.Term;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where the counters are in a sample.
 *
 * @param terms the numbers that add up to each; none if the sample does not say, an empty list for a sum of nothing
 * @param cpus how many CPUs the sample lists
 * @param operations texts that decide what a number counts
 * @param wanted what is asked for; of anything else nothing is kept
 */
record CounterLayout(Map<Term, List<Json>> terms, int cpus, List<Json> operations, Set<Term> wanted) {
    /** By the member of a network. */
    static final Map<String, Term> NETWORK_TERMS = Map.of(
            "rx_bytes", Term.RECEIVED,
            "rx_packets", Term.RECEIVED_PACKETS,
            "rx_dropped", Term.RECEIVED_DROPPED,
            "rx_errors", Term.RECEIVED_ERRORS,
            "tx_bytes", Term.SENT,
            "tx_packets", Term.SENT_PACKETS,
            "tx_dropped", Term.SENT_DROPPED,
            "tx_errors", Term.SENT_ERRORS);

    static CounterLayout of(Json sample, Set<Term> wanted) {
        CounterLayout layout = new CounterLayout(new EnumMap<>(Term.class), cpus(sample), new ArrayList<>(), wanted);
        Json cpu = sample.get("cpu_stats");
        Json usage = get(cpu, "cpu_usage");
        layout.put(Term.CPU, get(usage, "total_usage"));
        layout.put(Term.KERNEL, get(usage, "usage_in_kernelmode"));
        layout.put(Term.USER, get(usage, "usage_in_usermode"));
        layout.put(Term.SYSTEM, get(cpu, "system_cpu_usage"));
        layout.put(Term.ONLINE_CPUS, get(cpu, "online_cpus"));
        Json throttling = get(cpu, "throttling_data");
        layout.put(Term.PERIODS, get(throttling, "periods"));
        layout.put(Term.THROTTLED_PERIODS, get(throttling, "throttled_periods"));
        layout.put(Term.THROTTLED_TIME, get(throttling, "throttled_time"));
        layout.addMemory(sample.get("memory_stats"));
        layout.put(Term.PIDS, get(sample.get("pids_stats"), "current"));
        layout.put(Term.PIDS_LIMIT, get(sample.get("pids_stats"), "limit"));
        layout.addNetworks(sample.get("networks"));
        layout.addBlockDevices(sample.get("blkio_stats"));
        return layout;
    }

    private static int cpus(Json sample) {
        Json listed = get(get(sample.get("cpu_stats"), "cpu_usage"), "percpu_usage");
        return listed == null ? 0 : listed.children().size();
    }

    private static @Nullable Json get(@Nullable Json object, String name) {
        return object == null ? null : object.get(name);
    }

    private void put(Term term, @Nullable Json number) {
        if (number != null && number.type() == Json.Type.NUMBER && wanted.contains(term)) {
            terms.computeIfAbsent(term, t -> new ArrayList<>()).add(number);
        }
    }

    private void addMemory(@Nullable Json memory) {
        put(Term.USAGE, get(memory, "usage"));
        put(Term.MAX_USAGE, get(memory, "max_usage"));
        put(Term.FAILURES, get(memory, "failcnt"));
        put(Term.LIMIT, get(memory, "limit"));
        Json groups = get(memory, "stats");
        put(Term.TOTAL_RSS, get(groups, "total_rss"));
        put(Term.ANON, get(groups, "anon"));
        put(Term.TOTAL_INACTIVE_FILE, get(groups, "total_inactive_file"));
        put(Term.INACTIVE_FILE, get(groups, "inactive_file"));
        put(Term.CACHE, get(groups, "cache"));
        put(Term.TOTAL_CACHE, get(groups, "total_cache"));
        put(Term.FILE, get(groups, "file"));
        put(Term.TOTAL_SWAP, get(groups, "total_swap"));
        put(Term.TOTAL_FAULTS, get(groups, "total_pgfault"));
        put(Term.FAULTS, get(groups, "pgfault"));
        put(Term.TOTAL_MAJOR_FAULTS, get(groups, "total_pgmajfault"));
        put(Term.MAJOR_FAULTS, get(groups, "pgmajfault"));
    }

    private void addNetworks(@Nullable Json networks) {
        if (networks == null || networks.type() != Json.Type.OBJECT) {
            return;
        }
        NETWORK_TERMS.forEach((member, term) -> {
            if (networks.children().isEmpty() && wanted.contains(term)) {
                terms.put(term, new ArrayList<>()); // a sum of nothing is known
            }
            networks.children().forEach(network -> put(term, network.get(member)));
        });
    }

    private void addBlockDevices(@Nullable Json lists) {
        Json bytes = get(lists, "io_service_bytes_recursive");
        if (bytes != null && bytes.type() == Json.Type.ARRAY) {
            terms.put(Term.READ, new ArrayList<>()); // of a container that did nothing the list is empty
            terms.put(Term.WRITTEN, new ArrayList<>());
        }
        addOperations(bytes, Term.READ, Term.WRITTEN, Term.TRANSFERRED);
        addOperations(get(lists, "io_serviced_recursive"), Term.READS, Term.WRITES, Term.OPERATIONS);
        addOperations(get(lists, "io_service_time_recursive"), Term.READ_TIME, Term.WRITE_TIME, Term.OPERATION_TIME);
        addOperations(get(lists, "io_wait_time_recursive"), Term.READ_WAIT, Term.WRITE_WAIT, Term.OPERATION_WAIT);
        addOperations(get(lists, "io_queue_recursive"), Term.QUEUED_READS, Term.QUEUED_WRITES, Term.QUEUED_OPERATIONS);
    }

    private void addOperations(@Nullable Json entries, Term read, Term write, Term total) {
        boolean isWanted = wanted.contains(read) || wanted.contains(write) || wanted.contains(total);
        if (entries == null || entries.type() != Json.Type.ARRAY || !isWanted) {
            return;
        }
        for (Json entry : entries.children()) {
            Json operation = entry.get("op");
            if (operation != null && operation.type() == Json.Type.STRING) {
                operations.add(operation);
                switch (operation.text().isEmpty() ? ' ' : operation.text().charAt(0)) {
                    case 'r', 'R' -> put(read, entry.get("value"));
                    case 'w', 'W' -> put(write, entry.get("value"));
                    case 't', 'T' -> put(total, entry.get("value"));
                    default -> {}
                }
            }
        }
    }

    /** The counters, with what {@code value} says of each number; a negative one counts as not there. */
    Counters counters(ToLongFunction<Json> value) {
        long[] values = new long[Term.values().length];
        for (Term term : Term.values()) {
            values[term.ordinal()] = Counters.ABSENT;
            List<Json> numbers = terms.get(term);
            if (numbers != null) {
                long sum = 0;
                for (Json number : numbers) {
                    sum = sum(sum, value.applyAsLong(number));
                }
                values[term.ordinal()] = sum;
            }
        }
        values[Term.LISTED_CPUS.ordinal()] = cpus == 0 ? Counters.ABSENT : cpus;
        return new Counters(values);
    }

    /** A sum that has no term that is not known, and is no larger than a long. */
    static long sum(long sum, long term) {
        if (sum < 0 || term < 0) {
            return Counters.ABSENT;
        }
        return sum > Long.MAX_VALUE - term ? Long.MAX_VALUE : sum + term;
    }

    /** A JSON number as a long, rounded towards zero; {@link Long#MAX_VALUE} if it is larger than that. */
    static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return (long) Double.parseDouble(text);
        }
    }
}
