package dev.shiplog.replay.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.timeline.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OneLineTest {
    /** What makes JSON, or spoils it, wherever it stands. */
    private static final List<String> PIECES = List.of(
            "\"",
            "\\",
            "\\\"",
            "\\u00",
            "\\ud800",
            "\n",
            "\r\n",
            "\t",
            "\u0001",
            "\u0000",
            "\ufeff",
            "\u00e9",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\":",
            "\"a\" :",
            "0",
            "01",
            "-",
            "-0",
            "1.",
            ".5",
            "1e3",
            "e",
            "+",
            "null",
            "tru",
            "x",
            " ",
            "2026-11-21T10:00:00Z",
            "18446744073709551615");

    @Test
    void writesLineEndsBetweenTokensAsSpaces() {
        assertThat(raw("{\n  \"a\": [\r\n1,\n\"b\\n\"]\n}")).isEqualTo("{   \"a\": [  1, \"b\\n\"] }");
        assertThat(envelope("{\n  \"a\": [\r\n1,\n\"b\\n\"]\n}"))
                .endsWith(",\"payload\":{   \"a\": [  1, \"b\\n\"] }}");
        assertThat(raw("two\nlines")).isEqualTo("two lines");
        assertThat(raw("{\"a\":\"two\nlines\"}")).isEqualTo("{\"a\":\"two lines\"}");
        assertThat(envelope("{\"a\":\"two\nlines\"}"))
                .endsWith(",\"payload_text\":\"{\\\"a\\\":\\\"two\\nlines\\\"}\"}");
    }

    @Test
    void writesAPayloadThatBeginsWithAByteOrderMarkAsText() {
        assertThat(raw("\ufeff{\"a\":1}")).isEqualTo("\ufeff{\"a\":1}");
        assertThat(envelope("\ufeff{\"a\":1}")).endsWith(",\"payload_text\":\"\ufeff{\\\"a\\\":1}\"}");
    }

    /** Real shapes with broken values, pieces left out and pieces put in, each after many of the same shape. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void knowsOfEveryPayloadWhetherItIsJson(long seed) {
        Random random = new Random(seed);
        RandomJson json = new RandomJson(random);
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            String payload = json.next();
            records.add(Coded.record(Kind.EVENT, payload));
            for (int k = 0; k < 8; k++) {
                records.add(Coded.record(Kind.EVENT, spoilt(payload.getBytes(StandardCharsets.UTF_8), random)));
            }
        }
        EnvelopeFormat envelope = new EnvelopeFormat(new Origin());
        LineFormat raw = LineFormat.raw();
        Bytes line = new Bytes(1 << 12);
        Coded.each(records, record -> {
            byte[] payload = record.toRecord().payload();
            byte[] flattened = payload.clone();
            for (int i = 0; i < payload.length; i++) {
                flattened[i] = payload[i] == '\n' || payload[i] == '\r' ? (byte) ' ' : payload[i];
            }
            line.clear();
            raw.write(record, line);
            assertThat(line.toArray()).isEqualTo(flattened);
            line.clear();
            envelope.write(record, line);
            Json whole = Json.parse(line.toArray());
            String context = "seed " + seed + ": " + new String(payload, StandardCharsets.UTF_8);
            assertThat(whole).as(context).isNotNull();
            if (whole != null) {
                Json held = whole.children().get(whole.children().size() - 1);
                String name = whole.names().get(whole.names().size() - 1);
                byte[] expected = name.equals("payload") ? flattened : payload;
                byte[] actual = name.equals("payload")
                        ? java.util.Arrays.copyOfRange(
                                line.array(), line.length() - 1 - payload.length, line.length() - 1)
                        : name.equals("payload_text")
                                ? held.text().getBytes(StandardCharsets.UTF_8)
                                : Base64.getDecoder().decode(held.text());
                assertThat(actual).as(context).isEqualTo(expected);
                assertThat(name.equals("payload")).as(context).isEqualTo(Json.parse(payload) != null);
            }
        });
    }

    /** Exchanges, adds or takes away a piece, most often within a value, which leaves the shape as it is. */
    private static byte[] spoilt(byte[] payload, Random random) {
        int at = random.nextInt(payload.length + 1);
        int to = Math.min(payload.length, at + random.nextInt(3));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(payload, 0, at);
        switch (random.nextInt(6)) {
            case 0 -> out.write(0x80 | random.nextInt(0x80));
            case 1 -> {}
            default -> out.writeBytes(PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
        }
        out.write(payload, to, payload.length - to);
        return out.toByteArray();
    }

    private static String raw(String payload) {
        return written(LineFormat.raw(), payload);
    }

    private static String envelope(String payload) {
        return written(new EnvelopeFormat(new Origin()), payload);
    }

    private static String written(LineFormat format, String payload) {
        Bytes out = new Bytes(64);
        Coded.each(List.of(Coded.record(Kind.EVENT, payload)), record -> format.write(record, out));
        return new String(out.toArray(), StandardCharsets.UTF_8);
    }
}
