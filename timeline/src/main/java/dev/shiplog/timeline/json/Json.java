package dev.shiplog.timeline.json;

import dev.shiplog.journal.bytes.JsonString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One JSON value, and its place in the bytes that it was read from: an export copies it from there, byte for byte, and
 * never prints it again. Members keep their order, also those of one name. Immutable, as long as nobody changes the bytes.
 */
public final class Json {
    /** What a value is. */
    public enum Type {
        OBJECT,
        ARRAY,
        STRING,
        NUMBER,
        TRUE,
        FALSE,
        NULL
    }

    private final Type type;
    private final byte[] source;
    private final int from;
    private final int to;
    private final List<String> names;
    private final List<Json> children;

    Json(Type type, byte[] source, int from, int to, List<String> names, List<Json> children) {
        this.type = type;
        this.source = source;
        this.from = from;
        this.to = to;
        this.names = names;
        this.children = children;
    }

    /**
     * Reads {@code bytes} from {@code from} to {@code to} as one value, strictly by RFC 8259, which allows no byte order
     * mark.
     *
     * @return null if they are anything else, or the value is nested deeper than {@value JsonTokens#MAX_DEPTH}
     */
    public static @Nullable Json parse(byte[] bytes, int from, int to) {
        return JsonString.isUtf8(bytes, from, to) ? JsonTokens.read(bytes, from, to) : null;
    }

    /** As {@link #parse(byte[], int, int)}, of the whole array. */
    public static @Nullable Json parse(byte[] bytes) {
        return parse(bytes, 0, bytes.length);
    }

    public Type type() {
        return type;
    }

    /** The position of the first byte; of a string, that after its opening quote. */
    public int from() {
        return from;
    }

    /** The position after the last byte; of a string, that of its closing quote. */
    public int to() {
        return to;
    }

    /** The names of an object's members, in the order of {@link #children()}; empty if this is no object. */
    public List<String> names() {
        return names;
    }

    /** The values of an object's members or the elements of an array; empty if this is neither. */
    public List<Json> children() {
        return children;
    }

    /** The first member of that name, or null. */
    public @Nullable Json get(String name) {
        int i = names.indexOf(name);
        return i < 0 ? null : children.get(i);
    }

    /** The first member of that name if it is a string, decoded; otherwise the empty string. */
    public String text(String name) {
        Json member = get(name);
        return member != null && member.type == Type.STRING ? member.text() : "";
    }

    /** A string's text, unescaped; any other value as it is written. */
    public String text() {
        return type == Type.STRING
                ? JsonTokens.text(source, from - 1, to + 1)
                : new String(source, from, to - from, StandardCharsets.UTF_8);
    }
}
