package dev.shiplog.replay.json;

import dev.shiplog.journal.codec.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** JSON's text forms: where a string or a number ends, and text to and from the inside of a string. */
public final class JsonText {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private JsonText() {}

    /** Whether {@code bytes} are, between two quotes, a JSON string. */
    public static boolean isInsideOfString(byte[] bytes) {
        for (byte b : bytes) {
            if (b < ' ' || b == '"' || b == '\\') {
                return stringEnd(bytes, 0, bytes.length) == bytes.length;
            }
        }
        return true;
    }

    /** Whether {@code bytes} are a JSON number. */
    public static boolean isNumber(byte[] bytes) {
        return numberEnd(bytes, 0, bytes.length) == bytes.length;
    }

    /**
     * Goes over the inside of a string.
     *
     * @return the position of the quote that ends it, {@code to} if none does, or -1 if something stands in between that
     *     a JSON string cannot hold: a control character, an unknown escape, bytes that are not UTF-8
     */
    static int stringEnd(byte[] b, int from, int to) {
        int i = from;
        while (i < to) {
            int c = b[i];
            if (c == '"') {
                return i;
            }
            int length = c == '\\' ? escapeLength(b, i, to) : c >= ' ' ? 1 : c < 0 ? utf8Length(b, i, to) : -1;
            if (length < 0) {
                return -1;
            }
            i += length;
        }
        return to;
    }

    private static int escapeLength(byte[] b, int at, int to) {
        if (at + 1 >= to) {
            return -1;
        }
        return switch (b[at + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> 2;
            case 'u' -> {
                for (int i = at + 2; i < at + 6; i++) {
                    if (i >= to || Character.digit(b[i], 16) < 0) {
                        yield -1;
                    }
                }
                yield 6;
            }
            default -> -1;
        };
    }

    /** The length of the well-formed multi-byte sequence at {@code at} (Unicode, table 3-7), or -1. */
    private static int utf8Length(byte[] b, int at, int to) {
        int lead = b[at] & 0xFF;
        int length = lead < 0xC2 || lead > 0xF4 ? -1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (length < 0 || at + length > to) {
            return -1;
        }
        int second = b[at + 1] & 0xFF;
        int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        if (second < least || second > most) {
            return -1;
        }
        for (int i = at + 2; i < at + length; i++) {
            if ((b[i] & 0xC0) != 0x80) {
                return -1;
            }
        }
        return length;
    }

    /** The position behind the number that begins at {@code from}, or -1 if none does. */
    static int numberEnd(byte[] b, int from, int to) {
        int i = from < to && b[from] == '-' ? from + 1 : from;
        int digits = digits(b, i, to);
        if (digits == 0 || digits > 1 && b[i] == '0') {
            return -1;
        }
        i += digits;
        if (i < to && b[i] == '.') {
            digits = digits(b, i + 1, to);
            if (digits == 0) {
                return -1;
            }
            i += 1 + digits;
        }
        if (i < to && (b[i] == 'e' || b[i] == 'E')) {
            i++;
            if (i < to && (b[i] == '+' || b[i] == '-')) {
                i++;
            }
            digits = digits(b, i, to);
            if (digits == 0) {
                return -1;
            }
            i += digits;
        }
        return i;
    }

    private static int digits(byte[] b, int from, int to) {
        int i = from;
        while (i < to && b[i] >= '0' && b[i] <= '9') {
            i++;
        }
        return i - from;
    }

    /** The text of the string whose inside, already known to be valid, stands between {@code from} and {@code to}. */
    static String unescape(byte[] b, int from, int to) {
        StringBuilder text = new StringBuilder(to - from);
        int plain = from;
        for (int i = from; i < to; i++) {
            if (b[i] != '\\') {
                continue;
            }
            text.append(new String(b, plain, i - plain, StandardCharsets.UTF_8));
            i++;
            switch (b[i]) {
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'u' -> {
                    text.append((char) Integer.parseInt(new String(b, i + 1, 4, StandardCharsets.US_ASCII), 16));
                    i += 4;
                }
                default -> text.append((char) b[i]);
            }
            plain = i + 1;
        }
        return text.append(new String(b, plain, to - plain, StandardCharsets.UTF_8))
                .toString();
    }

    /** Whether {@code bytes} are well-formed UTF-8. */
    public static boolean isUtf8(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            int length = bytes[i] >= 0 ? 1 : utf8Length(bytes, i, to);
            if (length < 0) {
                return false;
            }
            i += length;
        }
        return true;
    }

    /** Appends well-formed UTF-8 as a JSON string, quotes included. */
    public static void putString(byte[] utf8, int from, int to, Bytes out) {
        out.put('"');
        int plain = from;
        for (int i = from; i < to; i++) {
            byte b = utf8[i];
            if (b >= ' ' && b != '"' && b != '\\' || b < 0) {
                continue;
            }
            out.put(utf8, plain, i - plain);
            plain = i + 1;
            out.put('\\');
            switch (b) {
                case '"', '\\' -> out.put(b);
                case '\n' -> out.put('n');
                case '\r' -> out.put('r');
                case '\t' -> out.put('t');
                default -> {
                    out.putAscii("u00");
                    out.put(HEX[b >> 4]);
                    out.put(HEX[b & 15]);
                }
            }
        }
        out.put(utf8, plain, to - plain);
        out.put('"');
    }

    /** Appends {@code text} as a JSON string, quotes included; half a surrogate pair becomes its escape. */
    public static void putString(String text, Bytes out) {
        StringBuilder inside = new StringBuilder(text.length() + 2);
        text.codePoints().forEach(c -> {
            if (c < ' ' || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                inside.append("\\u").append(HexFormat.of().toHexDigits((char) c));
            } else if (c == '"' || c == '\\') {
                inside.append('\\').append((char) c);
            } else {
                inside.appendCodePoint(c);
            }
        });
        out.put('"');
        out.putUtf8(inside.toString());
        out.put('"');
    }
}
