package dev.shiplog.timeline.payload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;

/**
 * How the payloads of an engine are read: without Jackson's usual limits, since what is over one of them would hide the
 * members behind it, the time and the name that filters go by.
 */
public final class PayloadJson {
    /** A level costs some 60 bytes of heap, and comes from two bytes of the payload: this many take 6 MB. */
    private static final int DEEPEST = 100_000;

    public static final JsonFactory FACTORY = JsonFactory.builder()
            // Names come from labels: to intern each of them would keep it for ever.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // Nor can whoever writes labels choose them so that they are not read.
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNestingDepth(DEEPEST)
                    .build())
            .build();

    /** Longer than any name, label or command that is acted upon. */
    private static final int LONGEST_STRING = 128 * 1024;

    private PayloadJson() {}

    /**
     * What a payload says, without the ends of its very long strings: as text, each of those would take five times its
     * bytes. The payload itself, if there can be none.
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

    /** Whether an escape with these first digits is the first half of a character: a name with that alone is refused. */
    static boolean isHigh(int first, int second) {
        return (first | 0x20) == 'd' && "89abAB".indexOf(second) >= 0;
    }
}
