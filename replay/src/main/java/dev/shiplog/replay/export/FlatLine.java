package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The line of a container's last sample, kept to make the next from. Most values do not change from one sample to the
 * next: those that do are replaced in place. Not thread safe.
 */
final class FlatLine {
    private final FlatPlan plan;
    private final Beside beside;
    private final Bytes line = new Bytes(1 << 11);
    private final Bytes value = new Bytes(1 << 5);
    // By step of the plan: where its value is in the line, and the value itself if it is the time or that of one slot.
    private final int[] from;
    private final int[] to;
    private final long[] numbers;
    private final byte[] @Nullable [] texts;
    // The steps that write an integer, which most do, and the others.
    private final int[] integers;
    private final int[] slotOfInteger;
    private final int[] others;
    /** The step that writes the sequence, or -1. */
    private final int sequence;

    /** The line of {@code record}, which the plan fits. */
    FlatLine(FlatPlan plan, RecordView record, Beside beside) {
        this.plan = plan;
        this.beside = beside;
        int steps = plan.steps();
        numbers = new long[steps];
        texts = new byte[steps] @Nullable [];
        from = new int[steps];
        to = new int[steps];
        for (int i = 0; i < steps; i++) {
            hasChanged(i, record);
            line.put(plan.before(i));
            from[i] = line.length();
            plan.write(i, record, beside, line);
            to[i] = line.length();
        }
        line.put(plan.before(steps));
        integers = steps(plan, step -> step == FlatPlan.Step.INTEGER_SLOT);
        slotOfInteger = Arrays.stream(integers).map(plan::slot).toArray();
        others = steps(plan, step -> step != FlatPlan.Step.INTEGER_SLOT && step != FlatPlan.Step.SEQUENCE);
        sequence = IntStream.of(steps(plan, step -> step == FlatPlan.Step.SEQUENCE))
                .findFirst()
                .orElse(-1);
    }

    private static int[] steps(FlatPlan plan, Predicate<FlatPlan.Step> which) {
        return IntStream.range(0, plan.steps())
                .filter(i -> which.test(plan.step(i)))
                .toArray();
    }

    /**
     * Makes this the line of {@code record}, which is of the plan's shape.
     *
     * @return false if the plan does not fit: then this line is of no more use
     */
    boolean update(RecordView record) {
        if (!plan.hasSameNames(record)) {
            return false;
        }
        if (sequence >= 0 && !line.setDecimal(from[sequence], to[sequence], record.sequence())) {
            replace(sequence, record);
        }
        for (int k = 0; k < integers.length; k++) {
            long number = record.number(slotOfInteger[k]);
            int i = integers[k];
            if (numbers[i] != number) {
                numbers[i] = number;
                // A counter mostly has as many digits as before.
                if (number < 0 || !line.setDecimal(from[i], to[i], number)) {
                    replace(i, record);
                }
            }
        }
        for (int i : others) {
            if (hasChanged(i, record)) {
                if (!plan.isWritable(i, record)) {
                    return false;
                }
                replace(i, record);
            }
        }
        return true;
    }

    /** Appends the line. */
    void write(Bytes out) {
        out.put(line.array(), 0, line.length());
    }

    /** Whether step {@code i} may write something else than it last wrote; notes the new value. */
    private boolean hasChanged(int i, RecordView record) {
        return switch (plan.step(i)) {
            case ORIGIN, SEQUENCE, LOG, CONTAINER_NAME, CONTAINER_ID, IMAGE, IMAGE_ID -> false;
            case TIME -> hasChanged(i, record.time());
            case RESTATED -> hasChanged(i, record.restated() ? 1 : 0);
            case INTEGER_SLOT, TIME_SLOT -> hasChanged(i, record.number(plan.slot(i)));
            case NUMBER_SLOT, STRING_SLOT, NAME_SLOT, NESTED_SLOT -> hasChanged(i, record.text(plan.slot(i)));
            case SUM_OF_SLOTS -> true;
        };
    }

    private boolean hasChanged(int i, long number) {
        boolean changed = numbers[i] != number;
        numbers[i] = number;
        return changed;
    }

    private boolean hasChanged(int i, byte[] text) {
        boolean changed = texts[i] != text && !Arrays.equals(texts[i], text);
        texts[i] = text;
        return changed;
    }

    /** Writes step {@code i} anew in its place, and moves the rest of the line if the length changes. */
    private void replace(int i, RecordView record) {
        value.clear();
        plan.write(i, record, beside, value);
        int longer = value.length() - (to[i] - from[i]);
        if (longer != 0) {
            int length = line.length();
            line.length(length + longer);
            System.arraycopy(line.array(), to[i], line.array(), to[i] + longer, length - to[i]);
            to[i] += longer;
            for (int k = i + 1; k < from.length; k++) {
                from[k] += longer;
                to[k] += longer;
            }
        }
        System.arraycopy(value.array(), 0, line.array(), from[i], value.length());
    }
}
