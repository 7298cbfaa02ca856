package dev.shiplog.replay.past;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.MarkType;
import dev.shiplog.journal.record.RecordView;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What the recorder says in a record. */
final class Marks {
    private Marks() {}

    /** The type of a mark; null for any other record, and for a mark of a newer recorder. */
    static @Nullable MarkType type(RecordView record) {
        if (!record.isOfKnownKind() || record.kind() != Kind.MARK) {
            return null;
        }
        return MarkType.of(record.payload().array(), record.payload().length());
    }

    /** A mark; null for one of a newer recorder. */
    static @Nullable Mark read(RecordView record) {
        try {
            return Mark.fromJson(record.payload().toArray());
        } catch (IOException e) {
            return null;
        }
    }
}
