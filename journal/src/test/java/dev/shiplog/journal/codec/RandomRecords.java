package dev.shiplog.journal.codec;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Records of a few series each, whose payloads are JSON that changes a little, JSON at random, or no JSON at all. */
public final class RandomRecords {
    private final Random random;
    private final Map<String, byte[]> last = new HashMap<>();

    public RandomRecords(long seed) {
        random = new Random(seed);
    }

    /** The next record, without a number. */
    public Record next() {
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        String subject = random.nextInt(10) == 0 ? "" : "subject-" + random.nextInt(12) + (char) random.nextInt(0xD800);
        String key = kind + subject.substring(0, Math.min(10, subject.length()));
        byte[] old = last.get(key);
        byte[] payload;
        if (old != null && random.nextInt(3) > 0) {
            payload = changed(old);
        } else {
            StringBuilder text = new StringBuilder();
            switch (random.nextInt(8)) {
                case 0 -> garbage(text);
                case 1, 2 -> message(text);
                default -> object(text, 3);
            }
            payload = text.toString().getBytes(StandardCharsets.UTF_8);
        }
        last.put(key, payload);
        long time = random.nextInt(5) == 0 ? random.nextLong() : 1_795_251_593_000_000_000L + random.nextInt();
        long received = random.nextInt(5) == 0 ? random.nextLong() : time / 1_000 * 1_000 + random.nextInt(9) * 1_000L;
        long monotonic = random.nextInt(5) == 0 ? random.nextLong() : received - 99;
        return new Record(0, kind, subject, time, received, monotonic, payload);
    }

    private byte[] changed(byte[] old) {
        byte[] payload = old.clone();
        for (int n = random.nextInt(4); n > 0 && payload.length > 0; n--) {
            int at = random.nextInt(payload.length);
            switch (random.nextInt(4)) {
                case 0 -> payload[at] = (byte) ('0' + random.nextInt(10));
                case 1 -> payload[at] = (byte) random.nextInt(256);
                case 2 -> payload = Arrays.copyOf(payload, at);
                default -> {
                    byte[] longer = new byte[payload.length + 1];
                    System.arraycopy(payload, 0, longer, 0, at);
                    longer[at] = (byte) "0123456789\",:{}-.e\\".charAt(random.nextInt(19));
                    System.arraycopy(payload, at, longer, at + 1, payload.length - at);
                    payload = longer;
                }
            }
        }
        return payload;
    }

    private void garbage(StringBuilder text) {
        for (int n = random.nextInt(40); n > 0; n--) {
            text.append(
                    random.nextBoolean()
                            ? (char) random.nextInt(128)
                            : "{}[]\",:0123456789-.eE".charAt(random.nextInt(21)));
        }
    }

    /** A log message, or what is nearly one. */
    private void message(StringBuilder text) {
        text.append((char) random.nextInt(4));
        text.append(
                random.nextInt(8) == 0 ? time() : "2026-11-27T15:33:26.1234" + (10_000 + random.nextInt(90_000)) + "Z");
        text.append(random.nextInt(8) == 0 ? "" : " ");
        for (int n = random.nextInt(30); n > 0; n--) {
            switch (random.nextInt(4)) {
                case 0 -> garbage(text);
                case 1 -> text.append(Long.toHexString(random.nextLong()));
                case 2 -> text.append("\tat com.example.shop.OrderService.create(OrderService.java:118)\n");
                default -> text.append(text, 0, random.nextInt(text.length()));
            }
        }
    }

    private void object(StringBuilder text, int depth) {
        text.append('{');
        int members = random.nextInt(6);
        for (int i = 0; i < members; i++) {
            text.append(i == 0 ? "" : ",")
                    .append('"')
                    .append((char) ('a' + random.nextInt(8)))
                    .append("\":");
            value(text, depth);
        }
        text.append('}');
    }

    private void value(StringBuilder text, int depth) {
        switch (random.nextInt(depth > 0 ? 12 : 10)) {
            case 0 -> text.append(random.nextLong());
            case 1 -> text.append(random.nextInt(100));
            case 2 -> text.append(random.nextDouble());
            case 3 -> text.append("18446744073709551615");
            case 4 -> text.append("-0");
            case 5 -> text.append(random.nextBoolean());
            case 6 -> text.append("null");
            case 7 -> text.append('"').append(time()).append('"');
            case 8 ->
                text.append('"')
                        .append(Long.toHexString(random.nextLong()))
                        .append(Long.toHexString(random.nextLong()))
                        .append('"');
            case 9 -> text.append("\"q\\\"\\\\u").append(random.nextInt(30)).append('"');
            case 10 -> object(text, depth - 1);
            default -> {
                text.append('[');
                for (int n = random.nextInt(4); n > 0; n--) {
                    value(text, depth - 1);
                    text.append(n > 1 ? "," : "");
                }
                text.append(']');
            }
        }
    }

    private String time() {
        return switch (random.nextInt(5)) {
            case 0 -> "0001-01-01T00:00:00Z";
            case 1 -> "2026-02-30T24:61:00.5Z";
            case 2 -> "2026-11-21T08:59:53.100Z";
            default ->
                Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000))
                        .toString();
        };
    }
}
