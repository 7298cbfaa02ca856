package dev.shiplog.journal.archive;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The members of a small JSON object, by name. Lists in it, and what is nested deeper, are passed over. */
final class Fields {
    /** More than this program writes; an object with more of them is refused, whatever it is. */
    private static final int MAX_MEMBERS = 64;

    private static final int MAX_DEPTH = 2;
    /** No sequence and no number of things is higher, so that the sum of one for each kind of record is a number, too. */
    static final long MAX_COUNT = 1L << 56;

    private final Map<String, Object> values = new HashMap<>();

    /** Reads the object that the parser is at, to its end. */
    static Fields read(JsonParser json) throws IOException {
        return read(json, 0);
    }

    private static Fields read(JsonParser json, int depth) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new MismatchException("the manifest has something else where an object must be");
        }
        Fields fields = new Fields();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            Object value = value(json, depth);
            if (value != null && fields.values.put(name, value) != null || fields.values.size() > MAX_MEMBERS) {
                throw new MismatchException("the manifest has an object with a member twice, or too many of them");
            }
        }
        return fields;
    }

    private static @Nullable Object value(JsonParser json, int depth) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getText();
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
            case START_OBJECT -> {
                if (depth < MAX_DEPTH) {
                    yield read(json, depth + 1);
                }
                json.skipChildren();
                yield null;
            }
            default -> {
                json.skipChildren();
                yield null;
            }
        };
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    String text(String name) throws MismatchException {
        return get(name, String.class);
    }

    long number(String name) throws MismatchException {
        return get(name, Long.class);
    }

    /** A number of things, or the place of one: from 0 to {@link #MAX_COUNT}. */
    long count(String name) throws MismatchException {
        return count(number(name), name);
    }

    /** The same of a number that is in no object of its own. */
    static long count(long count, String name) throws MismatchException {
        if (count < 0 || count > MAX_COUNT) {
            throw new MismatchException("the manifest has " + count + " for \"" + name + "\", which is impossible");
        }
        return count;
    }

    boolean flag(String name) throws MismatchException {
        return get(name, Boolean.class);
    }

    Fields object(String name) throws MismatchException {
        return get(name, Fields.class);
    }

    private <T> T get(String name, Class<T> type) throws MismatchException {
        Object value = values.get(name);
        if (!type.isInstance(value)) {
            throw new MismatchException(
                    "an object in the manifest lacks \"" + name + "\", or has a value of another type for it");
        }
        return type.cast(value);
    }
}
