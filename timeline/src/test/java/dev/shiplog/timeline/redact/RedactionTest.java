package dev.shiplog.timeline.redact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.shiplog.testkit.Mutation;
import dev.shiplog.testkit.Samples;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    private static final String MARK = "<redacted>";
    /** What is taken out of environments is taken out by both. */
    private static final Redaction REDACTION = Redaction.SECRETS;

    private static Redaction.Redacted redact(String payload) throws IOException {
        return Redaction.ENV.redact(payload.getBytes(UTF_8));
    }

    private static String text(Redaction.Redacted redacted) {
        return new String(redacted.payload(), UTF_8);
    }

    @Test
    void removesTheValuesAndNothingElse() throws IOException {
        Redaction.Redacted redacted =
                redact("{\"Id\":\"c1\", \"Args\":[\"A=1\"],\"Config\":{\"Labels\":{\"Env\":\"K=v\"},"
                        + " \"Env\" : [\"PASSWORD=hunter2\",\"EMPTY=\",\"BARE\",\"URL=a=b\\\"=\\u003d😀\"],\"Cmd\":[\"A=1\"]},"
                        + "\"Env\":[\"A=1\"],\"Mounts\":[{\"Config\":{\"Env\":[\"A=1\"]}}]}\t");
        assertThat(text(redacted))
                .isEqualTo("{\"Id\":\"c1\", \"Args\":[\"A=1\"],\"Config\":{\"Labels\":{\"Env\":\"K=v\"},"
                        + " \"Env\" : [\"PASSWORD=<redacted>\",\"EMPTY=<redacted>\",\"BARE\",\"URL=<redacted>\"],"
                        + "\"Cmd\":[\"A=1\"]},\"Env\":[\"A=1\"],\"Mounts\":[{\"Config\":{\"Env\":[\"A=1\"]}}]}\t");
        assertThat(redacted.removed()).containsExactly("Config.Env.PASSWORD", "Config.Env.EMPTY", "Config.Env.URL");
    }

    @Test
    void findsTheEqualsSignHoweverItIsSpelt() throws IOException {
        assertThat(text(redact("{\"Config\":{\"Env\":[\"A\\u003dsecret=1\",\"\\\\u003dB\\u003Dsecret\"]}}")))
                .isEqualTo("{\"Config\":{\"Env\":[\"A\\u003d<redacted>\",\"\\\\u003dB\\u003D<redacted>\"]}}");
    }

    @Test
    void removesWhatIsNamedLikeASecretWhereverItIs() throws IOException {
        String payload = "{\"Id\":\"c1\",\"Args\":[\"--db-password=5ecret\",\"--Token\",\"5ecret\",\"--port\",\"80\"],"
                + "\"Config\":{\"Cmd\":[\"sh\",\"-c\",\"API_KEY='5ecret a' T_TOKEN=\\\"5ecret b\\\" run --x=y --secret=5ecret; ls\"],"
                + "\"Labels\":{\"db.Password\":\"5ecret\",\"authors\":\"me\",\"token\":\"\"},\"Env\":[\"A=5ecret\"]},"
                + "\"HostConfig\":{\"LogConfig\":{\"Config\":{\"splunk-token\":\"5ecret\",\"tag\":\"a\"}},"
                + "\"Mounts\":[{\"Options\":{\"o\":\"username=me,password=5ecret,vers=3\"}}],\"SecretCount\":5}}";
        Redaction.Redacted redacted = Redaction.SECRETS.redact(payload.getBytes(UTF_8));
        assertThat(text(redacted))
                .isEqualTo(payload.replace("'5ecret a'", MARK)
                        .replace("\\\"5ecret b\\\"", MARK)
                        .replace("\"token\":\"\"", "\"token\":\"" + MARK + "\"")
                        .replace("5ecret", MARK));
        assertThat(redacted.removed())
                .containsExactly(
                        "Args.0",
                        "Args.2",
                        "Config.Cmd.2",
                        "Config.Cmd.2",
                        "Config.Cmd.2",
                        "Config.Labels.db.Password",
                        "Config.Labels.token",
                        "Config.Env.A",
                        "HostConfig.LogConfig.Config.splunk-token",
                        "HostConfig.Mounts.0.Options.o");
    }

    @Test
    void leavesAPayloadAloneThatHoldsNoSecret() throws IOException {
        for (String sample : List.of("engine-20.10-inspect.json", "engine-28.5-inspect.json")) {
            for (byte[] payload : Samples.payloads(sample)) {
                if (!Mutation.JSON.readTree(payload).at("/Config/Env").has(0)) {
                    assertThat(REDACTION.redact(payload).payload()).isEqualTo(payload);
                }
            }
        }
        byte[] secret = "{\"Config\":{\"Env\":[\"A=1\"]}}".getBytes(UTF_8);
        assertThat(Redaction.NONE.redact(secret).payload()).isSameAs(secret);
        assertThat(Redaction.NONE.redact(secret).removed()).isEmpty();
    }

    /** What a whole JSON reader finds in the result is what it finds in the original, with the values replaced. */
    @Test
    void leavesNoValueOfAnyDescriptionAndLosesNothingElse() throws IOException {
        List<byte[]> inspects = Samples.payloads("engine-20.10-inspect.json");
        for (int seed = 0; seed < 1_000; seed++) {
            Random random = new Random(seed);
            ObjectNode tree = (ObjectNode) Mutation.JSON.readTree(inspects.get(random.nextInt(inspects.size())));
            List<String> expectedRemoved = new ArrayList<>();
            ObjectNode expected = tree.deepCopy();
            ArrayNode original = ((ObjectNode) tree.get("Config")).putArray("Env");
            ArrayNode redacted = ((ObjectNode) expected.get("Config")).putArray("Env");
            for (int n = random.nextInt(6); n > 0; n--) {
                String key = odd(random).replace('=', '.');
                boolean bare = random.nextInt(5) == 0;
                original.add(bare ? key : key + "=5ecret" + odd(random));
                redacted.add(bare ? key : key + "=" + MARK);
                if (!bare) {
                    expectedRemoved.add("Config.Env." + key);
                }
            }
            byte[] payload = random.nextBoolean()
                    ? Mutation.JSON.writeValueAsBytes(tree)
                    : Mutation.JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(tree);
            Redaction.Redacted result = REDACTION.redact(payload);
            assertThat(Mutation.JSON.readTree(result.payload()))
                    .as("seed %d", seed)
                    .isEqualTo(expected);
            assertThat(result.removed()).as("seed %d", seed).isEqualTo(expectedRemoved);
            assertThat(text(result)).as("seed %d", seed).doesNotContain("5ecret");
            assertCutFrom(payload, text(result), "seed " + seed);
        }
    }

    /** All but what was taken out is there byte for byte, in order. */
    private static void assertCutFrom(byte[] payload, String redacted, String seed) {
        String original = new String(payload, UTF_8);
        int at = 0;
        for (String piece : redacted.split(MARK, -1)) {
            int found = original.indexOf(piece, at);
            assertThat(found).as(seed).isGreaterThanOrEqualTo(at);
            at = found + piece.length();
        }
        assertThat(at).as(seed).isEqualTo(original.length());
    }

    private static String odd(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = 1 + random.nextInt(6); n > 0; n--) {
            text.append(List.of("=", "\"", "\\", "A", "é", "😀", "\n", "\u0000", "u003d", " ")
                    .get(random.nextInt(10)));
        }
        return text.toString();
    }

    @Test
    void passesNoValueOfADamagedDescription() {
        byte[] payload =
                ("{\"Id\":\"c1\",\"State\":{\"Running\":true},\"Config\":{\"Cmd\":null,\"Env\":[\"A=1\",\"B=2\","
                                + "\"LONG=5ecret\"],\"Labels\":{\"Env\":\"x\"}},\"Mounts\":[]}")
                        .getBytes(UTF_8);
        for (int seed = 0; seed < 10_000; seed++) {
            byte[] mutant = Mutation.of(payload, new Random(seed));
            try {
                JsonNode env = Mutation.JSON
                        .readTree(REDACTION.redact(mutant).payload())
                        .at("/Config/Env");
                for (JsonNode item : env) {
                    if (item instanceof TextNode && item.textValue().contains("=")) {
                        assertThat(item.textValue()).as("seed %d", seed).endsWith("=" + MARK);
                    }
                }
            } catch (IOException e) {
                // Refused: then nothing of it is recorded.
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"Config\":{\"Env\":[\"A=1\"", "{\"Config\":{\"Env\":[\"A=", "{\"Config\":nope}", "<html>"})
    void refusesWhatIsNotJsonBecauseItsSecretsCannotBeFound(String payload) {
        assertThatThrownBy(() -> redact(payload)).isInstanceOf(IOException.class);
    }

    @Test
    void isNotMisledByAnotherEncoding() {
        String payload = "{\"Config\":{\"Env\":[\"A=5ecret\"]}}";
        for (String encoding : List.of("UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE")) {
            byte[] bytes = payload.getBytes(Charset.forName(encoding));
            assertThatThrownBy(() -> REDACTION.redact(bytes)).as(encoding).isInstanceOf(IOException.class);
        }
        byte[] marked = ("\uFEFF" + payload).getBytes(UTF_8);
        try {
            assertThat(text(REDACTION.redact(marked))).isEqualTo("\uFEFF{\"Config\":{\"Env\":[\"A=<redacted>\"]}}");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
