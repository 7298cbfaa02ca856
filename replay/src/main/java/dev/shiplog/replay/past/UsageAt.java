package dev.shiplog.replay.past;

import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.ConsumptionMeter;
import dev.shiplog.timeline.ContainerState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What a container used at a moment.
 *
 * @param last up to its newest sample before the moment; null if this life of it has none
 * @param known what that says of the moment
 */
public record UsageAt(
        HostAt host, ContainerState container, @Nullable Consumption last, Known known) {
    /** What is known. */
    public enum Known {
        /** It was sampled just before. */
        RECORDED,
        /** Its newest sample is old. */
        STALE,
        /** It ran, and there is no sample of it yet. */
        NONE,
        /** It did not run: it used nothing. */
        STOPPED,
        /** Nobody listened. */
        UNKNOWN
    }

    /** As for the recorder: samples are missing after three intervals, and not before this. */
    private static final long LEAST_STALE_NANOS = 10_000_000_000L;

    private static final int STALE_INTERVALS = 3;

    /**
     * The containers that are wanted, of each host the newest first, as docker has them.
     *
     * @param meter that has taken all records up to the moment
     */
    public static List<UsageAt> of(List<HostAt> hosts, ConsumptionMeter meter, Predicate<ContainerState> wanted) {
        List<UsageAt> rows = new ArrayList<>();
        for (HostAt host : hosts) {
            long stale = Math.max(LEAST_STALE_NANOS, STALE_INTERVALS * interval(host, meter));
            host.state().containers().stream()
                    .filter(wanted)
                    .sorted(Comparator.comparingLong(ContainerState::created).reversed())
                    .map(container ->
                            of(host, container, meter.last(container.container().id()), stale))
                    .forEach(rows::add);
        }
        return rows;
    }

    private static UsageAt of(HostAt host, ContainerState container, @Nullable Consumption newest, long stale) {
        // It may be of the life before, if no event told of the start.
        Consumption last = newest == null || newest.time() < container.started() ? null : newest;
        Known known = host.unknown() != null
                ? Known.UNKNOWN
                : !container.isAlive()
                        ? Known.STOPPED
                        : last == null
                                ? Known.NONE
                                : Times.between(last.time(), host.moment()) > stale ? Known.STALE : Known.RECORDED;
        return new UsageAt(host, container, last, known);
    }

    /** The time between two samples, as most containers have it; 0 if none has two. */
    private static long interval(HostAt host, ConsumptionMeter meter) {
        long[] all = host.state().containers().stream()
                .map(container -> meter.last(container.container().id()))
                .flatMapToLong(
                        last -> last == null || last.nanos() == 0 ? LongStream.empty() : LongStream.of(last.nanos()))
                .sorted()
                .toArray();
        return all.length == 0 ? 0 : all[all.length / 2];
    }

    /** The sample, if it says what the container used at the moment; an old one does, and is to be marked. */
    public @Nullable Consumption shown() {
        return known == Known.RECORDED || known == Known.STALE ? last : null;
    }

    /** How old the newest sample is, in ns. */
    public long age() {
        return last == null ? 0 : Times.between(last.time(), host.moment());
    }
}
