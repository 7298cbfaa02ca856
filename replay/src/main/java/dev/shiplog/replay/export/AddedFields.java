package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.RecordView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Adds the same fields to every line of another format, which writes an object. */
public final class AddedFields implements LineFormat {
    private final LineFormat lines;
    /** What comes before the value of each field, by its name. */
    private final Map<String, byte[]> keys = new LinkedHashMap<>();

    private final byte[] end;

    /** @param fields texts by name, in the order in which they are written */
    public AddedFields(LineFormat lines, Map<String, String> fields) {
        this.lines = lines;
        Bytes all = new Bytes(64);
        fields.forEach((name, value) -> {
            Bytes key = new Bytes(32);
            JsonString.put(name, key);
            key.put(':');
            keys.put(name, key.toArray());
            all.put(',');
            all.put(key.toArray());
            JsonString.put(value, all);
        });
        all.put('}');
        end = all.toArray();
    }

    @Override
    public void write(RecordView record, Bytes out) {
        int from = out.length();
        lines.write(record, out);
        keys.forEach((name, key) -> {
            if (holds(out, from, key)) {
                throw new UncheckedIOException(new IOException("--add-field " + name + ": record " + record.sequence()
                        + " has a field of that name already; choose another"));
            }
        });
        out.length(out.length() - 1);
        out.put(end);
    }

    /** Whether the object that begins at {@code from} has such a key; one within it does not count. */
    private static boolean holds(Bytes line, int from, byte[] key) {
        byte[] array = line.array();
        boolean string = false;
        int depth = 0;
        for (int at = from; at < line.length(); at++) {
            switch (array[at]) {
                case '\\' -> at++; // only within a string, where a quote may follow
                case '"' -> {
                    boolean begins = depth == 1 && !string && (array[at - 1] == '{' || array[at - 1] == ',');
                    if (begins
                            && Arrays.equals(array, at, Math.min(at + key.length, line.length()), key, 0, key.length)) {
                        return true;
                    }
                    string = !string;
                }
                case '{', '[' -> depth += string ? 0 : 1;
                case '}', ']' -> depth -= string ? 0 : 1;
                default -> {}
            }
        }
        return false;
    }
}
