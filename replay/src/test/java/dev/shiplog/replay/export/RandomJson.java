package dev.shiplog.replay.export;

import java.util.Random;

/** Objects that look a little like stats, with all that JSON allows: repeated names, empty parts, escapes, any number. */
final class RandomJson {
    private static final String[] NAMES = {
        "a",
        "b",
        "a_b",
        "a_b_2",
        "",
        "event",
        "name",
        "id",
        "read",
        "cpu_stats",
        "cpu_usage",
        "cpu",
        "memory_stats",
        "stats",
        "rss",
        "total_rss",
        "anon",
        "file",
        "memory",
        "networks",
        "network",
        "eth0",
        "rx_bytes",
        "blkio_stats",
        "io_time_recursive",
        "blkio",
        "x.y",
        "\\u0061",
        "caf\u00e9",
        "\\ud83d\\ude00",
        "\ud83d\ude00",
        "\\\"",
        "@timestamp",
        "container_id",
        "image",
        "0",
        "a0"
    };
    private static final String[] OPERATIONS = {"Read", "read", "Write", "", "\\u0052ead", "2026-11-21T10:00:00Z"};

    private final Random random;

    RandomJson(Random random) {
        this.random = random;
    }

    String next() {
        return object(0, false);
    }

    private String object(int depth, boolean integers) {
        StringBuilder out = new StringBuilder("{").append(space());
        int count = random.nextInt(depth == 0 ? 10 : 5);
        for (int i = 0; i < count; i++) {
            String name = NAMES[random.nextInt(NAMES.length)];
            boolean sums = name.equals("networks") || name.equals("blkio_stats");
            out.append(i == 0 ? "" : ",").append('"').append(name).append("\":").append(space());
            out.append(value(depth + 1, integers || sums)).append(space());
        }
        return out.append('}').toString();
    }

    private String value(int depth, boolean integers) {
        int choice = random.nextInt(depth > 5 ? 6 : 12);
        return switch (choice) {
            case 0, 1 -> number(integers);
            case 2, 3 -> '"' + string() + '"';
            case 4 -> random.nextBoolean() ? "true" : "false";
            case 5 -> "null";
            case 6 -> array(depth, integers);
            case 7 -> devices();
            default -> object(depth, integers);
        };
    }

    private String array(int depth, boolean integers) {
        StringBuilder out = new StringBuilder("[").append(space());
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ",").append(value(depth + 1, integers)).append(space());
        }
        return out.append(']').toString();
    }

    private String devices() {
        StringBuilder out = new StringBuilder("[");
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ",").append("{\"major\":").append(random.nextInt(3));
            out.append(",\"minor\":").append(random.nextInt(2)).append(",\"op\":\"");
            out.append(OPERATIONS[random.nextInt(OPERATIONS.length)]);
            out.append("\",\"value\":").append(number(true)).append('}');
        }
        return out.append(']').toString();
    }

    private String number(boolean integer) {
        return switch (random.nextInt(integer ? 4 : 7)) {
            case 0 -> String.valueOf(random.nextInt(100));
            case 1 -> String.valueOf(random.nextLong());
            case 2 -> Long.toUnsignedString(random.nextLong());
            case 3 -> String.valueOf(random.nextInt(1_000_000));
            case 4 -> String.valueOf(random.nextDouble());
            case 5 -> "-0";
            default -> random.nextInt(10) + ".50e+" + random.nextInt(400);
        };
    }

    private String string() {
        return switch (random.nextInt(6)) {
            case 0 -> "";
            case 1 -> "2026-11-21T10:00:0" + random.nextInt(10) + "." + random.nextInt(1000) + "Z";
            case 2 -> "\\n\\\"\\\\ \\u00e9\\/";
            case 3 -> "caf\u00e9 \ud83d\ude00";
            default -> "text " + random.nextInt(50);
        };
    }

    private String space() {
        return random.nextInt(20) == 0 ? " " : "";
    }
}
