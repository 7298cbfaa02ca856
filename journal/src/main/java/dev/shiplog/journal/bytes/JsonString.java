package dev.shiplog.journal.bytes;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Writes text as JSON strings. */
public final class JsonString {
    private static final HexFormat HEX = HexFormat.of();

    /** How each character of ASCII stands in a string. */
    private static final byte[][] ESCAPED = new byte[128][];

    static {
        for (int c = 0; c < ESCAPED.length; c++) {
            ESCAPED[c] = JsonStringEncoder.getInstance().quoteAsUTF8(String.valueOf((char) c));
        }
    }

    private JsonString() {}

    /** Whether {@code bytes} are well-formed UTF-8. */
    public static boolean isUtf8(byte[] bytes, int from, int to) {
        int ascii = from;
        while (ascii < to && bytes[ascii] >= 0) {
            ascii++;
        }
        if (ascii == to) {
            return true;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, ascii, to - ascii));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Appends well-formed UTF-8 as a JSON string, quotes included. */
    public static void put(byte[] utf8, int from, int to, Bytes out) {
        out.put('"');
        int whole = from;
        for (int i = from; i < to; i++) {
            byte b = utf8[i];
            if (b < 0 || ESCAPED[b].length == 1) {
                continue;
            }
            out.put(utf8, whole, i - whole);
            out.put(ESCAPED[b]);
            whole = i + 1;
        }
        out.put(utf8, whole, to - whole);
        out.put('"');
    }

    /** Appends {@code text} as a JSON string, quotes included; half of a surrogate pair is escaped. */
    public static void put(String text, Bytes out) {
        out.put('"');
        int whole = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.charCount(text.codePointAt(i)) == 2) {
                i++;
                continue;
            }
            putInside(text.substring(whole, i), out);
            out.putAscii("\\u" + HEX.toHexDigits(c));
            whole = i + 1;
        }
        putInside(text.substring(whole), out);
        out.put('"');
    }

    /** Appends {@code text}, which must not have half of a surrogate pair, escaped but without quotes. */
    public static void putInside(String text, Bytes out) {
        out.put(JsonStringEncoder.getInstance().quoteAsUTF8(text));
    }
}
