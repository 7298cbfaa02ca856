package dev.shiplog.recorder.engine;

/**
 * Finds where a JSON object or array ends, in bytes that come piece by piece. It counts brackets outside of strings and
 * judges nothing else: a value may go over several lines, and hold what is no JSON.
 *
 * <p>A value that was cut would take all that follows for its own. So a new record (RFC 7464's separator), or a line that
 * begins with an opening brace where no value can begin, ends the one before it.
 */
final class ValueScanner {
    static final byte RECORD_SEPARATOR = 0x1e;
    private static final int CASE = 0x20;

    private int depth;
    private boolean quoted;
    private boolean escaped;
    /** The last line was fed within the value, and nothing but white space came since. */
    private boolean lineBegins;

    /** The last byte before that line; where it does not matter, 0. */
    private byte before;

    /** The last byte of the piece before this one, white space apart. */
    private byte last;

    /** Forgets the value before. */
    void begin() {
        depth = 0;
        quoted = false;
        escaped = false;
        lineBegins = false;
        last = 0;
    }

    /**
     * Goes on in the next piece; the first one begins with the value's bracket.
     *
     * @return the index behind the value, or -1 if its end is not in this piece
     */
    int end(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (lineBegins) {
                at = pastSpace(bytes, at, to);
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

    /** Goes to the end of the piece, the beginning of a string or of a line; the complement if the value ends. */
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

    /** Goes to the end of the piece, of the string or of a line; the complement if the value ends. */
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

    /** How many bytes behind a backslash would mean something else without it. */
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

    private static int pastSpace(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && isSpace(bytes[at])) {
            at++;
        }
        return at;
    }

    /** What JSON takes for white space. */
    static boolean isSpace(byte c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    private static boolean mayPrecedeValue(byte c) {
        return c == ':' || c == ',' || c == '[';
    }
}
