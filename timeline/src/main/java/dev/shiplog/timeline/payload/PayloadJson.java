package dev.shiplog.timeline.payload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * How the engine's payloads are read: without Jackson's usual limits. A value beyond one of them would hide the members
 * after it, among them the name that filters choose by.
 */
public final class PayloadJson {
    /** A level of nesting costs some 60 bytes of heap and two bytes of payload: this many take 6 MB. */
    private static final int DEEPEST = 100_000;

    public static final JsonFactory FACTORY = JsonFactory.builder()
            // Names come from labels: interned, each would stay in memory for ever.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // Whoever writes labels could choose them so that they collide and the payload is not read.
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNestingDepth(DEEPEST)
                    .build())
            .build();

    /** Longer than any name, label or command that Shiplog acts upon. */
    private static final int LONGEST_STRING = 128 * 1024;

    private PayloadJson() {}

    /** The first top-level member of this name that is a string, or the empty string. Never fails. */
    static String text(byte[] payload, String member) {
        try (JsonParser json = FACTORY.createParser(payload)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return "";
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = json.currentName().equals(member);
                JsonToken value = json.nextToken();
                if (wanted && value == JsonToken.VALUE_STRING) {
                    return json.getText();
                }
                json.skipChildren();
            }
        } catch (IOException | RuntimeException e) {
            // Recorded as it is.
        }
        return "";
    }

    /**
     * A payload without the ends of its very long strings, each of which would take five times its bytes as text; the
     * payload itself if it is too short for one.
     */
    static byte[] shortened(byte[] payload) {
        if (payload.length < LONGEST_STRING) {
            return payload;
        }
        ByteArrayOutputStream kept = new ByteArrayOutputStream(LONGEST_STRING);
        int from = 0;
        int length = 0;
        boolean quoted = false;
        boolean cut = false;
        boolean high = false;
        for (int at = 0; at < payload.length; ) {
            byte b = payload[at];
            int size = 1;
            if (b == '"') {
                if (cut) {
                    from = at;
                }
                quoted = !quoted;
                length = 0;
                cut = false;
            } else if (quoted) {
                size = b != '\\' ? 1 : at + 1 < payload.length && payload[at + 1] == 'u' ? 6 : 2;
                length += size;
                boolean amidCharacter = (b & 0xc0) == 0x80 || high;
                high = size == 6 && at + 3 < payload.length && isHigh(payload[at + 2], payload[at + 3]);
                if (length > LONGEST_STRING && !cut && !amidCharacter) {
                    kept.write(payload, from, at - from);
                    cut = true;
                }
            }
            at += size;
        }
        if (!cut) {
            kept.write(payload, from, payload.length - from);
        }
        return kept.toByteArray();
    }

    /** Whether an escape with these first digits is the first half of a character; Jackson refuses a name with just that. */
    static boolean isHigh(int first, int second) {
        return (first | 0x20) == 'd' && "89abAB".indexOf(second) >= 0;
    }
}
