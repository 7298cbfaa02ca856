package dev.shiplog.recorder.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is taken out of inspect payloads before they are recorded. A pure function of the bytes. */
public enum Redaction {
    /** Nothing. */
    NONE("none"),
    /** The values of environment variables: {@code Config.Env}, each {@code "KEY=value"}. */
    ENV("env"),
    /**
     * These, and what is named like a secret: labels, options of drivers and all other members, what follows the equals
     * sign in a command ({@code --db-password=…}), and the word after an option ({@code --token …}). A secret with no such
     * name beside it is not found.
     */
    SECRETS("secrets");

    private static final byte[] REDACTED = "<redacted>".getBytes(StandardCharsets.US_ASCII);
    private static final String NAME = "(?:passw|secret|token|credential|(?:api|access|private)[-_.]?key)";
    private static final Pattern NAMED = Pattern.compile(NAME, Pattern.CASE_INSENSITIVE);
    private static final Pattern OPTION = Pattern.compile("--?[\\w.-]*" + NAME + "[\\w.-]*", Pattern.CASE_INSENSITIVE);
    /** As JSON spells it: an escape is part of the value. In quotes, or up to where a word ends. */
    private static final Pattern ASSIGNED = Pattern.compile(
            NAME + "[\\w.-]*=('[^']*'|\\\\\"(?:(?!\\\\\").)*\\\\\"|'?(?:\\\\.|[^\\s,;&\"'\\\\])+)",
            Pattern.CASE_INSENSITIVE);

    private static final JsonFactory JSON = new JsonFactory();

    private final String label;

    Redaction(String label) {
        this.label = label;
    }

    /** As people type it. */
    String label() {
        return label;
    }

    /**
     * A payload without its secrets.
     *
     * @param payload the same bytes but for the values taken out, each replaced by {@code <redacted>}
     * @param removed the paths of these values, as in {@code Config.Env.PASSWORD} or {@code Config.Cmd.2}
     */
    record Redacted(byte[] payload, List<String> removed) {}

    /**
     * Redacts one inspect payload.
     *
     * @throws IOException if the payload is not the JSON it should be, so that nobody knows where its secrets are
     */
    Redacted redact(byte[] payload) throws IOException {
        if (this == NONE) {
            return new Redacted(payload, List.of());
        }
        Cutter cutter = new Cutter(payload);
        try (JsonParser json = JSON.createParser(payload)) {
            int depth = 0;
            boolean config = false;
            boolean env = false;
            String before = "";
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                String word = "";
                if (token.isStructStart()) {
                    depth++;
                    String member = json.getParsingContext().getParent().getCurrentName();
                    config |= depth == 2 && "Config".equals(member);
                    env |= depth == 3 && config && "Env".equals(member);
                } else if (token.isStructEnd()) {
                    depth--;
                    config &= depth >= 2;
                    env &= depth >= 3;
                } else if (token == JsonToken.VALUE_STRING) {
                    int open = (int) json.currentTokenLocation().getByteOffset();
                    if (open < 0) {
                        throw new IOException("not UTF-8"); // where bytes and characters part, nothing is found
                    }
                    json.finishToken();
                    int close = (int) json.currentLocation().getByteOffset() - 1;
                    word = json.getText();
                    if (env) {
                        int equals = equals(payload, open + 1, close);
                        if (equals >= 0) {
                            cutter.cut(equals + 1, close, "Config.Env." + word.substring(0, word.indexOf('=')));
                        }
                    } else if (this == SECRETS) {
                        cutNamed(cutter, json, before, open + 1, close);
                    }
                }
                before = word;
            }
        }
        return cutter.result();
    }

    /** @param before the word that stands before this one in a command, or an empty one */
    private static void cutNamed(Cutter cutter, JsonParser json, String before, int from, int to) {
        String member = json.getParsingContext().getCurrentName();
        String pointer = json.getParsingContext().pathAsPointer().toString();
        String path = pointer.isEmpty() ? "" : pointer.substring(1).replace('/', '.');
        if (member != null && NAMED.matcher(member).find()
                || member == null && OPTION.matcher(before).matches()) {
            cutter.cut(from, to, path);
            return;
        }
        String text = new String(cutter.payload, from, to - from, StandardCharsets.ISO_8859_1);
        for (Matcher assigned = ASSIGNED.matcher(text); assigned.find(); ) {
            cutter.cut(from + assigned.start(1), from + assigned.end(1), path);
        }
    }

    /** Copies what is not cut out. */
    private static final class Cutter {
        private final byte[] payload;
        private final ByteArrayOutputStream out;
        private final List<String> removed = new ArrayList<>();
        private int copied;

        Cutter(byte[] payload) {
            this.payload = payload;
            this.out = new ByteArrayOutputStream(payload.length);
        }

        void cut(int from, int to, String path) {
            out.write(payload, copied, from - copied);
            out.writeBytes(REDACTED);
            copied = to;
            removed.add(path);
        }

        Redacted result() {
            if (removed.isEmpty()) {
                return new Redacted(payload, removed);
            }
            out.write(payload, copied, payload.length - copied);
            return new Redacted(out.toByteArray(), removed);
        }
    }

    /** Where the key ends: at the equals sign, however it is spelt; -1 if there is none. */
    private static int equals(byte[] payload, int from, int to) {
        for (int i = from; i < to; i++) {
            if (payload[i] == '=') {
                return i;
            }
            if (payload[i] == '\\') {
                String escape = new String(payload, i, Math.min(6, to - i), StandardCharsets.US_ASCII);
                if (escape.equalsIgnoreCase("\\u003d")) {
                    return i + 5;
                }
                i++;
            }
        }
        return -1;
    }
}
