package dev.shiplog.timeline.redact;

import java.util.Arrays;

/**
 * Reads text in place in the bytes of JSON strings, escapes and all, without a copy. A position is the index of a
 * character's first byte, and {@code to} is where the text ends. Characters beyond ASCII count as their bytes.
 */
final class EscapedText {
    private final byte[] bytes;
    /** The rest of the text is missing: a quote that is not closed goes on to the end. */
    private boolean cutShort;

    EscapedText(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The texts to come end where the payload does, because the rest is missing. */
    void cutShort() {
        cutShort = true;
    }

    boolean isCutShort() {
        return cutShort;
    }

    /** The character at {@code i}, unescaped. */
    int at(int i, int to) {
        int b = bytes[i] & 0xFF;
        if (b != '\\' || i + 1 >= to) {
            return b;
        }
        return switch (bytes[i + 1]) {
            case 'n' -> '\n';
            case 'r', 't', 'b', 'f' -> ' ';
            case 'u' -> Math.max(unicode(i + 2, to), 0);
            default -> bytes[i + 1] & 0xFF;
        };
    }

    /** Where the character after the one at {@code i} begins. */
    int next(int i, int to) {
        if (bytes[i] != '\\' || i + 1 >= to) {
            return i + 1;
        }
        return bytes[i + 1] == 'u' && unicode(i + 2, to) >= 0 ? i + 6 : i + 2;
    }

    /** The character of four hexadecimal digits; -1 if they are none. */
    private int unicode(int from, int to) {
        int c = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = i < to ? Character.digit(bytes[i], 16) : -1;
            if (digit < 0) {
                return -1;
            }
            c = c << 4 | digit;
        }
        return c;
    }

    /** Where the character or the quoted part that begins at {@code i} ends. */
    int unitEnd(int i, int to) {
        int quote = quote(i, to);
        if (quote == 0) {
            return next(i, to);
        }
        int end = closing(i, quote, to);
        return end < 0 ? i + quote : Math.min(end + quote, to);
    }

    /** How many bytes the quote at {@code i} takes, with the shell's backslash before it; 0 if there is none. */
    int quote(int i, int to) {
        if (i >= to) {
            return 0;
        }
        int c = at(i, to);
        int end = next(i, to);
        if (c == '\\' && end < to) {
            c = at(end, to);
            end = next(end, to);
        }
        return c == '"' || c == '\'' ? end - i : 0;
    }

    /** Where the quote of {@code length} bytes at {@code i} is closed, by one of the same bytes; -1 if it is not. */
    int closing(int i, int length, int to) {
        for (int j = i + length; j < to; ) {
            int other = quote(j, to);
            if (other == length && Arrays.equals(bytes, i, i + length, bytes, j, j + length)) {
                return j;
            }
            j = other > 0 ? j + other : next(j, to);
        }
        return cutShort ? to : -1;
    }

    /** Where the first white space is; {@code to} if there is none. */
    int space(int from, int to) {
        int i = from;
        while (i < to && !isSpace(at(i, to))) {
            i = next(i, to);
        }
        return i;
    }

    /** Where so many characters end. */
    int skip(int characters, int from, int to) {
        int i = from;
        for (int n = 0; n < characters && i < to; n++) {
            i = next(i, to);
        }
        return i;
    }

    /** Where the text after the first {@code separator} begins; -1 if there is none. */
    int afterFirst(char separator, int from, int to) {
        for (int i = from; i < to; i = next(i, to)) {
            if (at(i, to) == separator) {
                return next(i, to);
            }
        }
        return -1;
    }

    /** Where the text ends without these characters at its end; -1 if it has no others. */
    int endWithout(String characters, int from, int to) {
        int end = -1;
        for (int i = from; i < to; i = next(i, to)) {
            if (characters.indexOf(at(i, to)) < 0) {
                end = next(i, to);
            }
        }
        return end;
    }

    boolean begins(String prefix, int from, int to) {
        int i = from;
        for (int n = 0; n < prefix.length(); n++) {
            if (i >= to || at(i, to) != prefix.charAt(n)) {
                return false;
            }
            i = next(i, to);
        }
        return true;
    }

    boolean isName(int from, int to) {
        int i = from;
        while (i < to && isNameCharacter(at(i, to))) {
            i = next(i, to);
        }
        return i >= to && to > from && to - from <= SecretNames.LONGEST;
    }

    /** At most {@code most} characters of the text. */
    String string(int from, int to, int most) {
        StringBuilder text = new StringBuilder(Math.min(most, Math.max(0, to - from)));
        for (int i = from; i < to && text.length() < most; i = next(i, to)) {
            text.append((char) at(i, to));
        }
        return text.toString();
    }

    static boolean isNameCharacter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.';
    }

    static boolean isSpace(int c) {
        return c <= ' ';
    }
}
