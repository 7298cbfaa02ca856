package dev.shiplog.timeline.json;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;

/** Writes one JSON object on one line, member by member. */
public final class JsonLine {
    private final Bytes out;
    private boolean first = true;

    /** Begins an object at the end of {@code out}. */
    public JsonLine(Bytes out) {
        this.out = out;
        out.put('{');
    }

    public JsonLine put(String name, String value) {
        name(name);
        JsonString.put(value, out);
        return this;
    }

    public JsonLine put(String name, long value) {
        name(name);
        out.putDecimal(value);
        return this;
    }

    /** Writes a time in ns since the epoch, and again as RFC 3339 under {@code name_rfc3339}. */
    public JsonLine putTime(String name, long epochNanos) {
        put(name, epochNanos);
        name(name + "_rfc3339");
        out.put('"');
        out.putTime(epochNanos);
        out.put('"');
        return this;
    }

    /** Writes the name of a member; the caller appends its value. */
    public void name(String name) {
        if (!first) {
            out.put(',');
        }
        first = false;
        JsonString.put(name, out);
        out.put(':');
    }

    /** Ends the object. */
    public void end() {
        out.put('}');
    }
}
