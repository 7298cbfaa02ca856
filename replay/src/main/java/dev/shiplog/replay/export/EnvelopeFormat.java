package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.timeline.json.Json;
import dev.shiplog.timeline.json.JsonText;
import java.util.Base64;

/**
 * Writes a record as one JSON object, with its payload as a member:
 *
 * <pre>{@code
 * {"sequence":7,"kind":"event","host":"vm","journal":"0c9f…","subject":"b361…","time":1795252323678047113,
 *  "time_rfc3339":"2026-11-21T09:12:03.678047113Z","received":1795252323679000000,
 *  "received_rfc3339":"2026-11-21T09:12:03.679Z","monotonic":81403311,"payload":{"status":…}}
 * }</pre>
 *
 * The payload is the engine's bytes if these are JSON, with spaces for line ends between tokens. Otherwise
 * {@code payload_text} has them as a string, or {@code payload_base64} if they are not UTF-8.
 */
final class EnvelopeFormat implements LineFormat {
    private final Origin origin;
    private final OneLine oneLine = new OneLine();
    private Beside beside;

    /** @param origin where the records come from; the caller keeps it up to date */
    EnvelopeFormat(Origin origin) {
        this.origin = origin;
        beside = Beside.of(origin.place(), "", null);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a place is a new object once it changes
    public void write(RecordView record, Bytes out) {
        if (beside.place() != origin.place()) {
            beside = Beside.of(origin.place(), "", null);
        }
        out.putAscii("{\"sequence\":");
        out.putDecimal(record.sequence());
        out.putAscii(",\"kind\":\"");
        out.putAscii(record.kind().label());
        out.put('"');
        out.put(beside.origin());
        out.putAscii(record.restated() ? RESTATED : "");
        out.putAscii(",\"subject\":");
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
        int end = out.length();
        out.putAscii(",\"payload\":");
        if (!writeJson(record, out)) {
            out.length(end);
            Bytes payload = record.payload();
            if (JsonText.isUtf8(payload.array(), 0, payload.length())) {
                out.putAscii(",\"payload_text\":");
                JsonText.putString(payload.array(), 0, payload.length(), out);
            } else {
                out.putAscii(",\"payload_base64\":\"");
                out.put(Base64.getEncoder().encode(payload.toArray()));
                out.put('"');
            }
        }
        out.put('}');
    }

    private boolean writeJson(RecordView record, Bytes out) {
        if (record.kind() == Kind.MARK) {
            Bytes payload = record.payload();
            Json mark = Json.parse(payload.array(), 0, payload.length());
            if (mark != null && FlatLayout.hasEventKeys(mark)) {
                putWithoutEventKeys(mark, payload.array(), out);
                return true;
            }
        }
        return oneLine.writeJson(record, out);
    }

    private static void putWithoutEventKeys(Json mark, byte[] payload, Bytes out) {
        char before = '{';
        for (int i = 0; i < mark.names().size(); i++) {
            String name = mark.names().get(i);
            if (name.equals(FlatLayout.EVENT_KEYS)) {
                continue;
            }
            Json value = mark.children().get(i);
            out.put(before);
            JsonText.putString(name, out);
            out.put(':');
            int quote = value.type() == Json.Type.STRING ? 1 : 0;
            out.put(payload, value.from() - quote, value.to() - value.from() + 2 * quote);
            before = ',';
        }
        out.put('}');
    }
}
