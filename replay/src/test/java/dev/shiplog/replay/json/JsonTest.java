package dev.shiplog.replay.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.shiplog.journal.codec.Bytes;
import dev.shiplog.testkit.Samples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static final JsonFactory JACKSON = new JsonFactory();

    @Test
    void readsWhereValuesStand() {
        byte[] bytes = " {\"a\" : [1, -2.5e3, true], \"b\\n\":\"x\\\"y\"} ".getBytes(StandardCharsets.UTF_8);
        Json json = Json.parse(bytes);

        assertThat(json).isNotNull();
        if (json != null) {
            assertThat(json.names()).containsExactly("a", "b\n");
            assertThat(json.children().get(0).children()).extracting(Json::text).containsExactly("1", "-2.5e3", "true");
            assertThat(json.text("b\n")).isEqualTo("x\"y");
            assertThat(json.text("a")).isEmpty();
            assertThat(json.get("c")).isNull();
            Json b = json.children().get(1);
            assertThat(new String(bytes, b.from(), b.to() - b.from(), StandardCharsets.UTF_8))
                    .isEqualTo("x\\\"y");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "{}x",
                "[1,]",
                "[,1]",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "{\"a\":1,}",
                "01",
                "-",
                "1.",
                ".5",
                "1e",
                "+1",
                "0x1",
                "tru",
                "truex",
                "nul",
                "\"",
                "\"\\\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\\u12",
                "\"\t\"",
                "NaN",
                "[1 2]",
                "{\"a\":1 \"b\":2}",
                "1 2",
                "'a'",
                "\"\\"
            })
    void refusesWhatIsNotJson(String text) {
        assertThat(Json.parse(text.getBytes(StandardCharsets.UTF_8))).isNull();
    }

    @Test
    void refusesWhatIsNestedTooDeep() {
        assertThat(parse("[".repeat(256) + "]".repeat(256))).isNotNull();
        assertThat(parse("[".repeat(257) + "]".repeat(257))).isNull();
        assertThat(parse("[".repeat(1_000_000))).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void acceptsExactlyWhatJacksonAccepts(long seed) {
        Random random = new Random(seed);
        List<byte[]> events = Samples.payloads("engine-28.5-events.ndjson");
        byte[] marks =
                "{}[]\",:\\u0123456789truefalsnE+-. \n\u0000\u00ff\u00e9\u00f0\u009f\u0098\u0080\u00c0\u00ed\u00a0"
                        .getBytes(StandardCharsets.ISO_8859_1);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = events.get(random.nextInt(events.size())).clone();
            int changes = random.nextInt(3);
            for (int n = 0; n < changes; n++) {
                bytes[random.nextInt(bytes.length)] = marks[random.nextInt(marks.length)];
            }
            boolean valid = Json.parse(bytes) != null;
            accepted += valid ? 1 : 0;
            assertThat(valid)
                    .as("seed %d, round %d: %s", seed, i, new String(bytes, StandardCharsets.UTF_8))
                    .isEqualTo(jacksonAccepts(bytes));
        }
        assertThat(accepted)
                .as("seed %d: valid ones, beside the unchanged third", seed)
                .isGreaterThan(8_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "plain", "a\"b\\c", "\u0000\u001f\n\r\t", "caf\u00e9 \ud83d\ude00", "\ud800", "\udc00x\ud83d"
            })
    void writesTextThatReadsBackTheSame(String text) {
        Bytes out = new Bytes(8);
        JsonText.putString(text, out);
        Json json = Json.parse(out.toArray());

        assertThat(json).isNotNull();
        if (json != null) {
            assertThat(json.text()).isEqualTo(text);
        }
    }

    @Test
    void writesBytesAsAString() {
        byte[] text = "\u0001a\"\\\n\r\t\u00e9".getBytes(StandardCharsets.UTF_8);
        Bytes out = new Bytes(8);
        JsonText.putString(text, 0, text.length, out);

        assertThat(new String(out.toArray(), StandardCharsets.UTF_8)).isEqualTo("\"\\u0001a\\\"\\\\\\n\\r\\t\u00e9\"");
    }

    private static @org.jspecify.annotations.Nullable Json parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean jacksonAccepts(byte[] bytes) {
        try (JsonParser parser = JACKSON.createParser(bytes)) {
            int values = 0;
            int depth = 0;
            while (parser.nextToken() != null) {
                parser.getText();
                values += depth == 0 ? 1 : 0;
                depth += parser.currentToken().isStructStart()
                        ? 1
                        : parser.currentToken().isStructEnd() ? -1 : 0;
            }
            return values == 1;
        } catch (IOException e) {
            return false;
        }
    }
}
