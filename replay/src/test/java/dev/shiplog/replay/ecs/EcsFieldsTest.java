package dev.shiplog.replay.ecs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.replay.export.Coded;
import dev.shiplog.testkit.Mutation;
import dev.shiplog.testkit.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The list of names is closed, each value is of its type, and the page has them all. */
class EcsFieldsTest {
    private static final String ADDRESS = "[0-9.]+|[0-9a-f:]+";

    @Test
    void thePageNamesEveryFieldWithItsType() throws IOException {
        Map<String, String> types = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Path.of("../docs/ecs-fields.md"))) {
            String[] cells = line.split(" *\\| *", -1);
            if (cells.length == 6 && cells[1].startsWith("`")) {
                for (String name : cells[1].split(", ")) {
                    assertThat(types.put(name.replace("`", ""), cells[2]))
                            .as(name)
                            .isNull();
                }
            }
        }
        assertThat(types).containsExactlyInAnyOrderEntriesOf(EcsFields.types());
        assertThat(types).hasSizeLessThanOrEqualTo(300);
    }

    /** Whatever hosts run: many interfaces, CPUs, devices, labels, and payloads that no engine sends. */
    @Test
    void noOtherNameComesAndEachValueIsOfItsType() {
        long seed = Long.getLong("shiplog.seed", System.nanoTime());
        Random random = new Random(seed);
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String data = IntStream.range(0, 20)
                    .mapToObj(k ->
                            "\"n" + random.nextInt(100_000) + "." + k + "\":{\"rx_bytes\":" + random.nextLong() + "}")
                    .collect(Collectors.joining(",", "{", "}"));
            String labels = data.replaceAll("\\{\"rx_bytes\":(-?\\d+)}", "\"$1\"");
            records.add(Coded.record(
                    Kind.STATS,
                    "{\"networks\":" + data + ",\"blkio_stats\":" + data + ",\"cpu_stats\":" + data
                            + ",\"memory_stats\":{\"usage\":18446744073709551615,\"stats\":" + data + "}}"));
            records.add(Coded.record(
                    Kind.INSPECT,
                    "{\"Image\":\"sha256:ea\",\"State\":" + data + ",\"Config\":{\"Image\":\"a\",\"Labels\":" + labels
                            + "},\"HostConfig\":" + data + ",\"NetworkSettings\":{\"Networks\":" + data + "}}"));
            records.add(Coded.record(
                    Kind.EVENT,
                    "{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{\"ID\":\"" + Coded.ID + "\",\"Attributes\":"
                            + labels + "}}"));
            records.add(Coded.record(Kind.HOST, data));
            records.add(Coded.record(
                    Kind.MARK, "{\"mark\":\"start\",\"configuration\":" + labels + ",\"x\":" + data + "}"));
        }
        for (Mark mark : List.of(
                new Mark.Gap("stats", "a", 1, 2, "b"),
                new Mark.Retention("a", "b", 1, 2, 3, 4, 5, "c"),
                new Mark.Oversized("event", "a", 5, "h", "k"),
                new Mark.Synthetic("a", "die", "n"),
                new Mark.Damage("s", 4, "r"),
                new Mark.EngineUp("e", "1", "1.41"))) {
            records.add(Coded.record(Kind.MARK, mark.toJson()));
        }
        for (String name : Samples.NAMES) {
            Kind kind = name.contains("stats")
                    ? Kind.STATS
                    : name.contains("event") ? Kind.EVENT : name.contains("inspect") ? Kind.INSPECT : Kind.HOST;
            List<byte[]> payloads = Samples.payloads(name);
            for (byte[] payload : payloads.subList(0, Math.min(50, payloads.size()))) {
                records.add(Coded.record(kind, payload));
                for (int i = 0; i < 10; i++) {
                    records.add(Coded.record(kind, Mutation.of(payload, random)));
                }
            }
        }
        List<JsonNode> documents = Documents.of(records);
        for (int i = 0; i < documents.size(); i++) {
            String context = "seed " + seed + ": " + new String(records.get(i).payload(), UTF_8);
            documents.get(i).properties().forEach(field -> {
                String type = EcsFields.types().get(field.getKey());
                assertThat(type).as("%s: %s", context, field.getKey()).isNotNull();
                assertThat(fits(type, field.getValue()))
                        .as("%s: %s is no %s", context, field, type)
                        .isTrue();
            });
        }
    }

    private static boolean fits(String type, JsonNode value) {
        if (value.isArray() && !value.isEmpty()) {
            return value.valueStream().allMatch(item -> fits(type, item));
        }
        return switch (type) {
            case "keyword", "text", "match_only_text" -> value.isTextual();
            case "long" -> value.isIntegralNumber() && value.canConvertToLong();
            case "decimal" -> value.isNumber() && value.decimalValue().scale() <= 6;
            case "boolean" -> value.isBoolean();
            case "date", "date_nanos" -> value.isTextual() && Instant.parse(value.textValue()) != null;
            case "ip" -> value.isTextual() && value.textValue().matches(ADDRESS);
            case "flattened" ->
                value.isObject()
                        && value.propertyStream()
                                .allMatch(member -> !member.getKey().isEmpty()
                                        && member.getKey().indexOf('.') < 0);
            default -> throw new IllegalArgumentException(type);
        };
    }

    @Test
    void namesThatBecomeTheSameAreKeptApart() {
        assertThat(Document.withoutDots(List.of("a.b", "a_b", "a_b_2", "a.b.c", "", ".", "x\0y")))
                .containsExactly("a_b", "a_b_2", "a_b_2_2", "a_b_c", "_", "__2", "x_y");
    }

    @Test
    void numbersHaveUpToSixDecimals() {
        Map<Double, String> numbers = new LinkedHashMap<>();
        numbers.put(0.0, "0.0");
        numbers.put(0.9999999, "1.0");
        numbers.put(1.5, "1.5");
        numbers.put(0.000001, "0.000001");
        numbers.put(123456789012.25, "123456789012.25");
        numbers.put(Double.NaN, "");
        numbers.put(-1.0, "");
        numbers.forEach((number, text) -> {
            Document document = new Document();
            dev.shiplog.journal.bytes.Bytes out = new dev.shiplog.journal.bytes.Bytes(8);
            document.open(out);
            document.decimal("a", number);
            document.close();
            assertThat(new String(out.toArray(), UTF_8)).isEqualTo(text.isEmpty() ? "{}" : "{\"a\":" + text + "}");
        });
    }
}
