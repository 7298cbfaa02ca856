package dev.shiplog.replay.query;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.ContainerIndex;
import dev.shiplog.timeline.ContainerRule;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.payload.Container;
import dev.shiplog.timeline.payload.EventView;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses records in the way of {@code docker ps --filter}: of several filters with one key any must hold, of several keys
 * each.
 *
 * <pre>
 * name, container, image, label    as in {@link ContainerRule}
 * kind=KIND                        the record's kind
 * event=GLOB                       an event's action, with or without what follows the colon (exec_create: sh)
 * type=GLOB, scope=GLOB            an event's type (container, network, …) and scope (local, swarm)
 * exitCode=GLOB                    of an event that has one
 * network=GLOB|ID, volume=GLOB|ID  an event of the network or volume with this name or id
 * </pre>
 *
 * With {@code !=} for the first {@code =} a filter takes out what it names: of these all must hold. A filter on containers
 * holds for records about a container only; one on events, for events only.
 */
public final class RecordFilter {
    /** The keys, for messages and help. */
    public static final String KEYS =
            "name, container, image, label, kind, event, type, scope, exitCode, network, volume";

    private final Set<Kind> kinds;
    private final Map<String, List<EventRule>> ofEvents = new TreeMap<>();
    private final Map<String, List<ContainerRule>> ofContainers = new HashMap<>();
    private final Map<String, Verdict> verdicts = new HashMap<>();

    private record Verdict(@Nullable Container on, boolean holds) {}

    private record EventRule(boolean negated, Predicate<EventView> holds) {}

    /**
     * Reads filters.
     *
     * @param kinds labels of {@link Kind}, plural forms too; empty for all
     * @param filters each {@code KEY=VALUE}
     * @throws IllegalArgumentException naming what cannot be read, and what can
     */
    public RecordFilter(List<String> kinds, List<String> filters) {
        Set<Kind> wanted = kinds(kinds);
        List<String> filteredKinds = new ArrayList<>();
        for (String filter : filters) {
            int equals = filter.indexOf('=');
            boolean negated = equals > 0 && filter.charAt(equals - 1) == '!';
            String key = equals < 0 ? filter : filter.substring(0, negated ? equals - 1 : equals);
            String value = equals < 0 ? "" : filter.substring(equals + 1);
            if (equals < 0) {
                throw new IllegalArgumentException(
                        "--filter '" + filter + "': write KEY=VALUE or KEY!=VALUE with a key of " + KEYS);
            }
            if (value.isEmpty()) {
                throw new IllegalArgumentException(
                        "--filter '" + filter + "': no value behind the =; * stands for any");
            }
            switch (key) {
                case "kind" -> {
                    if (negated) {
                        wanted.remove(kind(value));
                    } else {
                        filteredKinds.add(value);
                    }
                }
                case "event", "type", "scope", "exitCode", "network", "volume" ->
                    ofEvents.computeIfAbsent(key, k -> new ArrayList<>())
                            .add(new EventRule(negated, ofEvent(key, fitting(filter, value), value, negated)));
                case "name", "container", "image", "label" ->
                    ofContainers.computeIfAbsent(key, k -> new ArrayList<>()).add(ofContainer(filter));
                case "daemon" ->
                    throw new IllegalArgumentException("--filter '" + filter
                            + "': a journal is of one daemon; type=daemon chooses the events about itself");
                default ->
                    throw new IllegalArgumentException("--filter '" + filter + "': no such key; there are " + KEYS);
            }
        }
        wanted.retainAll(kinds(filteredKinds));
        if (!ofEvents.isEmpty()) {
            wanted.retainAll(EnumSet.of(Kind.EVENT)); // so that a gap in the samples is none in the answer
        }
        this.kinds = wanted;
    }

    /** The kinds of record that may be wanted. */
    public Set<Kind> kinds() {
        return kinds;
    }

    /** Why no record at all can meet it, as a clause for the end of a sentence; empty if some can. */
    public String contradiction() {
        if (!kinds.isEmpty()) {
            return "";
        }
        return ofEvents.isEmpty()
                ? " (no record is of two kinds)"
                : " (--filter " + String.join(" and ", ofEvents.keySet())
                        + " is met by events alone, and no events are asked for)";
    }

    /** Whether the answer depends on what is known of containers. */
    public boolean asksForContainers() {
        return !ofContainers.isEmpty();
    }

    /** Whether the answer depends on what events say. */
    public boolean asksForEvents() {
        return !ofEvents.isEmpty();
    }

    /** Whether the record is wanted, given what is known of containers now. */
    public boolean wants(RecordView record, ContainerIndex containers) {
        return kinds.contains(record.kind())
                && (ofEvents.isEmpty() || meetsEventRules(record))
                && (ofContainers.isEmpty() || wantsContainer(record.subject(), containers));
    }

    /** Whether an event that nobody recorded would be wanted, had it come. */
    public boolean wantsEvent(EventView event, ContainerIndex containers) {
        return kinds.contains(Kind.EVENT)
                && meetsEventRules(event)
                && (ofContainers.isEmpty() || wantsContainer(event.id(), containers));
    }

    /** Whether records about this container are wanted; an empty id stands for all containers. */
    public boolean wantsSubject(String id, ContainerIndex containers) {
        return id.isEmpty() || ofContainers.isEmpty() || wantsContainer(id, containers);
    }

    @SuppressWarnings("ReferenceEquality") // what is known of a container is a new object once it changes
    private boolean wantsContainer(String id, ContainerIndex containers) {
        Container container = containers.get(id);
        if (container == null) {
            return false;
        }
        Verdict verdict = verdicts.get(id);
        if (verdict == null || verdict.on != container) {
            verdict = new Verdict(
                    container,
                    ofContainers.values().stream()
                            .allMatch(rules -> meets(
                                    rules,
                                    ContainerRule::negated,
                                    rule -> rule.holds().test(container))));
            verdicts.put(id, verdict);
        }
        return verdict.holds;
    }

    /** Whether it meets the rules on events. What is not JSON meets none, not even one that is negated. */
    private boolean meetsEventRules(RecordView record) {
        Bytes payload = record.payload();
        EventView event = EventView.scan(payload.toArray());
        return meetsEventRules(event) && Json.parse(payload.array(), 0, payload.length()) != null;
    }

    private boolean meetsEventRules(EventView event) {
        return ofEvents.values().stream()
                .allMatch(rules ->
                        meets(rules, EventRule::negated, rule -> rule.holds().test(event)));
    }

    /** Of the rules with one key: one of those that name what is wanted, if there are any, and all that name what is not. */
    private static <R> boolean meets(List<R> rules, Predicate<R> negated, Predicate<R> holds) {
        return (rules.stream().allMatch(negated)
                        || rules.stream().anyMatch(negated.negate().and(holds)))
                && rules.stream().filter(negated).allMatch(holds);
    }

    private static ContainerRule ofContainer(String filter) {
        try {
            return ContainerRule.parse(filter);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--filter '" + filter + "': " + e.getMessage(), e);
        }
    }

    private static Predicate<String> fitting(String filter, String value) {
        try {
            return ContainerRule.fitting(value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--filter '" + filter + "': " + e.getMessage(), e);
        }
    }

    private static Predicate<EventView> ofEvent(String key, Predicate<String> fits, String value, boolean negated) {
        Predicate<EventView> holds = switch (key) {
            case "event" ->
                event -> {
                    String action = event.action();
                    int colon = action.indexOf(':');
                    return fits.test(action) || colon > 0 && fits.test(action.substring(0, colon));
                };
            case "type" -> event -> fits.test(event.type());
            case "scope" -> event -> fits.test(event.scope());
            case "exitCode" -> event -> fits.test(event.attribute("exitCode"));
            default ->
                event -> event.type().equals(key)
                        && (fits.test(event.id())
                                || event.id().startsWith(value)
                                || fits.test(event.attribute("name")));
        };
        Predicate<EventView> wanted = negated ? holds.negate() : holds;
        return key.equals("exitCode")
                ? wanted.and(event -> !event.attribute(key).isEmpty())
                : wanted;
    }

    private static Set<Kind> kinds(List<String> labels) {
        if (labels.isEmpty()) {
            return EnumSet.allOf(Kind.class);
        }
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (String label : labels) {
            kinds.add(kind(label));
        }
        return kinds;
    }

    private static Kind kind(String label) {
        Kind kind = Kind.ofLabel(label);
        if (kind == null && label.endsWith("s")) {
            kind = Kind.ofLabel(label.substring(0, label.length() - 1));
        }
        if (kind == null) {
            List<String> known = new ArrayList<>();
            for (Kind each : Kind.values()) {
                known.add(each.label());
            }
            throw new IllegalArgumentException(
                    "kind '" + label + "': no such kind; there are " + String.join(", ", known));
        }
        return kind;
    }
}
