package dev.shiplog.recorder.source;

import dev.shiplog.timeline.ContainerRule;
import dev.shiplog.timeline.payload.Container;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which containers are recorded. Without {@code include} all are; {@code exclude} wins. A pure value.
 *
 * @param include a container must meet one of these, if there are any, and each that is negated
 * @param exclude a container must meet none of these
 */
public record ContainerFilter(List<ContainerRule> include, List<ContainerRule> exclude) {
    /** Everything. */
    public static final ContainerFilter ALL = new ContainerFilter(List.of(), List.of());

    /** True if a rule asks for the image, which the engine's list may not hold. */
    boolean asksForImage() {
        return any(include, rule -> rule.key().equals("image"))
                || any(exclude, rule -> rule.key().equals("image"));
    }

    /** True if a rule may ask for the label of this key; other labels need not be kept. */
    boolean asksForLabel(String key) {
        Predicate<ContainerRule> asks =
                rule -> rule.key().equals("label") && rule.text().contains(key);
        return any(include, asks) || any(exclude, asks);
    }

    /** True if the container is to be recorded. */
    public boolean wants(Container container) {
        return (!any(include, rule -> !rule.negated())
                        || any(include, rule -> !rule.negated() && rule.holds().test(container)))
                && !any(include, rule -> rule.negated() && !rule.holds().test(container))
                && !any(exclude, rule -> rule.holds().test(container));
    }

    /** A loop: the filters see each event, and most have no rules. */
    private static boolean any(List<ContainerRule> rules, Predicate<ContainerRule> holds) {
        for (ContainerRule rule : rules) {
            if (holds.test(rule)) {
                return true;
            }
        }
        return false;
    }
}
