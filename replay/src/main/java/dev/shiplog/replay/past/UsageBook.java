package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.TimeRange;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.ConsumptionMeter;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.EventView;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Sums up what containers use in a range of time, or in each step of it, in one pass: what was used between two samples
 * belongs to the step of the second. In memory are the containers of the steps that are not over. Not thread safe.
 */
public final class UsageBook {
    /** Samples of one moment are recorded within this time; a step is over when one is later by as much. */
    private static final long LATE_NANOS = 10_000_000_000L;

    private final TimeRange range;
    private final long step;
    private final Page page;
    private final ConsumptionMeter meter = ConsumptionMeter.ofUsage();
    /** Those that were created, and not started since. */
    private final Set<String> fresh = new HashSet<>();
    /** By the beginning of their step, by id. */
    private final TreeMap<Long, Map<String, ContainerUsage>> steps = new TreeMap<>();

    /** Takes the usage of a step that is over, or of the whole range. */
    @FunctionalInterface
    public interface Page {
        void turn(Collection<ContainerUsage> usages) throws IOException;
    }

    /** @param step in ns; 0 for all of the range at once */
    public UsageBook(TimeRange range, long step, Page page) {
        this.range = range;
        this.step = step;
        this.page = page;
    }

    /**
     * Takes the next record.
     *
     * @param host where it comes from
     * @param container of which it is
     * @param wanted whether that is asked for
     */
    public void take(RecordView record, String host, Container container, boolean wanted) throws IOException {
        Consumption consumption = meter.apply(record);
        boolean counts = wanted && range.contains(record.time()) && !record.restated();
        if (consumption != null && counts) {
            usage(record.time(), host, container).add(consumption);
            turn(Times.plus(record.time(), -LATE_NANOS));
        } else if (record.kind() == Kind.EVENT && restarts(record) && counts) {
            usage(record.time(), host, container).addRestarts(1);
        }
    }

    /** Whether it is an event that a container was started, not for the first time. */
    private boolean restarts(RecordView record) {
        EventView event = EventView.scan(record.payload().toArray());
        if (!event.ofContainer()) {
            return false;
        }
        switch (event.action()) {
            case "create" -> fresh.add(record.subject());
            case "destroy", "remove" -> fresh.remove(record.subject());
            case "start" -> {
                return !fresh.remove(record.subject());
            }
            default -> {}
        }
        return false;
    }

    private ContainerUsage usage(long time, String host, Container container) {
        long origin = range.since() == Long.MIN_VALUE ? 0 : range.since();
        long from = step == 0 ? origin : origin + Math.floorDiv(time - origin, step) * step;
        ContainerUsage usage = steps.computeIfAbsent(from, k -> new TreeMap<>())
                .computeIfAbsent(container.id(), id -> new ContainerUsage(host, container, from));
        usage.name(container);
        return usage;
    }

    /** Records are missing between the last one and the next. */
    public void lose() {
        meter.lose();
    }

    /** Hands out the steps that are over at {@code time}. */
    private void turn(long time) throws IOException {
        while (step != 0 && !steps.isEmpty() && Times.plus(steps.firstKey(), step) <= time) {
            page.turn(steps.pollFirstEntry().getValue().values());
        }
    }

    /** Hands out what there is: at the end, and for steps where another journal begins. */
    public void turnAll() throws IOException {
        while (!steps.isEmpty()) {
            page.turn(steps.pollFirstEntry().getValue().values());
        }
    }

    /** Whether it is in steps. */
    public boolean hasSteps() {
        return step != 0;
    }
}
