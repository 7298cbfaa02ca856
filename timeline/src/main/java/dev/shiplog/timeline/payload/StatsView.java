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
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Reads the few members of a sample that Shiplog acts upon: when it was taken, and of which container. */
public final class StatsView {
    /** The {@link #time} of a sample that says it holds nothing: the container is stopped, or reading failed. */
    public static final long EMPTY = -1;

    /** How engines begin a sample. */
    private static final byte[] FRONT = "{\"read\":\"".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] MEMORY = "\"memory_stats\":".getBytes(StandardCharsets.US_ASCII);
    private static final Set<String> MEMORY_MEMBERS = Set.of("usage", "limit", "total_inactive_file", "inactive_file");

    private static final int LONGEST = "2026-11-21T08:59:53.123456789Z".length();

    /** Members of a sample, each an object; every engine sends some of them. */
    private static final Set<String> GROUPS =
            Set.of("cpu_stats", "memory_stats", "pids_stats", "blkio_stats", "storage_stats", "networks");

    private StatsView() {}

    /**
     * When the sample was taken: its top-level member {@code read}, ns since the epoch; 0 if it has none, or
     * {@link #EMPTY}. Never fails.
     */
    public static long time(byte[] payload) {
        long time = timeInFront(payload);
        return time == CanonicalTime.NONE ? parse(payload) : time;
    }

    /** The fast way to what {@link #parse} finds; none if the sample begins in any other way. */
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

    /** The same as {@link #time}, read as JSON. */
    static long parse(byte[] payload) {
        return nanos(PayloadJson.text(payload, "read"));
    }

    /**
     * How much of its limit the container's memory takes, in whole percent, without the page cache that could go, as
     * {@code docker stats} has it; -1 if the sample does not say. Never fails. Reads no more than {@code memory_stats}.
     */
    public static int memoryPercent(byte[] payload) {
        int from = indexOf(payload, MEMORY);
        if (from < 0) {
            return -1;
        }
        from += MEMORY.length;
        Map<String, Long> numbers = new HashMap<>();
        try (JsonParser json = PayloadJson.FACTORY.createParser(payload, from, payload.length - from)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                memory(json, numbers);
            }
        } catch (IOException | RuntimeException e) {
            return -1;
        }
        long usage = numbers.getOrDefault("usage", 0L);
        long limit = numbers.getOrDefault("limit", 0L);
        long cache = numbers.getOrDefault("total_inactive_file", numbers.getOrDefault("inactive_file", 0L));
        return limit <= 0 ? -1 : (int) Math.min(100.0, 100.0 * (cache < usage ? usage - cache : usage) / limit);
    }

    /** Collects the numbers of the object and of its member {@code stats}. */
    private static void memory(JsonParser json, Map<String, Long> numbers) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String member = json.currentName();
            JsonToken value = json.nextToken();
            if (value == JsonToken.VALUE_NUMBER_INT && MEMORY_MEMBERS.contains(member)) {
                numbers.putIfAbsent(member, json.getLongValue());
            } else if (value == JsonToken.START_OBJECT && member.equals("stats")) {
                memory(json, numbers);
            } else {
                json.skipChildren();
            }
        }
    }

    /** How much memory the container uses, with the page cache, in bytes; -1 if the sample does not say. Never fails. */
    public static long memoryUsage(byte[] payload) {
        int from = indexOf(payload, MEMORY) + MEMORY.length;
        if (from < MEMORY.length) {
            return -1;
        }
        try (JsonParser json = PayloadJson.FACTORY.createParser(payload, from, payload.length - from)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String member = json.currentName();
                if (json.nextToken() == JsonToken.VALUE_NUMBER_INT && member.equals("usage")) {
                    return json.getLongValue();
                }
                json.skipChildren();
            }
        } catch (IOException | RuntimeException e) {
            return -1; // more than a long holds, or no JSON
        }
        return -1;
    }

    private static int indexOf(byte[] payload, byte[] text) {
        for (int at = 0; at <= payload.length - text.length; at++) {
            if (payload[at] == text[0] && Arrays.equals(payload, at, at + text.length, text, 0, text.length)) {
                return at;
            }
        }
        return -1;
    }

    /** The container's name as the sample has it, with or without a slash before it; empty if it has none. Never fails. */
    public static String name(byte[] payload) {
        return PayloadJson.text(payload, "name");
    }

    /**
     * True if the payload is a sample: a JSON object that says when it was taken or, failing that, holds what was measured.
     * An engine also answers with nothing, or with an error message.
     *
     * @param time the payload's {@link #time}
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
