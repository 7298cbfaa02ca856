package dev.shiplog.journal.record;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import java.util.Base64;

/**
 * A record as one JSON object, with its payload as the last member:
 *
 * <pre>{@code
 * {"sequence":7,"kind":"event","host":"vm","journal":"0c9f…","subject":"b361…","time":1795252323678047113,
 *  "time_rfc3339":"2026-11-21T09:12:03.678047113Z","received":1795252323679000000,
 *  "received_rfc3339":"2026-11-21T09:12:03.679Z","monotonic":81403311,"payload":{"status":…}}
 * }</pre>
 *
 * <p>{@code payload_text} has a payload that is not JSON as a string, {@code payload_base64} one that is not UTF-8 either.
 */
public final class Envelope {
    /** The member of a record that repeats what the journal already holds. */
    public static final String RESTATED = ",\"restated\":true";

    /** What comes before a payload that is JSON. */
    public static final String PAYLOAD = ",\"payload\":";
    /** What comes before one that is not, as a string. */
    public static final String TEXT = ",\"payload_text\":";
    /** What comes before one that is not even text. */
    public static final String BASE64 = ",\"payload_base64\":\"";

    private Envelope() {}

    /** The members that say where records come from; one that is empty is left out. */
    public static byte[] origin(String host, String journal) {
        Bytes out = new Bytes(64);
        putOrigin("host", host, out);
        putOrigin("journal", journal, out);
        return out.toArray();
    }

    private static void putOrigin(String name, String value, Bytes out) {
        if (!value.isEmpty()) {
            out.putAscii(",\"" + name + "\":");
            JsonString.put(value, out);
        }
    }

    /**
     * Appends all that comes before the payload.
     *
     * @param origin as {@link #origin} made it
     */
    public static void putHead(RecordView record, byte[] origin, Bytes out) {
        out.putAscii("{\"sequence\":");
        out.putDecimal(record.sequence());
        out.putAscii(",\"kind\":\"");
        out.putAscii(Kind.label(record.kindCode()));
        out.put('"');
        out.put(origin);
        out.putAscii(record.restated() ? RESTATED : "");
        out.putAscii(",\"subject\":");
        JsonString.put(record.subject(), out);
        out.putAscii(",\"time\":");
        out.putDecimal(record.time());
        out.putAscii(",\"time_rfc3339\":\"");
        out.putTime(record.time());
        out.putAscii("\",\"received\":");
        out.putDecimal(record.received());
        out.putAscii(",\"received_rfc3339\":\"");
        out.putTime(record.received());
        out.putAscii("\",\"monotonic\":");
        out.putDecimal(record.monotonic());
    }

    /** Appends a payload that is not JSON. */
    public static void putOther(Bytes payload, Bytes out) {
        if (JsonString.isUtf8(payload.array(), 0, payload.length())) {
            out.putAscii(TEXT);
            JsonString.put(payload.array(), 0, payload.length(), out);
        } else {
            out.putAscii(BASE64);
            out.put(Base64.getEncoder().encode(payload.toArray()));
            out.put('"');
        }
    }
}
