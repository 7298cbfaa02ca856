package dev.shiplog.replay.ecs;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.export.LogLine;

/** The fields of what a container logs, as Filebeat's input for containers names them. */
final class LogFields {
    private LogFields() {}

    static void write(RecordView record, boolean original, Document document) {
        LogLine line = LogLine.of(record);
        Bytes out = document.out();
        boolean utf8 = line.isUtf8();
        if (utf8) {
            document.name("message");
            line.putJson(true, out);
        } else {
            document.name("shiplog.payload_base64");
            document.base64(record.payload());
        }
        out.putAscii(",\"stream\":\"");
        out.putAscii(line.message().streamName());
        out.putAscii("\",");
        if (line.message().isPartial()) {
            out.putAscii("\"log.flags\":[\"partial\"],");
        }
        if (original && utf8) {
            document.name("event.original");
            Bytes payload = record.payload();
            JsonString.put(payload.array(), Math.min(1, payload.length()), payload.length(), out);
            out.put(',');
        }
    }
}
