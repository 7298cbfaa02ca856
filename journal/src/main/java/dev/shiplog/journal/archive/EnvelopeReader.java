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

    private static final byte[] SEQUENCE = ascii("{\"sequence\":");
    private static final byte[] KIND = ascii(",\"kind\":");
    private static final byte[] HOST = ascii(",\"host\":");
    private static final byte[] JOURNAL = ascii(",\"journal\":");
    private static final byte[] SUBJECT = ascii(",\"subject\":");
    private static final byte[] TIME = ascii(",\"time\":");
    private static final byte[] TIME_TEXT = ascii(",\"time_rfc3339\":");
    private static final byte[] RECEIVED = ascii(",\"received\":");
    private static final byte[] RECEIVED_TEXT = ascii(",\"received_rfc3339\":");
    private static final byte[] MONOTONIC = ascii(",\"monotonic\":");
    private static final byte[] RESTATED = ascii(Envelope.RESTATED);
    private static final byte[] PAYLOAD = ascii(Envelope.PAYLOAD);
    private static final byte[] TEXT = ascii(Envelope.TEXT);
    private static final byte[] BASE64 = ascii(Envelope.BASE64);

    private static final byte[] QUOTE = {'"'};

    private final ValueReader values = new ValueReader();
    /** The label of {@link #kindCode}, in quotes; something that no line has, if none was read. */
    private byte[] kind = {0};

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
        expect(SEQUENCE);
        sequence = number();
        expect(KIND);
        readKind();
        if (skip(HOST)) {
            skipString();
        }
        if (skip(JOURNAL)) {
            skipString();
        }
        restated = skip(RESTATED);
        expect(SUBJECT);
        subject = string();
        expect(TIME);
        time = number();
        expect(TIME_TEXT);
        skipString();
        expect(RECEIVED);
        received = number();
        expect(RECEIVED_TEXT);
        skipString();
        expect(MONOTONIC);
        monotonic = number();
        payload = payload();
    }

    private byte[] payload() throws UndecodableException {
        if (at == end || line[end - 1] != '}') {
            throw other();
        }
        end--;
        if (skip(PAYLOAD)) {
            return Arrays.copyOfRange(line, at, end);
        }
        byte[] other;
        if (skip(TEXT)) {
            other = string().getBytes(StandardCharsets.UTF_8);
        } else {
            expect(BASE64);
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

    /** Mostly the same as before. */
    private void readKind() throws UndecodableException {
        if (!skip(kind)) {
            int start = at;
            kindCode = kindCode(string());
            kind = Arrays.copyOfRange(line, start, at);
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

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private boolean skip(byte[] text) {
        int after = at + text.length;
        if (after > end || !Arrays.equals(line, at, after, text, 0, text.length)) {
            return false;
        }
        at = after;
        return true;
    }

    private void expect(byte[] text) throws UndecodableException {
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

    /** Goes to the end of the string; true if nothing in it is escaped. */
    private boolean skipString() throws UndecodableException {
        boolean plain = true;
        expect(QUOTE);
        while (at < end && line[at] != '"') {
            plain &= line[at] != '\\';
            at += line[at] == '\\' ? 2 : 1;
        }
        expect(QUOTE);
        return plain;
    }

    private String string() throws UndecodableException {
        int start = at;
        if (skipString()) {
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
