package dev.shiplog.testkit.cluster;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names with {@code *} for any characters. */
final class Wildcard {
    private Wildcard() {}

    static boolean matches(String pattern, String name) {
        String expression =
                Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.matches(expression, name);
    }
}
