package dev.shiplog.recorder.engine;

/**
 * Finds where a JSON object or array ends, in bytes that arrive piece by piece. It counts brackets outside of strings
 * and checks nothing else: a value may go over several lines, and hold what is no JSON.
 *
 * <p>A value that was cut would swallow everything after it. So it also ends at RFC 7464's record separator, and before
 * a line that begins with an opening brace where no value can begin.
 */
final class ValueScanner {
    static final byte RECORD_SEPARATOR = 0x1e;
    private static final int CASE = 0x20;

    private int depth;
    private boolean quoted;
    private boolean escaped;
    /** A line has begun within the value, with nothing but white space so far. */
    private boolean lineBegins;

    /** The last byte before that line, white space apart; 0 within a string. */
    private byte before;

    /** The last byte of the previous piece, white space apart. */
    private byte last;

    /** Begins with a new value. */
    void begin() {
        depth = 0;
        quoted = false;
        escaped = false;
        lineBegins = false;
        last = 0;
    }

    /**
     * Scans the next piece; the first one begins with the value's bracket.
     *
     * @return the index after the value, or -1 if it does not end in this piece
     */
    int end(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (lineBegins) {
                at = skipSpace(bytes, at, to);
                if (at == to) {
                    break;
                }
                lineBegins = false;
                if (bytes[at] == '{' && (quoted || !mayPrecedeValue(before))) {
                    return at;
                }
            }
            at = quoted ? inString(bytes, at, to) : outside(bytes, from, at, to);
            if (at < 0) {
                return ~at;
            }
        }
        last = lastVisible(bytes, from, to);
        return -1;
    }

    /** Scans to the end of the piece, or the start of a string or line; gives the complement if the value ends. */
    private int outside(byte[] bytes, int begin, int from, int to) {
        int at = from;
        while (at < to) {
            byte c = bytes[at++];
            if (c == '"') {
                quoted = true;
                return at;
            }
            if (c >= '[') {
                int bracket = c | CASE;
                if (bracket == '{') {
                    depth++;
                } else if (bracket == '}' && --depth == 0) {
                    return ~at;
                }
            } else if (c == '\n') {
                beginLine(lastVisible(bytes, begin, at));
                return at;
            } else if (c == RECORD_SEPARATOR) {
                return ~(at - 1);
            }
        }
        return at;
    }

    /** Scans to the end of the piece, string or line; gives the complement if the value ends. */
    private int inString(byte[] bytes, int from, int to) {
        int at = from;
        if (escaped) {
            escaped = false;
            at += escapes(bytes[at]);
        }
        while (at < to) {
            byte c = bytes[at++];
            if (c == '"') {
                quoted = false;
                return at;
            }
            if (c == '\\') {
                escaped = at == to;
                at += escaped ? 0 : escapes(bytes[at]);
            } else if (c == '\n') {
                beginLine((byte) 0);
                return at;
            } else if (c == RECORD_SEPARATOR) {
                return ~(at - 1);
            }
        }
        return to;
    }

    /** 1 if the byte after a backslash would end the string or begin an escape without it, else 0. */
    private static int escapes(byte c) {
        return c == '"' || c == '\\' ? 1 : 0;
    }

    private void beginLine(byte previous) {
        lineBegins = true;
        before = previous;
    }

    private byte lastVisible(byte[] bytes, int from, int to) {
        for (int at = to - 1; at >= from; at--) {
            if (!isSpace(bytes[at])) {
                return bytes[at];
            }
        }
        return last;
    }

    private static int skipSpace(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && isSpace(bytes[at])) {
            at++;
        }
        return at;
    }

    /** White space of JSON. */
    static boolean isSpace(byte c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private static boolean mayPrecedeValue(byte c) {
        return c == ':' || c == ',' || c == '[';
    }
}
