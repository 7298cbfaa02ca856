package dev.shiplog.replay.ecs;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.timeline.json.Json;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the fields of one document, each once, in any order. A value that is not known is left out, never 0: an empty
 * text, a number below 0, and {@link Long#MAX_VALUE}, which stands for anything that a {@code long} does not hold. A comma
 * follows each field; {@link #close} takes the last one away. Not thread safe.
 */
final class Document {
    /** The most decimals that a number has. */
    private static final long DECIMALS = 1_000_000;

    /**
     * An index makes one word of the field's name, a member's name and its value; of more bytes than 32,766 it takes none, and
     * OpenSearch knows no {@code ignore_above} here. The field's own name may be in it twice.
     */
    private static final int LONGEST_MEMBER = 32_000;

    private Bytes out = new Bytes(0);
    private boolean isShortened;

    /** Begins a document at the end of {@code bytes}. */
    void open(Bytes bytes) {
        out = bytes;
        out.put('{');
        isShortened = false;
    }

    /** Whether a member of an object was left out because no index takes it. */
    boolean isShortened() {
        return isShortened;
    }

    /** Ends the object that was begun last. */
    void close() {
        close(out);
    }

    static void close(Bytes out) {
        if (out.array()[out.length() - 1] == ',') {
            out.length(out.length() - 1);
        }
        out.put('}');
    }

    /** Where the bytes go. */
    Bytes out() {
        return out;
    }

    void name(String name) {
        out.put('"');
        out.putAscii(name);
        out.putAscii("\":");
    }

    void text(String name, String value) {
        if (!value.isEmpty()) {
            name(name);
            JsonString.put(value, out);
            out.put(',');
        }
    }

    /** Appends bytes as a string in base64. */
    void base64(Bytes bytes) {
        out.put('"');
        out.put(Base64.getEncoder().encode(bytes.toArray()));
        out.put('"');
    }

    void number(String name, long value) {
        if (value >= 0 && value != Long.MAX_VALUE) {
            signed(name, value);
        }
    }

    void signed(String name, long value) {
        name(name);
        out.putDecimal(value);
        out.put(',');
    }

    /** An integer of a payload; left out if a {@code long} does not hold it. */
    void number(String name, @Nullable Json value) {
        if (value != null && isLong(value)) {
            signed(name, Long.parseLong(value.text()));
        }
    }

    static boolean isLong(Json value) {
        return value.type() == Json.Type.NUMBER && isLong(value.text());
    }

    /** Whether these are the digits of an integer that a {@code long} holds. */
    static boolean isLong(String digits) {
        try {
            return digits.equals(Long.toString(Long.parseLong(digits)));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** A value of a payload as it is. */
    void raw(String name, Json value) {
        JsonString.put(name, out);
        out.put(':');
        if (value.type() == Json.Type.STRING) {
            JsonString.put(value.text(), out);
        } else {
            out.putUtf8(value.text());
        }
        out.put(',');
    }

    /** A number with one to six decimals, so that an index never takes its field for integers; NaN is not known. */
    void decimal(String name, double value) {
        if (!(value >= 0 && value < Long.MAX_VALUE)) {
            return;
        }
        name(name);
        long whole = (long) value;
        long rest = Math.round((value - whole) * DECIMALS);
        out.putDecimal(rest == DECIMALS ? whole + 1 : whole);
        out.put('.');
        if (rest == 0 || rest == DECIMALS) {
            out.put('0');
        } else {
            for (long unit = DECIMALS / 10; rest > 0; rest %= unit, unit /= 10) {
                out.put((int) ('0' + rest / unit));
            }
        }
        out.put(',');
    }

    /** A time, ns since the epoch; 0 is not known. */
    void time(String name, long nanos) {
        if (nanos != 0) {
            name(name);
            out.put('"');
            out.putTime(nanos);
            out.putAscii("\",");
        }
    }

    void texts(String name, List<String> values) {
        if (!values.isEmpty()) {
            name(name);
            char before = '[';
            for (String value : values) {
                out.put(before);
                JsonString.put(value, out);
                before = ',';
            }
            out.putAscii("],");
        }
    }

    /** An object with these members, under names without dots, but those that no index takes. */
    void texts(String name, List<String> names, List<String> values) {
        if (!names.isEmpty()) {
            name(name);
            out.put('{');
            List<String> plain = withoutDots(names);
            for (int i = 0; i < plain.size(); i++) {
                if (!fits(plain.get(i), values.get(i))) {
                    isShortened = true;
                    continue;
                }
                JsonString.put(plain.get(i), out);
                out.put(':');
                JsonString.put(values.get(i), out);
                out.put(',');
            }
            close();
            out.put(',');
        }
    }

    private static boolean fits(String name, String value) {
        return 3 * ((long) name.length() + value.length()) <= LONGEST_MEMBER
                || name.getBytes(UTF_8).length + value.getBytes(UTF_8).length <= LONGEST_MEMBER;
    }

    /** The members of {@code object} as texts, under names without dots. */
    void texts(String name, @Nullable Json object) {
        if (object != null && object.type() == Json.Type.OBJECT) {
            texts(
                    name,
                    object.names(),
                    object.children().stream().map(Json::text).toList());
        }
    }

    /**
     * Names that an index takes for no levels: with {@code _} in place of each dot, as Metricbeat has them. Of two that become
     * the same, the second gets {@code _2} at its end.
     */
    static List<String> withoutDots(List<String> names) {
        Set<String> taken = new HashSet<>();
        return names.stream()
                .map(name -> {
                    String plain = name.isEmpty() ? "_" : name.replace('.', '_').replace('\0', '_');
                    String free = plain;
                    for (int i = 2; !taken.add(free); i++) {
                        free = plain + "_" + i;
                    }
                    return free;
                })
                .toList();
    }
}
