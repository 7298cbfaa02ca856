package dev.shiplog.replay.past;

import dev.shiplog.timeline.ContainerRule;
import dev.shiplog.timeline.ContainerState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Chooses containers by what they were at a moment, in the way of {@code docker ps --filter}: of several filters with one
 * key any must hold, of several keys each.
 *
 * <pre>
 * name, container, image, label    as in {@link ContainerRule}
 * status=STATUS                    created, running, paused, restarting, removing, exited or dead; removed, in a range
 * health=HEALTH                    starting, healthy, unhealthy or none
 * exited=CODE                      ended, with this code
 * </pre>
 *
 * With {@code !=} for the first {@code =} a filter takes out what it names: of these all must hold.
 */
public final class StateFilter {
    /** The keys, for messages and help. */
    public static final String KEYS = "name, container, image, label, status, health, exited";

    private final Predicate<ContainerState> holds;

    private StateFilter(Predicate<ContainerState> holds) {
        this.holds = holds;
    }

    /** @throws IllegalArgumentException naming what cannot be read, and what can */
    public static StateFilter of(List<String> filters) {
        Map<String, List<Predicate<ContainerState>>> any = new LinkedHashMap<>();
        List<Predicate<ContainerState>> all = new ArrayList<>();
        for (String filter : filters) {
            int equals = filter.indexOf('=');
            boolean negated = equals > 0 && filter.charAt(equals - 1) == '!';
            String key = equals < 0 ? "" : filter.substring(0, negated ? equals - 1 : equals);
            String value = filter.substring(equals + 1).toLowerCase(Locale.ROOT);
            Predicate<ContainerState> rule = switch (key) {
                case "name", "container", "image", "label" -> of(ContainerRule.parse(filter));
                case "status" -> negated(negated, state -> state.status() == status(value, filter));
                case "health" -> negated(negated, state -> state.health().equals(value.equals("none") ? "" : value));
                case "exited" ->
                    negated(negated, state -> hasEnded(state) && value.equals(String.valueOf(state.exitCode())));
                default ->
                    throw new IllegalArgumentException(
                            "--filter '" + filter + "': write KEY=VALUE or KEY!=VALUE with a key of " + KEYS);
            };
            if (key.equals("status")) {
                status(value, filter);
            }
            if (negated) {
                all.add(rule);
            } else {
                any.computeIfAbsent(key, k -> new ArrayList<>()).add(rule);
            }
        }
        any.values().forEach(rules -> all.add(rules.stream().reduce(state -> false, Predicate::or)));
        return new StateFilter(all.stream().reduce(state -> true, Predicate::and));
    }

    private static Predicate<ContainerState> of(ContainerRule rule) {
        return state -> rule.holds().test(state.container());
    }

    private static Predicate<ContainerState> negated(boolean negated, Predicate<ContainerState> rule) {
        return negated ? rule.negate() : rule;
    }

    private static boolean hasEnded(ContainerState state) {
        return state.status() == ContainerState.Status.EXITED || state.status() == ContainerState.Status.REMOVED;
    }

    private static ContainerState.Status status(String word, String filter) {
        for (ContainerState.Status status : ContainerState.Status.values()) {
            if (status.name().equalsIgnoreCase(word)) {
                return status;
            }
        }
        throw new IllegalArgumentException("--filter '" + filter
                + "': no such status; there are created, running, paused, restarting, removing, exited and dead");
    }

    /** Whether the container is wanted. */
    public boolean wants(ContainerState container) {
        return holds.test(container);
    }
}
