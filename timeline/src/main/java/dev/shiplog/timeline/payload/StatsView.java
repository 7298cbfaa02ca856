package dev.shiplog.timeline.payload;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.shiplog.journal.bytes.CanonicalTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Set;

/** Finds when a stats frame was sampled: its top-level member {@code read}, which stands near the front. */
public final class StatsView {
    /** What {@link #time} gives for a frame that says it holds nothing: a stopped container's, or of a failed reading. */
    public static final long EMPTY = -1;

    /** How engines begin a frame. */
    private static final byte[] FRONT = "{\"read\":\"".getBytes(StandardCharsets.US_ASCII);

    private static final int LONGEST = "2026-11-21T08:59:53.123456789Z".length();

    /** Members of a sample, each an object, of which every engine sends some. */
    private static final Set<String> GROUPS =
            Set.of("cpu_stats", "memory_stats", "pids_stats", "blkio_stats", "storage_stats", "networks");

    private StatsView() {}

    /** The sampling time, ns since the epoch; 0 if there is none to be found; {@link #EMPTY}. Never fails. */
    public static long time(byte[] payload) {
        long time = timeInFront(payload);
        return time == CanonicalTime.NONE ? parse(payload) : time;
    }

    /** What {@link #parse} finds too, at many times the cost; none if the frame begins in any other way. */
    private static long timeInFront(byte[] payload) {
        if (Arrays.mismatch(FRONT, payload) != FRONT.length) {
            return CanonicalTime.NONE;
        }
        int from = FRONT.length;
        for (int to = from; to < payload.length && to <= from + LONGEST; to++) {
            if (payload[to] == '"') {
                return CanonicalTime.read(payload, from, to);
            }
        }
        return CanonicalTime.NONE;
    }

    /** The same, by the rules of JSON. */
    static long parse(byte[] payload) {
        try (JsonParser json = PayloadJson.FACTORY.createParser(payload)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return 0;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean read = json.currentName().equals("read");
                JsonToken value = json.nextToken();
                if (read && value == JsonToken.VALUE_STRING) {
                    return nanos(json.getText());
                }
                json.skipChildren();
            }
        } catch (IOException | RuntimeException e) {
            // Recorded as it is all the same, by the time of its receipt.
        }
        return 0;
    }

    /**
     * True if it holds a sample: a JSON object that says when it was sampled or, if it says nothing of that, what of. An
     * engine also answers with nothing, or with a message.
     *
     * @param time what {@link #time} gave for it
     */
    public static boolean isSample(byte[] payload, long time) {
        int last = payload.length - 1;
        while (last >= 0 && payload[last] <= ' ') {
            last--;
        }
        return last >= 0 && payload[last] == '}' && (time != 0 || holdsSample(payload));
    }

    private static boolean holdsSample(byte[] payload) {
        boolean holds = false;
        try (JsonParser json = PayloadJson.FACTORY.createParser(payload)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String member = json.currentName();
                JsonToken value = json.nextToken();
                holds |= value == JsonToken.START_OBJECT && GROUPS.contains(member)
                        || value == JsonToken.VALUE_STRING && member.equals("read");
                json.skipChildren();
            }
            return holds && json.nextToken() == null;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private static long nanos(String rfc3339) {
        if (rfc3339.startsWith("0001-01-01T")) {
            return EMPTY;
        }
        try {
            Instant read = OffsetDateTime.parse(rfc3339).toInstant();
            return Math.addExact(Math.multiplyExact(read.getEpochSecond(), 1_000_000_000L), read.getNano());
        } catch (DateTimeParseException | ArithmeticException e) {
            return 0;
        }
    }
}
