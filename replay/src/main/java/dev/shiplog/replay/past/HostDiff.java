package dev.shiplog.replay.past;

import dev.shiplog.replay.past.Change.Told;
import dev.shiplog.replay.query.Times;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.payload.Container;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Compares a host at two moments. A container is the same if its id is; it was made again if another has its name, or is
 * the same instance of the same service of a compose project. Pure.
 */
public final class HostDiff {
    private static final String PROJECT = "com.docker.compose.project";
    private static final String SERVICE = "com.docker.compose.service";
    private static final String NUMBER = "com.docker.compose.container-number";
    private static final String COME = "come";
    private static final String GONE = "gone";

    /** Those that have no counterpart yet, at the earlier and at the later moment, by id. */
    private final Map<String, ContainerState> before;

    private final Map<String, ContainerState> after;
    private final List<Pair> pairs = new ArrayList<>();

    private HostDiff(HostAt before, HostAt after) {
        this.before = byId(before);
        this.after = byId(after);
    }

    private record Pair(ContainerState old, ContainerState now) {}

    /**
     * What is different, by the names of the containers. If a moment is not known, that comes first, and it is compared as it
     * was known last: nobody knows whether it still was so, nor which containers came or went.
     *
     * @param before at the earlier moment
     * @param after at the later one
     * @param wanted chooses containers, by what they are at either moment
     */
    public static List<Change> of(HostAt before, HostAt after, Predicate<ContainerState> wanted) {
        boolean isKnown = before.unknown() == null && after.unknown() == null;
        if (isKnown) {
            return compare(before, after, wanted);
        }
        List<Change> changes = new ArrayList<>();
        changes.add(new Change("", "", "", "unknown", "", unknown(before), unknown(after), false));
        if (wasEverKnown(before) && wasEverKnown(after)) {
            compare(before, after, wanted).stream()
                    .filter(change ->
                            !change.what().equals(COME) && !change.what().equals(GONE))
                    .map(Change::notKnown)
                    .forEach(changes::add);
        }
        return changes;
    }

    private static boolean wasEverKnown(HostAt at) {
        return at.unknown() == null || at.unknown().since() != 0;
    }

    private static List<Change> compare(HostAt before, HostAt after, Predicate<ContainerState> wanted) {
        HostDiff diff = new HostDiff(before, after);
        diff.pair(container -> container.container().id());
        diff.pair(container -> container.container().name());
        diff.pair(container -> instance(container, true));
        diff.pair(container -> instance(container, false));
        List<Change> changes = new ArrayList<>();
        diff.before.values().stream().filter(wanted).map(HostDiff::gone).forEach(changes::add);
        diff.after.values().stream().filter(wanted).map(HostDiff::come).forEach(changes::add);
        for (Pair pair : diff.pairs) {
            if (wanted.test(pair.old) || wanted.test(pair.now)) {
                changes.addAll(ContainerDiff.of(pair.old, pair.now, before.moment()));
            }
        }
        changes.sort(Comparator.comparing(Change::container)); // stable: those of a container stay in their order
        return changes;
    }

    private static Told unknown(HostAt at) {
        HostAt.Unknown unknown = at.unknown();
        if (unknown == null) {
            return Told.of("known");
        }
        return Told.of(unknown.since() == 0 ? "unknown" : "unknown since " + Times.format(unknown.since()));
    }

    private static Map<String, ContainerState> byId(HostAt at) {
        Map<String, ContainerState> byId = new LinkedHashMap<>();
        at.state()
                .containers()
                .forEach(container -> byId.put(container.container().id(), container));
        return byId;
    }

    /** Pairs those that are the only ones with their key at either moment. None is paired by an empty key. */
    private void pair(Function<ContainerState, String> key) {
        Map<String, List<ContainerState>> later = byKey(after, key);
        byKey(before, key).forEach((common, old) -> {
            List<ContainerState> now = later.getOrDefault(common, List.of());
            if (!common.isEmpty() && old.size() == 1 && now.size() == 1) {
                pairs.add(new Pair(old.get(0), now.get(0)));
                before.remove(old.get(0).container().id());
                after.remove(now.get(0).container().id());
            }
        });
    }

    private static Map<String, List<ContainerState>> byKey(
            Map<String, ContainerState> containers, Function<ContainerState, String> key) {
        return containers.values().stream().collect(Collectors.groupingBy(key));
    }

    /** The project and service of a container, and its number there; empty if it is of none. */
    private static String instance(ContainerState container, boolean isNumbered) {
        Map<String, String> labels = container.container().labels();
        String service = labels.getOrDefault(SERVICE, "");
        return service.isEmpty()
                ? ""
                : labels.getOrDefault(PROJECT, "") + "\n" + service
                        + (isNumbered ? "\n" + labels.getOrDefault(NUMBER, "") : "");
    }

    private static Change gone(ContainerState old) {
        Container container = old.container();
        return new Change(container.name(), container.id(), "", GONE, "", told(old), null, true);
    }

    private static Change come(ContainerState now) {
        Container container = now.container();
        return new Change(container.name(), "", container.id(), COME, "", null, told(now), true);
    }

    /** What it is, in a few words: its image and its state. */
    private static Told told(ContainerState container) {
        return Told.of(container.container().image() + ", " + ContainerDiff.status(container));
    }
}
