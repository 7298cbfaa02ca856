package dev.shiplog.recorder.writer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The keys of the newest {@value #WINDOW} events in the journal, oldest first. */
final class KnownEvents {
    /** Twice the engine's ring: live events may overtake each other. */
    static final int WINDOW = 512;

    private final Deque<Long> keys = new ArrayDeque<>();

    void add(long key) {
        keys.add(key);
        if (keys.size() > WINDOW) {
            keys.remove();
        }
    }

    boolean contains(long key) {
        return keys.contains(key);
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    /** How often each key is known: two events may have the same bytes. */
    Map<Long, Integer> counts() {
        Map<Long, Integer> counts = new HashMap<>();
        keys.forEach(key -> counts.merge(key, 1, Integer::sum));
        return counts;
    }

    /** The keys as a segment's start lists them, without some: 16 hexadecimal digits each, with spaces between. */
    String text(Set<Long> but) {
        return keys.stream()
                .filter(key -> !but.contains(key))
                .map(HexFormat.of()::toHexDigits)
                .collect(Collectors.joining(" "));
    }

    /** Replaces the known keys by those in what {@link #text} gave, if there are any. */
    void replace(String text) {
        List<Long> replacement = read(text);
        if (!replacement.isEmpty()) {
            keys.clear();
            replacement.forEach(this::add);
        }
    }

    /** Adds the keys in what {@link #text} gave. */
    void addAll(String text) {
        read(text).forEach(this::add);
    }

    private static List<Long> read(String text) {
        List<Long> read = new ArrayList<>();
        for (String key : text.split(" ", -1)) {
            try {
                read.add(Long.parseUnsignedLong(key, 16));
            } catch (NumberFormatException e) {
                // A later version may have other keys.
            }
        }
        return read;
    }
}
