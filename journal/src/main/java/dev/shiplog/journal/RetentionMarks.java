package dev.shiplog.journal;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What retention took of journals, as their newest segments say: each restates the mark with the highest sequence. So a
 * reader knows missing records that were deleted on purpose from a loss.
 */
public final class RetentionMarks {
    /** The newest one may not have restated the mark yet. */
    private static final int NEWEST = 2;

    private RetentionMarks() {}

    /** Of each journal at {@code sources}, by its id, the mark with the highest sequence; none where nothing was taken. */
    public static Map<String, Mark.Retention> read(List<Path> sources) throws IOException {
        Map<String, Mark.Retention> marks = new HashMap<>();
        Map<String, Integer> segments = new HashMap<>();
        try (Cursor cursor = Cursor.openPlain(sources)) {
            cursor.seek((journal, group) -> segments.merge(journal, 1, Integer::sum) >= NEWEST);
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                if (step == Cursor.Step.RECORD && isRetention(cursor.record())) {
                    Mark mark = Mark.fromJson(cursor.record().payload().toArray());
                    marks.merge(cursor.journal(), (Mark.Retention) mark, RetentionMarks::higher);
                }
            }
        }
        return marks;
    }

    /**
     * The highest sequence that retention took of a journal at {@code sources}, by the journal's id; 0 if it took none, or
     * if that cannot be read. Looked up when it is asked for.
     */
    public static ToLongFunction<String> lastSequence(List<Path> sources) {
        return journal -> {
            try {
                Mark.Retention mark = read(sources).get(journal);
                return mark == null ? 0 : mark.lastSequence();
            } catch (IOException e) {
                return 0; // whoever reads the journal reports what cannot be read
            }
        };
    }

    private static boolean isRetention(RecordView record) {
        return record.kindCode() == Kind.MARK.code()
                && MarkType.of(record.payload().array(), record.payload().length()) == MarkType.RETENTION;
    }

    private static Mark.Retention higher(Mark.Retention one, Mark.Retention other) {
        return one.lastSequence() > other.lastSequence() ? one : other;
    }
}
