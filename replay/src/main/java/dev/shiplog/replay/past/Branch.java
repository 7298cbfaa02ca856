package dev.shiplog.replay.past;

import dev.shiplog.journal.record.RecordView;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What is folded of the records up to a moment. What comes later is folded into a copy, which counts if the moment comes
 * again. Not thread safe.
 *
 * @param <T> what they are folded into
 */
public final class Branch<T> {
    private final BiConsumer<T, RecordView> fold;
    private final UnaryOperator<T> copy;
    private T now;
    /** With all that came later; null as long as nothing did. */
    private @Nullable T later;

    /**
     * @param fold takes the next record
     * @param copy makes a copy that goes its own way
     */
    public Branch(T begin, BiConsumer<T, RecordView> fold, UnaryOperator<T> copy) {
        now = begin;
        this.fold = fold;
        this.copy = copy;
    }

    /** Of one who needs nothing but the state of the host. */
    public static Branch<Object> none() {
        return new Branch<>("", (nothing, record) -> {}, nothing -> nothing);
    }

    /** Takes a record of what happened by the moment. */
    void apply(RecordView record) {
        fold.accept(now, record);
        if (later != null) {
            fold.accept(later, record);
        }
    }

    /** Takes a record of what happened after the moment, unless that comes again. */
    void applyLater(RecordView record) {
        later = later == null ? copy.apply(now) : later;
        fold.accept(later, record);
    }

    /** The moment comes again. */
    void again() {
        now = later == null ? now : later;
        later = null;
    }

    /** The journal was read: another may follow. */
    void end() {
        later = null;
    }

    /** As of the moment. */
    public T get() {
        return now;
    }
}
