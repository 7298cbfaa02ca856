package dev.shiplog.replay.export;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.testkit.LogLines;
import dev.shiplog.timeline.ContainerIndex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is written of logs, against a plain reading of their payloads. */
class LogLineTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> STREAMS = List.of("tty", "stdout", "stderr", "engine", "stream-4");

    private final long seed = Long.getLong("shiplog.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void writesEachLineWithItsStream() throws IOException {
        List<Record> records = records(2_000);
        List<String> lines = new ArrayList<>();
        FlatFormat format = new FlatFormat(new ContainerIndex(), new Origin(), new Form(false, false));
        Coded.each(records, record -> lines.add(line(format, record)));
        for (int i = 0; i < records.size(); i++) {
            byte[] payload = records.get(i).payload();
            String latin = new String(payload, 32, payload.length - 32, ISO_8859_1);
            String text = latin.replaceFirst("\r?\n\\z", "");
            byte[] expected = text.getBytes(ISO_8859_1);
            JsonNode line = JSON.readTree(lines.get(i));
            String as = "seed " + seed + ", line " + i;
            if (Arrays.equals(new String(expected, UTF_8).getBytes(UTF_8), expected)) {
                assertThat(line.get("log").textValue()).as(as).isEqualTo(new String(expected, UTF_8));
                assertThat(line.has("log_base64")).as(as).isFalse();
            } else {
                assertThat(Base64.getDecoder().decode(line.get("log_base64").textValue()))
                        .as(as)
                        .isEqualTo(expected);
                assertThat(line.has("log")).as(as).isFalse();
            }
            assertThat(line.get("stream").textValue()).as(as).isEqualTo(STREAMS.get(payload[0]));
            assertThat(line.has("log_partial")).as(as).isEqualTo(!latin.endsWith("\n"));
        }
    }

    @Test
    void envelopesKeepEachByte() throws IOException {
        List<Record> records = records(500);
        List<String> lines = new ArrayList<>();
        LineFormat format = new EnvelopeFormat(new Origin());
        Coded.each(records, record -> lines.add(line(format, record)));
        for (int i = 0; i < records.size(); i++) {
            JsonNode line = JSON.readTree(lines.get(i));
            byte[] payload = line.has("payload_text")
                    ? line.get("payload_text").textValue().getBytes(UTF_8)
                    : Base64.getDecoder().decode(line.get("payload_base64").textValue());
            assertThat(payload)
                    .as("seed " + seed + ", line " + i)
                    .isEqualTo(records.get(i).payload());
        }
    }

    /** The bytes of a string are escaped as Jackson escapes the text. */
    @Test
    void escapesAsTextIsEscaped() {
        for (int i = 0; i < 2_000; i++) {
            String text = random.ints(random.nextInt(40), 0, i % 2 == 0 ? 0x100 : 0x11000)
                    .filter(c -> !Character.isSurrogate((char) c) && Character.isValidCodePoint(c))
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            byte[] utf8 = text.getBytes(UTF_8);
            Bytes ofBytes = new Bytes(16);
            JsonString.put(utf8, 0, utf8.length, ofBytes);
            Bytes ofText = new Bytes(16);
            JsonString.put(text, ofText);
            assertThat(ofBytes.toArray()).as("seed " + seed).isEqualTo(ofText.toArray());
            assertThat(JsonString.isUtf8(utf8, 0, utf8.length)).isTrue();
        }
    }

    private List<Record> records(int count) {
        List<Record> records = new ArrayList<>();
        LogLines lines = new LogLines(LogLines.Program.JSON, seed, Coded.TIME, 50);
        for (int i = 0; i < count; i++) {
            byte[] message = lines.next().message();
            Bytes payload = new Bytes(message.length + 1);
            payload.put(random.nextInt(STREAMS.size()));
            int end = random.nextInt(3) > 0 ? message.length : 31 + random.nextInt(message.length - 31);
            payload.put(message, 0, end);
            if (random.nextInt(4) == 0) {
                payload.length(payload.length() - random.nextInt(payload.length() - 31));
                payload.putUtf8(List.of("é\"\u0007\u001b[31m", "\r\n", "\r", "\n\n", "🙂\\\n")
                        .get(random.nextInt(5)));
            } else if (random.nextInt(10) == 0) {
                byte[] noise = new byte[random.nextInt(40)];
                random.nextBytes(noise);
                payload.put(noise);
            }
            records.add(new Record(i + 1, Kind.LOG, Coded.ID, Coded.TIME + i, Coded.TIME + i, i, payload.toArray()));
        }
        return records;
    }

    private static String line(LineFormat format, RecordView record) {
        Bytes line = new Bytes(16);
        format.write(record, line);
        return new String(line.toArray(), UTF_8);
    }
}
