package dev.shiplog.timeline.json;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.shiplog.journal.bytes.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The text of JSON: what may be between two quotes, what is a number, and how text is written as a string. */
public final class JsonText {
    private static final HexFormat HEX = HexFormat.of();

    private JsonText() {}

    /** Whether {@code bytes} between two quotes are a JSON string. Fast if nothing is escaped. */
    public static boolean isInsideOfString(byte[] bytes) {
        for (byte b : bytes) {
            if (b < ' ' || b == '"' || b == '\\') {
                Bytes quoted = new Bytes(bytes.length + 2);
                quoted.put('"');
                quoted.put(bytes);
                quoted.put('"');
                return Json.parse(quoted.toArray()) != null;
            }
        }
        return true;
    }

    /** Whether {@code bytes} are a JSON number. Fast for digits. */
    public static boolean isNumber(byte[] bytes) {
        for (byte b : bytes) {
            if (b < '0' || b > '9') {
                Json json = b == '-' || b == '.' || b == 'e' || b == 'E' || b == '+' ? Json.parse(bytes) : null;
                return json != null && json.type() == Json.Type.NUMBER && json.to() - json.from() == bytes.length;
            }
        }
        return bytes.length == 1 || bytes.length > 1 && bytes[0] != '0';
    }

    /** Whether {@code bytes} are well-formed UTF-8. */
    public static boolean isUtf8(byte[] bytes, int from, int to) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Appends well-formed UTF-8 as a JSON string, quotes included. */
    public static void putString(byte[] utf8, int from, int to, Bytes out) {
        putString(new String(utf8, from, to - from, StandardCharsets.UTF_8), out);
    }

    /** Appends {@code text} as a JSON string, quotes included; half of a surrogate pair is escaped. */
    public static void putString(String text, Bytes out) {
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
            putEscaped(text.substring(whole, i), out);
            out.putAscii("\\u" + HEX.toHexDigits(c));
            whole = i + 1;
        }
        putEscaped(text.substring(whole), out);
        out.put('"');
    }

    /** Appends {@code text}, which must not have half of a surrogate pair, escaped but without quotes. */
    public static void putInsideOfString(String text, Bytes out) {
        putEscaped(text, out);
    }

    private static void putEscaped(String text, Bytes out) {
        out.put(JsonStringEncoder.getInstance().quoteAsUTF8(text));
    }
}
