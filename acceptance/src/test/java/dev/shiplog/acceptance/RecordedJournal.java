package dev.shiplog.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** RecordedJournal as a test looks at them. */
final class RecordedJournal {
    private RecordedJournal() {}

    static List<Record> read(Path journal) throws IOException {
        return read(journal, "");
    }

    /** All records; fails at the first loss, with {@code as} in the message. */
    static List<Record> read(Path journal, String as) throws IOException {
        List<Record> records = new ArrayList<>();
        read(journal, as, records::add);
        return records;
    }

    /** As above, one by one. */
    static void read(Path journal, String as, Consumer<Record> each) throws IOException {
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                assertThat(step).as(() -> as + " " + cursor.loss()).isEqualTo(Cursor.Step.RECORD);
                each.accept(cursor.record().toRecord());
            }
        }
    }

    /** All records but those with which a segment begins, which only restate what was recorded before. */
    static List<Record> recorded(Path journal) throws IOException {
        List<Record> records = new ArrayList<>();
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            for (Cursor.Step step = cursor.next(); step != Cursor.Step.END; step = cursor.next()) {
                assertThat(step).as(() -> "" + cursor.loss()).isEqualTo(Cursor.Step.RECORD);
                if (!cursor.record().restated()) {
                    records.add(cursor.record().toRecord());
                }
            }
        }
        return records;
    }

    /** The payloads of one kind, as text. */
    static List<String> payloads(Path journal, Kind kind) throws IOException {
        return texts(read(journal).stream()
                .filter(record -> record.kind() == kind)
                .map(Record::payload)
                .toList());
    }

    static List<String> texts(List<byte[]> payloads) {
        return payloads.stream()
                .map(payload -> new String(payload, StandardCharsets.UTF_8))
                .toList();
    }
}
