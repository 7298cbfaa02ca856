package dev.shiplog.journal.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.bytes.ValueReader;
import dev.shiplog.journal.record.Envelope;
import dev.shiplog.journal.record.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Reads the lines that {@link PortableWriter} writes, and no others: their members are in a fixed order, so the payload is
 * found where it is, byte for byte. Not thread safe.
 */
final class EnvelopeReader {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final ValueReader values = new ValueReader();
    private byte[] line = {};
    private int at;
    private int end;

    long sequence;
    int kindCode;
    boolean restated;
    String subject = "";
    long time;
    long received;
    long monotonic;
    byte[] payload = {};

    /** Reads the line from {@code from} to {@code to}, without its line feed. */
    void read(byte[] bytes, int from, int to) throws UndecodableException {
        line = bytes;
        at = from;
        end = to;
        expect("{\"sequence\":");
        sequence = number();
        expect(",\"kind\":");
        kindCode = kindCode(string());
        if (skip(",\"host\":")) {
            string();
        }
        if (skip(",\"journal\":")) {
            string();
        }
        restated = skip(Envelope.RESTATED);
        expect(",\"subject\":");
        subject = string();
        expect(",\"time\":");
        time = number();
        expect(",\"time_rfc3339\":");
        string();
        expect(",\"received\":");
        received = number();
        expect(",\"received_rfc3339\":");
        string();
        expect(",\"monotonic\":");
        monotonic = number();
        payload = payload();
    }

    private byte[] payload() throws UndecodableException {
        if (at == end || line[end - 1] != '}') {
            throw other();
        }
        end--;
        if (skip(Envelope.PAYLOAD)) {
            return Arrays.copyOfRange(line, at, end);
        }
        byte[] other;
        if (skip(Envelope.TEXT)) {
            other = string().getBytes(StandardCharsets.UTF_8);
        } else {
            expect(Envelope.BASE64);
            at--;
            other = decoded(string());
        }
        if (at != end) {
            throw other();
        }
        return other;
    }

    private static byte[] decoded(String base64) throws UndecodableException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw other();
        }
    }

    private static int kindCode(String label) throws UndecodableException {
        Kind kind = Kind.ofLabel(label);
        if (kind != null) {
            return kind.code();
        }
        for (int code = 1; code <= Kind.MAX_CODE; code++) {
            if (Kind.label(code).equals(label)) {
                return code;
            }
        }
        throw new UndecodableException("a kind of record that is not known");
    }

    private boolean skip(String text) {
        int length = text.length();
        if (length > end - at) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (line[at + i] != text.charAt(i)) {
                return false;
            }
        }
        at += length;
        return true;
    }

    private void expect(String text) throws UndecodableException {
        if (!skip(text)) {
            throw other();
        }
    }

    private long number() throws UndecodableException {
        int after = values.readInteger(line, at, end);
        if (after == ValueReader.NOT_CANONICAL) {
            throw other();
        }
        at = after;
        return values.value;
    }

    private String string() throws UndecodableException {
        int start = at;
        boolean plain = true;
        expect("\"");
        while (at < end && line[at] != '"') {
            plain &= line[at] != '\\';
            at += line[at] == '\\' ? 2 : 1;
        }
        expect("\"");
        if (plain) {
            return new String(line, start + 1, at - start - 2, StandardCharsets.UTF_8);
        }
        try (JsonParser json = JSON.createParser(line, start, at - start)) {
            json.nextToken();
            return json.getText();
        } catch (IOException e) {
            throw other();
        }
    }

    private static UndecodableException other() {
        return new UndecodableException("a line that is not in the form of a portable archive");
    }
}
