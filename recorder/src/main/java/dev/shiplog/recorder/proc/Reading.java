package dev.shiplog.recorder.proc;

import org.jspecify.annotations.Nullable;

/**
 * What came of reading something.
 *
 * @param value null if it was not read
 * @param skipped why not; empty if it was
 */
public record Reading<T>(@Nullable T value, String skipped) {
    static <T> Reading<T> of(T value) {
        return new Reading<>(value, "");
    }

    public static <T> Reading<T> skipped(String why) {
        return new Reading<>(null, why);
    }
}
