package dev.shiplog.replay.completion;

import java.util.List;

/**
 * An option as a shell completes it.
 *
 * @param names as they are typed, such as {@code -a} and {@code --all}
 * @param about what it does, in a few words
 * @param values what may follow it
 */
public record CompletedOption(List<String> names, String about, Values values) {
    boolean takesValue() {
        return values.kind() != Values.Kind.FLAG;
    }
}
