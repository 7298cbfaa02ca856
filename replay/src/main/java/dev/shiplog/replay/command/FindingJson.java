package dev.shiplog.replay.command;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.replay.verify.Finding;
import dev.shiplog.replay.verify.Severity;
import dev.shiplog.replay.verify.Signature;
import dev.shiplog.replay.verify.Totals;
import dev.shiplog.timeline.json.JsonLine;
import java.util.Map;
import java.util.TreeMap;

/** Findings for programs: one JSON object a line, and a last one with the totals. */
final class FindingJson implements FindingList {
    @Override
    public void add(Finding finding, Bytes out) {
        JsonLine line = new JsonLine(out);
        line.put("finding", finding.severity().word());
        line.put("path", finding.file().toString());
        if (finding.place().offset() >= 0) {
            line.put("offset", finding.place().offset());
        }
        if (finding.place().time() != 0) {
            line.putTime("time", finding.place().time());
        }
        if (finding.lost().from() != 0) {
            line.put("from_sequence", finding.lost().from());
            line.put("to_sequence", finding.lost().to());
        }
        line.put("what", finding.what());
        line.end();
        out.put('\n');
    }

    @Override
    public void end(Totals totals, Map<Severity, Long> counts, int exitCode, Bytes out) {
        JsonLine line = new JsonLine(out);
        line.put("segments", totals.segments()).put("archives", totals.archives());
        line.put("unsigned_archives", totals.archives(Signature.NONE));
        line.put("unreadable_signatures", totals.archives(Signature.LOST));
        line.put("unchecked_signatures", totals.archives(Signature.UNCHECKED));
        line.put("records", totals.records()).put("payload_bytes", totals.payloadBytes());
        line.name("findings");
        JsonLine found = new JsonLine(out);
        Map<String, Long> byWord = new TreeMap<>();
        counts.forEach((severity, count) -> byWord.merge(severity.word(), count, Long::sum));
        byWord.forEach(found::put);
        found.end();
        line.put("exit_code", exitCode);
        line.end();
        out.put('\n');
    }
}
