package dev.shiplog.timeline.json;

import dev.shiplog.journal.bytes.Bytes;

/**
 * Lays out JSON as Go does, which {@code docker} is written in: only white space between values changes, and every name,
 * text and number keeps its bytes. Takes one value in valid JSON. Pure.
 */
public final class JsonLayout {
    private static final String STEP = "    ";

    private JsonLayout() {}

    /** Appends JSON with a line for each member and element, as {@code docker inspect} prints it. */
    public static void indent(byte[] json, Bytes out) {
        int depth = 0;
        boolean begun = false; // a bracket was the last
        for (int i = 0; i < json.length; i++) {
            byte b = json[i];
            boolean closes = b == '}' || b == ']';
            if (isSpace(b)) {
                continue;
            } else if (begun && !closes) {
                newLine(++depth, out);
            } else if (!begun && closes) {
                newLine(--depth, out);
            }
            begun = b == '{' || b == '[';
            if (b == '"') {
                i = putString(json, i, out);
            } else {
                out.put(b);
                if (b == ',') {
                    newLine(depth, out);
                } else if (b == ':') {
                    out.put(' ');
                }
            }
        }
    }

    /** Appends JSON without white space between its values. */
    public static void compact(byte[] json, Bytes out) {
        for (int i = 0; i < json.length; i++) {
            if (json[i] == '"') {
                i = putString(json, i, out);
            } else if (!isSpace(json[i])) {
                out.put(json[i]);
            }
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n';
    }

    private static void newLine(int depth, Bytes out) {
        out.put('\n');
        out.putAscii(STEP.repeat(depth));
    }

    /** Gives the place of the closing quote. */
    private static int putString(byte[] json, int from, Bytes out) {
        int end = from + 1;
        while (json[end] != '"') {
            end += json[end] == '\\' ? 2 : 1;
        }
        out.put(json, from, end + 1 - from);
        return end;
    }
}
