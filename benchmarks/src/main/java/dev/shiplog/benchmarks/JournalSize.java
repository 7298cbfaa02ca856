package dev.shiplog.benchmarks;

import dev.shiplog.journal.Appender;
import dev.shiplog.journal.Cursor;
import dev.shiplog.journal.record.Record;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What real stats samples take in a live journal: what grows with them, and what each segment costs whatever it holds.
 * {@code journal-size} runs it and asks the file system what is allocated.
 *
 * <p>Arguments: a directory that is not there yet, and how many times over the samples are written.
 */
public final class JournalSize {
    private JournalSize() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        int rounds = Integer.parseInt(args[1]);
        List<Record> records = StatsSamples.records();
        if (rounds == 0) {
            try (Appender appender = StatsSamples.open(directory)) {
                appender.append(records.get(0));
            }
            return;
        }
        StatsSamples.writeJournal(directory, rounds);
        long samples = (long) rounds * records.size();
        long first = 0;
        long last = 0;
        long read = 0;
        try (Cursor cursor = Cursor.open(List.of(directory))) {
            while (cursor.next() == Cursor.Step.RECORD) {
                first = read == 0 ? cursor.position().offset() : first;
                last = cursor.position().offset();
                read++;
            }
        }
        if (read != samples) {
            throw new IOException(read + " of " + samples + " samples came back");
        }
        // The first record stands behind the header, Chronicle's index pages and the first group's head.
        System.out.printf(
                Locale.ROOT,
                "%d samples: %.1f bytes each, from the first excerpt's header to the last's%n",
                samples,
                (double) (last - first) / (samples - 1));
    }
}
