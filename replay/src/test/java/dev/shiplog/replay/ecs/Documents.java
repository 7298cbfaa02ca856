package dev.shiplog.replay.ecs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.export.Coded;
import dev.shiplog.replay.query.Origin;
import dev.shiplog.timeline.Consumption;
import dev.shiplog.timeline.ConsumptionMeter;
import dev.shiplog.timeline.ContainerIndex;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The documents of records, as a reading would have them written; strict about what JSON is. */
final class Documents {
    static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Documents() {}

    static Record record(Kind kind, String subject, long sequence, long time, byte[] payload) {
        return new Record(sequence, kind, subject, time, time + 1_000_000, time, payload);
    }

    /** What is written of each; the same by a plan and by parsing. */
    static List<String> lines(List<Record> records, boolean original) {
        ContainerIndex containers = new ContainerIndex();
        ConsumptionMeter meter = new ConsumptionMeter();
        @Nullable Consumption[] current = new @Nullable Consumption[1];
        EcsFormat format = new EcsFormat(containers, new Origin(), () -> current[0], original);
        EcsFormat parsing = new EcsFormat(containers, new Origin(), () -> current[0], original);
        List<String> lines = new ArrayList<>();
        Coded.each(records, record -> {
            containers.apply(record);
            current[0] = meter.apply(record);
            Bytes line = new Bytes(1);
            format.write(record, line);
            Bytes parsed = new Bytes(1);
            parsing.write(unsplit(record), parsed);
            lines.add(new String(line.toArray(), UTF_8));
            assertThat(lines.get(lines.size() - 1)).isEqualTo(new String(parsed.toArray(), UTF_8));
        });
        return lines;
    }

    static List<JsonNode> of(List<Record> records) {
        return lines(records, false).stream().map(Documents::parse).toList();
    }

    static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(line, e);
        }
    }

    static JsonNode parse(byte[] payload) {
        return parse(new String(payload, UTF_8));
    }

    /** The same record, with a payload that no shape is known of. */
    private static RecordView unsplit(RecordView record) {
        return (RecordView) Proxy.newProxyInstance(
                RecordView.class.getClassLoader(),
                new Class<?>[] {RecordView.class},
                (proxy, method, arguments) ->
                        method.getName().equals("shape") ? null : method.invoke(record, arguments));
    }
}
