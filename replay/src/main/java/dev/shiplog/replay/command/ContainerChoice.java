package dev.shiplog.replay.command;

import dev.shiplog.replay.past.HostAt;
import dev.shiplog.replay.past.StateFilter;
import dev.shiplog.replay.query.RecordFilter;
import dev.shiplog.timeline.ContainerRule;
import dev.shiplog.timeline.ContainerState;
import dev.shiplog.timeline.payload.Container;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import picocli.CommandLine.Option;

/** The options that choose containers, for the verbs that answer for a moment or for a range. */
final class ContainerChoice {
    private static final int MAX_NAMES = 10;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "Only this container, by its name or the beginning of its id; may be repeated. The exit code is 3"
                            + " if there is none.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = {"-f", "--filter"},
            paramLabel = "KEY=VALUE",
            description =
                    "Only containers for which it holds; of several with one key any, of several keys each:"
                            + " name=GLOB, container=GLOB|ID, image=GLOB|ID, label=KEY[=GLOB]; at a moment also"
                            + " status=STATUS, health=HEALTH, exited=CODE. KEY!=VALUE takes out what it names; ~REGEX may stand for GLOB.")
    private List<String> filters = new ArrayList<>();

    private List<String> all() {
        List<String> all = new ArrayList<>(filters);
        names.forEach(name -> all.add("container=" + name));
        return all;
    }

    /** @throws IllegalArgumentException if an option makes no sense */
    StateFilter ofMoment() {
        return StateFilter.of(all());
    }

    /**
     * For samples.
     *
     * @throws IllegalArgumentException if an option makes no sense
     */
    RecordFilter ofRange() {
        for (String filter : filters) {
            if (!filter.matches("(?s)(name|container|image|label)!?=.*")) {
                throw new IllegalArgumentException("--filter '" + filter
                        + "': in a range containers are chosen by name, container, image or label");
            }
        }
        return new RecordFilter(List.of("stats"), all());
    }

    /**
     * For containers, whatever they did.
     *
     * @throws IllegalArgumentException if an option makes no sense
     */
    Predicate<Container> ofContainers() {
        Map<String, Predicate<Container>> any = new HashMap<>();
        Predicate<Container> each = container -> true;
        for (String text : all()) {
            ContainerRule rule = ContainerRule.parse(text);
            if (rule.negated()) {
                each = each.and(rule.holds());
            } else {
                any.merge(rule.key(), rule.holds(), Predicate::or);
            }
        }
        for (Predicate<Container> oneOfThem : any.values()) {
            each = each.and(oneOfThem);
        }
        return each;
    }

    /** Whether there is a filter by one of these keys. */
    boolean hasFilterBy(String... keys) {
        return filters.stream().anyMatch(filter -> Arrays.stream(keys).anyMatch(filter::startsWith));
    }

    /** Whether a container is named. */
    boolean isNamed() {
        return !names.isEmpty();
    }

    /** Whether only one container is chosen, and by its name alone: by what can be neither a pattern nor the beginning of an id. */
    boolean isOneName() {
        return names.size() == 1
                && filters.isEmpty()
                && names.get(0).matches("[A-Za-z0-9][A-Za-z0-9_.-]*")
                && !names.get(0).matches("[0-9a-f]{1,64}");
    }

    /** Whether any option is given. */
    boolean isGiven() {
        return !names.isEmpty() || !filters.isEmpty();
    }

    /** Says which names belong to no container of a moment; gives the exit code that {@code code} becomes if any do. */
    int report(int code, Console console, List<HostAt> hosts) {
        Missing missing = missing();
        List<String> known = new ArrayList<>();
        for (HostAt host : hosts) {
            for (ContainerState state : host.state().containers()) {
                missing.meet(state.container());
                known.add(state.container().name());
            }
        }
        return missing.report(code, console, known);
    }

    /** Those that are named and not there yet; to be shown each container that is. */
    Missing missing() {
        return Missing.of(names);
    }

    /** The containers that are named, as long as they were not met. */
    static final class Missing {
        private final List<ContainerRule> rules = new ArrayList<>();

        private Missing(List<String> names) {
            names.forEach(name -> rules.add(ContainerRule.parse("container=" + name)));
        }

        static Missing of(List<String> names) {
            return new Missing(names);
        }

        boolean isEmpty() {
            return rules.isEmpty();
        }

        void meet(Container container) {
            if (!rules.isEmpty()) {
                rules.removeIf(rule -> rule.holds().test(container));
            }
        }

        /** Says which names belong to nothing, and what there is; gives the exit code that {@code code} becomes if any do. */
        int report(int code, Console console, List<String> known) {
            return report(console, known) ? ExitCode.withGaps(code) : code;
        }

        /** As above; gives whether any do. */
        boolean report(Console console, List<String> known) {
            for (ContainerRule rule : rules) {
                String name = rule.text().substring("container=".length());
                List<String> nearest = Nearest.of(List.of(name), known, MAX_NAMES);
                console.say("--name '" + name + "': no such container then; "
                        + (nearest.isEmpty() ? "none is known" : "there are " + String.join(", ", nearest))
                        + (nearest.size() < known.size() ? ", …" : ""));
            }
            return !rules.isEmpty();
        }
    }
}
