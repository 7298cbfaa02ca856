package dev.shiplog.journal;

import static dev.shiplog.journal.Journals.HOUR;
import static dev.shiplog.journal.Journals.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.shiplog.journal.record.Kind;
import dev.shiplog.journal.record.Mark;
import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Roll;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What each segment begins with, and how readers know it. */
@Timeout(60)
class SnapshotTest {
    @TempDir
    private Path directory;

    @Test
    void everySegmentBeginsWithTheSnapshot() throws Exception {
        for (int run = 0; run < 2; run++) {
            try (Appender appender = Journals.open(directory)) {
                appender.setSnapshot(() ->
                        List.of(Journals.bytes(Kind.INSPECT, 10, START, 1), Journals.bytes(Kind.HOST, 10, START, 2)));
                appender.append(Journals.stats(1, START + run));
                appender.append(Journals.stats(2, START + run));
                if (run == 1) {
                    assertThat(appender.append(Journals.stats(3, START + HOUR))).isEqualTo(11);
                }
            }
        }
        assertThat(Journals.read(directory).records())
                .extracting(Record::kind)
                .containsExactly(
                        Kind.INSPECT,
                        Kind.HOST,
                        Kind.STATS,
                        Kind.STATS,
                        Kind.INSPECT,
                        Kind.HOST,
                        Kind.STATS,
                        Kind.STATS,
                        Kind.INSPECT,
                        Kind.HOST,
                        Kind.STATS);
    }

    /** As a kill leaves it: what the cut snapshot does not say any more is in the segment before. */
    @Test
    void aRunGoesOnFromTheSegmentBeforeASnapshotThatWasCut() throws Exception {
        try (Appender appender = Journals.open(directory)) {
            appender.setSnapshot(() -> snapshot(START, 2));
            appender.append(Journals.stats(1, START));
            appender.setSnapshot(() -> new Cut(snapshot(START + HOUR, 2), 2));
            assertThatThrownBy(() -> appender.append(Journals.stats(2, START + HOUR)))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(restated(directory)).isEqualTo("R.... RR".replace(" ", ""));
        List<Kind> tail = new ArrayList<>();
        try (Appender appender =
                Appender.open(directory, Journals.options(Roll.HOURLY), record -> tail.add(record.kind()))) {
            assertThat(tail).containsExactly(Kind.MARK, Kind.HOST, Kind.INSPECT, Kind.INSPECT, Kind.STATS);
            assertThat(appender.recovery().lastSequence()).isEqualTo(7);
            appender.setSnapshot(() -> snapshot(START + HOUR, 2));
            assertThat(appender.append(Journals.stats(2, START + HOUR))).isEqualTo(12);
        }
    }

    /** Records of which the last cannot be written. */
    private static final class Cut extends AbstractList<Record> {
        private final List<Record> records;
        private final int written;
        private int rounds;

        Cut(List<Record> records, int written) {
            this.records = records;
            this.written = written;
        }

        @Override
        public Record get(int index) {
            rounds += index == 0 ? 1 : 0;
            if (rounds == 2 && index == written) { // the first round sums up lengths
                throw new IllegalStateException("killed");
            }
            return records.get(index);
        }

        @Override
        public int size() {
            return records.size();
        }
    }

    @Test
    void whatASnapshotRepeatsIsFlaggedAsRestated() throws Exception {
        for (int run = 0; run < 2; run++) {
            try (Appender appender = Journals.open(directory)) {
                appender.setSnapshot(() -> snapshot(START, 1));
                appender.append(Journals.stats(1, START + run));
                if (run == 1) {
                    appender.append(Journals.stats(3, START + HOUR));
                }
            }
        }
        // In the journal's first snapshot the description is news.
        assertThat(restated(directory)).isEqualTo("R... RRR. RRR.".replace(" ", ""));
    }

    /** As in journals whose writer knew no such flag. */
    @Test
    void aSnapshotWithoutFlagsIsKnownByWhatItSaysItHolds() throws Exception {
        Path old = directory.resolve("old");
        try (Appender appender = Journals.open(old)) {
            long later = START + HOUR;
            appendAll(appender, snapshot(START, 1)); // the journal's first
            appender.append(Journals.stats(1, START));
            appendAll(appender, snapshot(later, 1));
            appender.append(Journals.bytes(Kind.INSPECT, 10, later, 3)); // happened right after the snapshot
            appender.append(Journals.stats(1, later));
            appendAll(appender, snapshot(later + HOUR, 0));
            appender.append(Journals.bytes(Kind.HOST, 10, later + HOUR, 4));
            appender.append(Journals.stats(1, later + HOUR));
        }
        assertThat(restated(old)).isEqualTo("R... RRR.. RR..".replace(" ", ""));
    }

    /** A snapshot as the recorder makes it, of a host and so many containers. */
    private static List<Record> snapshot(long received, int containers) {
        List<Record> snapshot = new ArrayList<>();
        byte[] start = new Mark.SegmentStart("", containers).toJson();
        snapshot.add(new Record(0, Kind.MARK, "", received, received, 1, start));
        snapshot.add(Journals.bytes(Kind.HOST, 10, START - 2, 2));
        for (int i = 0; i < containers; i++) {
            snapshot.add(Journals.bytes(Kind.INSPECT, 10, START - 1, i));
        }
        return snapshot;
    }

    private static void appendAll(Appender appender, List<Record> records) throws Exception {
        for (Record record : records) {
            appender.append(record);
        }
    }

    /** A letter for each record: R if it is restated. */
    private static String restated(Path journal) throws Exception {
        StringBuilder found = new StringBuilder();
        try (Cursor cursor = Cursor.open(List.of(journal))) {
            while (cursor.next() == Cursor.Step.RECORD) {
                found.append(cursor.record().restated() ? 'R' : '.');
            }
        }
        return found.toString();
    }
}
