package dev.shiplog.replay.run;

import dev.shiplog.timeline.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is asked of members of a description everywhere in this package. Pure. */
final class Members {
    private Members() {}

    /** Whether a value says nothing: null, false, 0, or empty. */
    static boolean isEmpty(@Nullable Json value) {
        if (value == null) {
            return true;
        }
        return switch (value.type()) {
            case NULL, FALSE -> true;
            case TRUE -> false;
            case STRING -> value.from() == value.to();
            case NUMBER -> value.text().matches("-?0+(\\.0+)?");
            case OBJECT, ARRAY -> value.children().isEmpty();
        };
    }

    /** A text, or a number as it is written; empty if it is not there. */
    static String text(Json object, String name) {
        Json member = object.get(name);
        return member == null || member.type() == Json.Type.NULL ? "" : member.text();
    }

    /** A whole number; 0 if the value is anything else, as no engine has it. */
    static long number(@Nullable Json value) {
        String text = value == null || value.type() != Json.Type.NUMBER ? "" : value.text();
        return text.matches("-?\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    /** So many billionths as a decimal number: {@code 1.25}. */
    static String billionths(long number) {
        return BigDecimal.valueOf(number, 9).stripTrailingZeros().toPlainString();
    }

    static boolean isTrue(Json object, String name) {
        Json member = object.get(name);
        return member != null && member.type() == Json.Type.TRUE;
    }

    /** The members of an object that say something and are not known. */
    static List<String> unknown(@Nullable Json object, List<String> known) {
        List<String> unknown = new ArrayList<>();
        for (int i = 0; object != null && i < object.names().size(); i++) {
            if (!known.contains(object.names().get(i))
                    && !isEmpty(object.children().get(i))) {
                unknown.add(object.names().get(i));
            }
        }
        return unknown;
    }

    /** A line as the client reads the fields of {@code --mount}: those with commas or quotes stand in quotes. */
    static String csv(List<String> fields) {
        return fields.stream()
                .map(field -> field.matches("(?s).*[,\"\\r\\n].*") ? '"' + field.replace("\"", "\"\"") + '"' : field)
                .collect(Collectors.joining(","));
    }
}
