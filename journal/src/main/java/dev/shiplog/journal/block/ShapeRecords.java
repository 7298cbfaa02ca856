package dev.shiplog.journal.block;

import dev.shiplog.journal.record.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The records of one shape in a block that is written, as cells, and what each of them refers to. */
final class ShapeRecords {
    private static final long[] NONE = {};

    final int number;
    final Shape shape;

    private final List<long[]> cells = new ArrayList<>();
    private final List<long[]> lasts = new ArrayList<>();

    ShapeRecords(int number, Shape shape) {
        this.number = number;
        this.shape = shape;
    }

    int size() {
        return cells.size();
    }

    /** Adds a record. {@code last} is the last one of its track, null if there was none. */
    void add(long[] now, long @Nullable [] last) {
        cells.add(now);
        lasts.add(last == null ? NONE : last);
    }

    /** The numbers of all records. */
    int[] all() {
        return IntStream.range(0, size()).toArray();
    }

    /** The numbers of those that are the first of their track. */
    int[] allFirst() {
        return IntStream.range(0, size()).filter(this::isFirst).toArray();
    }

    long[] now(int i) {
        return cells.get(i);
    }

    /** Whether the record is the first of its track. */
    boolean isFirst(int i) {
        return lasts.get(i) == NONE;
    }

    /** The last record of the track of record {@code i}, or what stands in for it. */
    long[] last(int i) {
        return isFirst(i) ? before(i) : lasts.get(i);
    }

    /** The record of the shape before record {@code i}; for the first one itself, whose cells are the initial values. */
    long[] before(int i) {
        return cells.get(Math.max(0, i - 1));
    }
}
