package dev.shiplog.timeline.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.JsonString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static final List<String> VALUES = List.of(
            "0",
            "-0",
            "18446744073709551615",
            "1.50",
            "-2e+30",
            "true",
            "false",
            "null",
            "\"\"",
            "\"a\"",
            "\"\\\"\"",
            "\"\\u00e9\"",
            "\"caf\u00e9 \ud83d\ude00\"",
            "{}",
            "[]",
            "{\"a\":[1,{\"b\":\"c\"}]}",
            "[ [ ] ]");

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
                "\"\\",
                "\ufeff",
                "\ufeff{}",
                " \ufeff{}",
                "\u0000{\u0000}",
                "{\u0000}\u0000",
                "\u0000\u0000\u0000{\u0000\u0000\u0000}"
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
    void whatIsReadStandsWhereItSays(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            String before = " ".repeat(random.nextInt(3));
            List<String> values = new ArrayList<>();
            for (int n = random.nextInt(8); n >= 0; n--) {
                values.add(VALUES.get(random.nextInt(VALUES.size())));
            }
            String separator = random.nextBoolean() ? "," : " ,\n";
            byte[] bytes = (before + "[" + String.join(separator, values) + "]").getBytes(StandardCharsets.UTF_8);
            Json json = Json.parse(bytes);
            assertThat(json).as("seed %d, round %d", seed, i).isNotNull();
            if (json != null) {
                assertThat(json.children())
                        .as("seed %d, round %d", seed, i)
                        .extracting(child -> {
                            String text =
                                    new String(bytes, child.from(), child.to() - child.from(), StandardCharsets.UTF_8);
                            return child.type() == Json.Type.STRING ? '"' + text + '"' : text;
                        })
                        .isEqualTo(values);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "plain", "a\"b\\c", "\u0000\u001f\n\r\t", "caf\u00e9 \ud83d\ude00", "\ud800", "\udc00x\ud83d"
            })
    void writesTextThatReadsBackTheSame(String text) {
        Bytes out = new Bytes(8);
        JsonString.put(text, out);
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
        JsonString.put(text, 0, text.length, out);

        assertThat(new String(out.toArray(), StandardCharsets.UTF_8)).isEqualTo("\"\\u0001a\\\"\\\\\\n\\r\\t\u00e9\"");
    }

    private static @Nullable Json parse(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
