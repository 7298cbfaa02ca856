package dev.shiplog.recorder.source;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which containers are recorded, by name, image and label. Without {@code include} all are; {@code exclude} wins. A
 * pure value.
 *
 * @param include a container must meet one of these, if there are any
 * @param exclude a container must meet none of these
 */
public record Filter(List<Rule> include, List<Rule> exclude) {
    /** Everything. */
    public static final Filter ALL = new Filter(List.of(), List.of());

    /**
     * One condition.
     *
     * @param text as it was given
     * @param field {@code name}, {@code image} or {@code label}
     * @param key of the label, else empty
     * @param value what the field must match, whole
     */
    public record Rule(String text, String field, String key, Pattern value) {
        private static final String FORM = "write it as name=GLOB, image=GLOB, label=KEY or label=KEY=VALUE";

        /**
         * Reads {@code name=GLOB}, {@code image=GLOB}, {@code label=KEY} or {@code label=KEY=GLOB}, where {@code *} and
         * {@code ?} stand for any characters and any one. A name may have its leading slash.
         *
         * @throws IllegalArgumentException in one clear line
         */
        public static Rule parse(String text) {
            int equals = text.indexOf('=');
            String field = equals < 0 ? "" : text.substring(0, equals);
            String rest = text.substring(equals + 1);
            if (rest.isEmpty()) {
                throw new IllegalArgumentException("\"" + text + "\" is not a filter; " + FORM);
            }
            return switch (field) {
                case "name" -> new Rule(text, field, "", glob(rest.startsWith("/") ? rest.substring(1) : rest));
                case "image" -> new Rule(text, field, "", glob(rest));
                case "label" -> {
                    int split = rest.indexOf('=');
                    if (split == 0) {
                        throw new IllegalArgumentException("\"" + text + "\" is not a filter; " + FORM);
                    }
                    yield split < 0
                            ? new Rule(text, field, rest, glob("*"))
                            : new Rule(text, field, rest.substring(0, split), glob(rest.substring(split + 1)));
                }
                default -> throw new IllegalArgumentException("\"" + text + "\" is not a filter; " + FORM);
            };
        }

        private boolean matches(String name, String image, Map<String, String> labels) {
            String found = switch (field) {
                case "name" -> name;
                case "image" -> image;
                default -> labels.get(key);
            };
            return found != null && value.matcher(found).matches();
        }

        private static Pattern glob(String glob) {
            StringBuilder regex = new StringBuilder();
            glob.codePoints()
                    .forEach(c -> regex.append(
                            switch (c) {
                                case '*' -> ".*";
                                case '?' -> ".";
                                default -> Pattern.quote(Character.toString(c));
                            }));
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        }
    }

    /**
     * True if the container is to be recorded.
     *
     * @param name with or without the leading slash
     */
    public boolean wants(String name, String image, Map<String, String> labels) {
        String plain = name.startsWith("/") ? name.substring(1) : name;
        return (include.isEmpty() || include.stream().anyMatch(rule -> rule.matches(plain, image, labels)))
                && exclude.stream().noneMatch(rule -> rule.matches(plain, image, labels));
    }
}
