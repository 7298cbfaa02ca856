package dev.shiplog.timeline.payload;

import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.Counters.Term;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where the counters are in a sample.
 *
 * @param terms the numbers that add up to each; none if the sample does not say, an empty list for a sum of nothing
 * @param cpus how many CPUs the sample lists
 * @param operations texts that decide what a number counts
 */
record CounterLayout(Map<Term, List<Json>> terms, int cpus, List<Json> operations) {
    static CounterLayout of(Json sample) {
        CounterLayout layout = new CounterLayout(new EnumMap<>(Term.class), cpus(sample), new ArrayList<>());
        Json cpu = sample.get("cpu_stats");
        Json memory = sample.get("memory_stats");
        Json groups = get(memory, "stats");
        layout.put(Term.CPU, get(get(cpu, "cpu_usage"), "total_usage"));
        layout.put(Term.SYSTEM, get(cpu, "system_cpu_usage"));
        layout.put(Term.ONLINE_CPUS, get(cpu, "online_cpus"));
        layout.put(Term.MEMORY, get(memory, "usage"));
        layout.put(Term.TOTAL_INACTIVE_FILE, get(groups, "total_inactive_file"));
        layout.put(Term.INACTIVE_FILE, get(groups, "inactive_file"));
        layout.put(Term.CACHE, get(groups, "cache"));
        layout.put(Term.LIMIT, get(memory, "limit"));
        layout.put(Term.PIDS, get(sample.get("pids_stats"), "current"));
        layout.addNetworks(sample.get("networks"));
        layout.addBlockDevices(get(sample.get("blkio_stats"), "io_service_bytes_recursive"));
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
        if (number != null && number.type() == Json.Type.NUMBER) {
            terms.computeIfAbsent(term, t -> new ArrayList<>()).add(number);
        }
    }

    private void addNetworks(@Nullable Json networks) {
        if (networks == null || networks.type() != Json.Type.OBJECT) {
            return;
        }
        terms.put(Term.RECEIVED, new ArrayList<>());
        terms.put(Term.SENT, new ArrayList<>());
        for (Json network : networks.children()) {
            put(Term.RECEIVED, network.get("rx_bytes"));
            put(Term.SENT, network.get("tx_bytes"));
        }
    }

    private void addBlockDevices(@Nullable Json entries) {
        if (entries == null || entries.type() != Json.Type.ARRAY) {
            return;
        }
        terms.put(Term.READ, new ArrayList<>());
        terms.put(Term.WRITTEN, new ArrayList<>());
        for (Json entry : entries.children()) {
            Json operation = entry.get("op");
            if (operation != null && operation.type() == Json.Type.STRING) {
                operations.add(operation);
                switch (operation.text().isEmpty() ? ' ' : operation.text().charAt(0)) {
                    case 'r', 'R' -> put(Term.READ, entry.get("value"));
                    case 'w', 'W' -> put(Term.WRITTEN, entry.get("value"));
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
        return Counters.of(values);
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
