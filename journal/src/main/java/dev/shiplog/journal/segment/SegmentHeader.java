package dev.shiplog.journal.segment;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.LittleEndian;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What a segment says about itself: whose journal it is, and who writes it. It is written at the beginning of each
 * segment, and again whenever a recorder goes on in one. On disk it is the body of a {@code HEADER} {@linkplain Excerpt
 * excerpt}:
 *
 * <pre>
 *  width  field
 *      4  magic "SHLG"
 *      2  format version, little endian: 2
 *      …  {"journal":"…","host":"…","engine":"…","boot":"…","writer":"…","created":…} in UTF-8; unknown members are
 *         ignored
 * </pre>
 *
 * @param journal the id of the journal, a UUID made when the journal was
 * @param host the recorder's host name
 * @param engine the id that the engine gives itself, empty as long as no engine ever answered
 * @param boot the kernel's boot id, or empty
 * @param writer name and version of the program that writes
 * @param created ns since the epoch
 */
public record SegmentHeader(String journal, String host, String engine, String boot, String writer, long created) {
    /** The version of everything in a segment that this program writes, and the highest that it reads. */
    public static final int VERSION = 2;

    static final int MAGIC = 'S' | 'H' << 8 | 'L' << 16 | 'G' << 24;

    private static final int FIXED = 6;
    // The streaming part of Jackson only: a tool that reads one header starts without the rest.
    private static final JsonFactory JSON = new JsonFactory();

    /** Appends the body of a header excerpt. */
    public void write(Bytes out) {
        out.putInt(MAGIC);
        out.put(VERSION & 0xFF);
        out.put(VERSION >>> 8);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("journal", journal);
            json.writeStringField("host", host);
            json.writeStringField("engine", engine);
            json.writeStringField("boot", boot);
            json.writeStringField("writer", writer);
            json.writeNumberField("created", created);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        out.put(text.toByteArray());
    }

    /** Whether the bytes from {@code from} to {@code to} begin as the body of a header does, of whatever version. */
    static boolean begins(byte[] array, int from, int to) {
        return to - from >= FIXED && LittleEndian.getInt(array, from) == MAGIC;
    }

    /** The format version in the body of a header. */
    static int version(byte[] array, int from) {
        return (array[from + 4] & 0xFF) | (array[from + 5] & 0xFF) << 8;
    }

    /** Reads the body of a header excerpt of a version that this program reads. */
    static SegmentHeader read(byte[] array, int from, int to) throws IOException {
        String journal = "";
        String host = "";
        String engine = "";
        String boot = "";
        String writer = "";
        long created = 0;
        try (JsonParser json = JSON.createParser(array, from + FIXED, to - from - FIXED)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "journal" -> journal = json.getText();
                    case "host" -> host = json.getText();
                    case "engine" -> engine = json.getText();
                    case "boot" -> boot = json.getText();
                    case "writer" -> writer = json.getText();
                    case "created" -> created = json.getLongValue();
                    default -> json.skipChildren();
                }
            }
        }
        return new SegmentHeader(journal, host, engine, boot, writer, created);
    }
}
