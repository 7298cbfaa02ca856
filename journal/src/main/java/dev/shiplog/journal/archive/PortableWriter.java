package dev.shiplog.journal.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.file.ZstdFrame;
import dev.shiplog.journal.record.Envelope;
import dev.shiplog.journal.record.RecordView;
import java.io.IOException;

/**
 * Writes blocks that any program can read: a line of JSON for each record, in the form of {@link Envelope}, in one frame of
 * zstd. A payload that is JSON in one line is in its line byte for byte; any other one is in it as a string. So
 * {@link PortableReader} gets back what was written.
 */
final class PortableWriter implements BlockWriter {
    /** A line may be longer than this by a payload of 64 MiB as Base64; no block is. */
    static final int MAX_LINES = 96 << 20;

    /** Of lines, in a block. Larger ones are hardly smaller in sum, and take more memory. */
    private static final int BLOCK_BYTES = 8 << 20;
    /** 12 gains 3 % in 2.5 times the time, 19 gains 15 % in 45 times. */
    private static final int LEVEL = 9;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final byte[] origin;
    private final Bytes lines = new Bytes(BLOCK_BYTES + (BLOCK_BYTES >> 3));

    PortableWriter(String journal, String host) {
        origin = Envelope.origin(host, journal);
    }

    @Override
    public void add(RecordView record) {
        Envelope.putHead(record, origin, lines);
        Bytes payload = record.payload();
        if (isLineOfJson(payload.array(), payload.length())) {
            lines.putAscii(Envelope.PAYLOAD);
            lines.put(payload.array(), 0, payload.length());
        } else {
            Envelope.putOther(payload, lines);
        }
        lines.putAscii("}\n");
    }

    @Override
    public boolean isFull() {
        return lines.length() >= BLOCK_BYTES;
    }

    @Override
    public byte[] finish() throws IOException {
        byte[] block = ZstdFrame.of(lines, LEVEL);
        lines.clear();
        return block;
    }

    private static boolean isLineOfJson(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            // Jackson takes a NUL or a byte order mark for a sign of another encoding; no JSON begins with either.
            if (bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == 0) {
                return false;
            }
        }
        return length > 0 && bytes[0] > 0 && JsonString.isUtf8(bytes, 0, length) && isJson(bytes, length);
    }

    private static boolean isJson(byte[] bytes, int length) {
        try (JsonParser json = JSON.createParser(bytes, 0, length)) {
            if (json.nextToken() == null) {
                return false;
            }
            json.skipChildren();
            json.finishToken();
            return json.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}
