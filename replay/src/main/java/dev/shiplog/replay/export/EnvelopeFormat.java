package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.Envelope;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.timeline.json.Json;

/**
 * Writes a record as an {@link Envelope}. The payload is the engine's bytes if these are JSON, with spaces for line ends
 * between tokens.
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
        Envelope.putHead(record, beside.origin(), out);
        int end = out.length();
        out.putAscii(Envelope.PAYLOAD);
        if (!writeJson(record, out)) {
            out.length(end);
            Envelope.putOther(record.payload(), out);
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
            JsonString.put(name, out);
            out.put(':');
            int quote = value.type() == Json.Type.STRING ? 1 : 0;
            out.put(payload, value.from() - quote, value.to() - value.from() + 2 * quote);
            before = ',';
        }
        out.put('}');
    }
}
