package dev.shiplog.replay.json;

import dev.shiplog.replay.json.Json.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one JSON value; every method returns null (or -1) at the first byte that RFC 8259 does not allow. */
final class JsonParser {
    /** What no engine nests, and a thread's stack bears easily. */
    static final int MAX_DEPTH = 256;

    private final byte[] bytes;
    private final int end;
    private int at;

    JsonParser(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    @Nullable
    Json document() {
        skipSpace();
        Json value = value(0);
        skipSpace();
        return at == end ? value : null;
    }

    private @Nullable Json value(int depth) {
        if (at == end || depth == MAX_DEPTH) {
            return null;
        }
        return switch (bytes[at]) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> literal("true", Type.TRUE);
            case 'f' -> literal("false", Type.FALSE);
            case 'n' -> literal("null", Type.NULL);
            default -> number();
        };
    }

    private @Nullable Json object(int depth) {
        int start = at++;
        List<String> names = new ArrayList<>();
        List<Json> children = new ArrayList<>();
        skipSpace();
        if (take('}')) {
            return new Json(Type.OBJECT, bytes, start, at, List.of(), List.of());
        }
        while (true) {
            skipSpace();
            Json name = at < end && bytes[at] == '"' ? string() : null;
            skipSpace();
            if (name == null || !take(':')) {
                return null;
            }
            skipSpace();
            Json child = value(depth + 1);
            skipSpace();
            if (child == null) {
                return null;
            }
            names.add(name.text());
            children.add(child);
            if (take('}')) {
                return new Json(Type.OBJECT, bytes, start, at, names, children);
            }
            if (!take(',')) {
                return null;
            }
        }
    }

    private @Nullable Json array(int depth) {
        int start = at++;
        List<Json> children = new ArrayList<>();
        skipSpace();
        if (take(']')) {
            return new Json(Type.ARRAY, bytes, start, at, List.of(), List.of());
        }
        while (true) {
            skipSpace();
            Json child = value(depth + 1);
            skipSpace();
            if (child == null) {
                return null;
            }
            children.add(child);
            if (take(']')) {
                return new Json(Type.ARRAY, bytes, start, at, List.of(), children);
            }
            if (!take(',')) {
                return null;
            }
        }
    }

    private @Nullable Json string() {
        int start = at + 1;
        int quote = JsonText.stringEnd(bytes, start, end);
        if (quote < 0 || quote == end) {
            return null;
        }
        at = quote + 1;
        return leaf(Type.STRING, start, quote);
    }

    private @Nullable Json number() {
        int start = at;
        int stop = JsonText.numberEnd(bytes, start, end);
        if (stop < 0) {
            return null;
        }
        at = stop;
        return leaf(Type.NUMBER, start, stop);
    }

    private @Nullable Json literal(String text, Type type) {
        int start = at;
        for (int i = 0; i < text.length(); i++) {
            if (!take(text.charAt(i))) {
                return null;
            }
        }
        return leaf(type, start, at);
    }

    private Json leaf(Type type, int from, int to) {
        return new Json(type, bytes, from, to, List.of(), List.of());
    }

    private boolean take(char c) {
        if (at < end && bytes[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
    }
}
