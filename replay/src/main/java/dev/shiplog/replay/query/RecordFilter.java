package dev.shiplog.replay.query;

import dev.shiplog.journal.codec.Bytes;
import dev.shiplog.journal.codec.Decoded;
import dev.shiplog.journal.record.Container;
import dev.shiplog.journal.record.ContainerRule;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.replay.json.Json;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which records are wanted, in the way of {@code docker ps --filter}: of filters with the same key one must hold, of
 * each key that is given at least one.
 *
 * <pre>
 * name, container, image, label    as in {@link ContainerRule}
 * kind=KIND                        the record's kind
 * event=ACTION                     an event's action, with or without what stands behind the colon (exec_create: sh)
 * </pre>
 *
 * A filter on containers holds for records about a container only; one on events, for events only.
 */
public final class RecordFilter {
    /** The keys, for messages and help. */
    public static final String KEYS = "name, container, image, label, kind, event";

    private final Set<Kind> kinds;
    private final List<String> actions = new ArrayList<>();
    private final Map<String, List<ContainerRule>> ofContainers = new HashMap<>();
    private final Map<String, Verdict> verdicts = new HashMap<>();
    private final Bytes payload = new Bytes(1 << 10);

    private record Verdict(@Nullable Container on, boolean holds) {}

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
            String key = equals < 0 ? filter : filter.substring(0, equals);
            String value = equals < 0 ? "" : filter.substring(equals + 1);
            if (value.isEmpty()) {
                throw new IllegalArgumentException("filter '" + filter + "': write KEY=VALUE with a key of " + KEYS);
            }
            switch (key) {
                case "kind" -> filteredKinds.add(value);
                case "event" -> actions.add(value);
                case "name", "container", "image", "label" ->
                    ofContainers.computeIfAbsent(key, k -> new ArrayList<>()).add(ContainerRule.parse(filter));
                default ->
                    throw new IllegalArgumentException("filter '" + filter + "': no such key; there are " + KEYS);
            }
        }
        wanted.retainAll(kinds(filteredKinds));
        if (!actions.isEmpty()) {
            wanted.retainAll(EnumSet.of(Kind.EVENT)); // so that a gap in the samples is none in the answer
        }
        this.kinds = wanted;
    }

    /** The kinds of record that may be wanted. */
    public Set<Kind> kinds() {
        return kinds;
    }

    /** Whether the answer depends on what is known of containers. */
    public boolean asksForContainers() {
        return !ofContainers.isEmpty();
    }

    /** Whether the record is wanted, by what is known of containers now. */
    public boolean wants(Decoded record, Containers containers) {
        return kinds.contains(record.kind())
                && (actions.isEmpty() || happened(record))
                && (ofContainers.isEmpty() || wantsContainer(record.subject(), containers));
    }

    /** Whether records about this container are wanted; an empty id stands for all containers. */
    public boolean wantsSubject(String id, Containers containers) {
        return id.isEmpty() || ofContainers.isEmpty() || wantsContainer(id, containers);
    }

    @SuppressWarnings("ReferenceEquality") // what is known of a container is a new object once it changes
    private boolean wantsContainer(String id, Containers containers) {
        Container container = containers.get(id);
        if (container == null) {
            return false;
        }
        Verdict verdict = verdicts.get(id);
        if (verdict == null || verdict.on != container) {
            verdict = new Verdict(
                    container,
                    ofContainers.values().stream()
                            .allMatch(anyOf ->
                                    anyOf.stream().anyMatch(one -> one.holds().test(container))));
            verdicts.put(id, verdict);
        }
        return verdict.holds;
    }

    private boolean happened(Decoded record) {
        payload.clear();
        record.payload(payload);
        Json event = Json.parse(payload.array(), 0, payload.length());
        String action = event == null ? "" : event.text("Action");
        int colon = action.indexOf(':');
        return actions.contains(action) || colon > 0 && actions.contains(action.substring(0, colon));
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
