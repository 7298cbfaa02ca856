package dev.shiplog.recorder.source;

import dev.shiplog.timeline.ContainerRule;
import dev.shiplog.timeline.payload.Container;
import java.util.List;
import java.util.stream.Stream;

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
        return Stream.concat(include.stream(), exclude.stream())
                .anyMatch(rule -> rule.key().equals("image"));
    }

    /** True if a rule may ask for the label of this key; other labels need not be kept. */
    boolean asksForLabel(String key) {
        return Stream.concat(include.stream(), exclude.stream())
                .anyMatch(rule -> rule.key().equals("label") && rule.text().contains(key));
    }

    /** True if the container is to be recorded. */
    public boolean wants(Container container) {
        return (include.stream().allMatch(ContainerRule::negated)
                        || include.stream()
                                .anyMatch(
                                        rule -> !rule.negated() && rule.holds().test(container)))
                && include.stream()
                        .allMatch(rule -> !rule.negated() || rule.holds().test(container))
                && exclude.stream().noneMatch(rule -> rule.holds().test(container));
    }
}
