package dev.shiplog.replay.export;

import dev.shiplog.journal.codec.Bytes;
import dev.shiplog.journal.codec.Decoded;
import dev.shiplog.replay.json.Json;
import dev.shiplog.replay.json.JsonText;
import java.util.Base64;

/**
 * A record with everything that stands around its payload, as one JSON object:
 *
 * <pre>{@code
 * {"sequence":7,"kind":"event","subject":"b361…","time":1795252323678047113,"time_rfc3339":"2026-11-21T09:12:03.678047113Z",
 *  "received":1795252323679000000,"received_rfc3339":"2026-11-21T09:12:03.679Z","monotonic":81403311,"payload":{"status":…}}
 * }</pre>
 *
 * The payload is the engine's bytes as they are if these are JSON in one line. Otherwise {@code payload_text} has them as
 * a string, or {@code payload_base64} if they are not UTF-8.
 */
public final class EnvelopeFormat implements LineFormat {
    private final Bytes payload = new Bytes(1 << 13);

    @Override
    public void write(Decoded record, Bytes out) {
        out.putAscii("{\"sequence\":");
        out.putDecimal(record.sequence());
        out.putAscii(",\"kind\":\"");
        out.putAscii(record.kind().label());
        out.putAscii("\",\"subject\":");
        JsonText.putString(record.subject(), out);
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
        payload.clear();
        record.payload(payload);
        byte[] bytes = payload.array();
        int length = payload.length();
        if (isOneLine(bytes, length) && Json.parse(bytes, 0, length) != null) {
            out.putAscii(",\"payload\":");
            out.put(bytes, 0, length);
        } else if (JsonText.isUtf8(bytes, 0, length)) {
            out.putAscii(",\"payload_text\":");
            JsonText.putString(bytes, 0, length, out);
        } else {
            out.putAscii(",\"payload_base64\":\"");
            out.put(Base64.getEncoder().encode(payload.toArray()));
            out.put('"');
        }
        out.put('}');
    }

    private static boolean isOneLine(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                return false;
            }
        }
        return true;
    }
}
