package dev.shiplog.replay.command;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what somebody may have meant. */
final class Nearest {
    /** Longer texts are compared up to here. */
    private static final int MAX_LENGTH = 64;

    private Nearest() {}

    /** Those of {@code names} that are nearest to one of the {@code meant}, the nearest first. */
    static List<String> of(List<String> meant, List<String> names, int most) {
        return names.stream()
                .sorted(Comparator.comparingInt((String name) -> meant.stream()
                                .mapToInt(text -> distance(comparable(text), comparable(name)))
                                .min()
                                .orElse(0))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(most)
                .toList();
    }

    private static String comparable(String text) {
        return text.substring(0, Math.min(MAX_LENGTH, text.length())).toLowerCase(Locale.ROOT);
    }

    /** How many characters to insert, delete or replace make one of the other (Levenshtein). */
    private static int distance(String one, String other) {
        int[] before = new int[other.length() + 1];
        for (int i = 0; i < before.length; i++) {
            before[i] = i;
        }
        for (int i = 0; i < one.length(); i++) {
            int[] row = new int[before.length];
            row[0] = i + 1;
            for (int k = 0; k < other.length(); k++) {
                int replaced = before[k] + (one.charAt(i) == other.charAt(k) ? 0 : 1);
                row[k + 1] = Math.min(replaced, 1 + Math.min(before[k + 1], row[k]));
            }
            before = row;
        }
        return before[other.length()];
    }
}
