package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.timeline.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes some fields of the lines of another format as a table, by RFC 4180: a line of names, then a line for each record.
 * A field that a record does not have is empty; an object or a list is its JSON.
 */
public final class CsvFormat implements LineFormat {
    private final LineFormat lines;
    private final List<String> columns;
    private final Set<String> missing;
    private final Bytes line = new Bytes(1 << 12);

    /**
     * @param lines writes objects
     * @param columns names of their fields
     */
    public CsvFormat(LineFormat lines, List<String> columns) {
        this.lines = lines;
        this.columns = List.copyOf(columns);
        missing = new LinkedHashSet<>(columns);
    }

    @Override
    public void begin(Bytes out) {
        putRow(columns, out);
        out.put('\n');
    }

    @Override
    public void write(RecordView record, Bytes out) {
        line.clear();
        lines.write(record, line);
        Json object = Json.parse(line.array(), 0, line.length());
        if (object == null) {
            throw new IllegalStateException("is no JSON: " + record.sequence());
        }
        List<String> values = new ArrayList<>();
        for (String column : columns) {
            Json value = object.get(column);
            values.add(value == null || value.type() == Json.Type.NULL ? "" : value.text());
            if (value != null) {
                missing.remove(column);
            }
        }
        putRow(values, out);
    }

    /** The columns that no record had so far. */
    public Set<String> missing() {
        return missing;
    }

    /** The line end of RFC 4180 has two bytes; whoever writes lines puts the second. */
    private static void putRow(List<String> values, Bytes out) {
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                out.put(',');
            }
            String value = values.get(i);
            boolean quoted = value.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
            out.putUtf8(quoted ? '"' + value.replace("\"", "\"\"") + '"' : value);
        }
        out.put('\r');
    }
}
