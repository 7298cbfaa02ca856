package dev.shiplog.recorder.source;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What is taken out of inspect payloads before they are recorded. A pure function of the bytes. */
public enum Redaction {
    /** Nothing. */
    NONE("none"),
    /** The values of environment variables: {@code Config.Env}, each {@code "KEY=value"}. */
    ENV("env");

    private static final byte[] REDACTED = "<redacted>".getBytes(StandardCharsets.US_ASCII);
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
     * @param removed the paths of these values, as in {@code Config.Env.PASSWORD}
     */
    record Redacted(byte[] payload, List<String> removed) {}

    /**
     * Redacts one inspect payload.
     *
     * @throws IOException if the payload is not the JSON it should be, so that nobody knows where its secrets are
     */
    Redacted redact(byte[] payload) throws IOException {
        List<String> removed = new ArrayList<>();
        if (this == NONE) {
            return new Redacted(payload, removed);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length);
        int copied = 0;
        try (JsonParser json = JSON.createParser(payload)) {
            int depth = 0;
            boolean config = false;
            boolean env = false;
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token.isStructStart()) {
                    depth++;
                    String member = json.getParsingContext().getParent().getCurrentName();
                    config |= depth == 2 && "Config".equals(member);
                    env |= depth == 3 && config && "Env".equals(member);
                } else if (token.isStructEnd()) {
                    depth--;
                    config &= depth >= 2;
                    env &= depth >= 3;
                } else if (env && token == JsonToken.VALUE_STRING) {
                    int open = (int) json.currentTokenLocation().getByteOffset();
                    if (open < 0) {
                        throw new IOException("not UTF-8"); // where bytes and characters part, nothing is found
                    }
                    json.finishToken();
                    int close = (int) json.currentLocation().getByteOffset() - 1;
                    String text = json.getText();
                    int equals = equals(payload, open + 1, close);
                    if (equals >= 0) {
                        out.write(payload, copied, equals + 1 - copied);
                        out.write(REDACTED);
                        copied = close;
                        removed.add("Config.Env." + text.substring(0, text.indexOf('=')));
                    }
                }
            }
        }
        if (removed.isEmpty()) {
            return new Redacted(payload, removed);
        }
        out.write(payload, copied, payload.length - copied);
        return new Redacted(out.toByteArray(), removed);
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
