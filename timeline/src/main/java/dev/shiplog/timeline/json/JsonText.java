package dev.shiplog.timeline.json;

import dev.shiplog.journal.bytes.Bytes;

/** The text of JSON: what may be between two quotes, and what is a number. */
public final class JsonText {
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
}
