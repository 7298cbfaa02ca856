package dev.shiplog.journal;

import dev.shiplog.journal.record.Record;
import dev.shiplog.journal.segment.Loss;
import java.util.ArrayList;
import java.util.List;

/**
 * Knows what was appended, and judges what was read of a damaged journal: each record is the one appended with that
 * sequence, none comes twice or out of order, and between two of them whatever is missing is covered by a loss that
 * claims nothing more than that.
 */
final class Oracle {
    private final List<Record> appended;

    /** @param appended in the order of their sequences, from 1 */
    Oracle(List<Record> appended) {
        this.appended = List.copyOf(appended);
    }

    List<Record> appended() {
        return appended;
    }

    /**
     * Judges what was read.
     *
     * @param first the lowest sequence that must be read or lost: what was before is not known to the reader
     * @param last the highest sequence that must be read or lost; what comes after may be missing without a word
     * @return the number of records read
     */
    int judge(Journals.Reading reading, long first, long last, String damage) {
        long expected = first;
        List<Loss> open = new ArrayList<>();
        for (Object step : reading.steps()) {
            if (step instanceof Loss loss) {
                open.add(loss);
                continue;
            }
            Record record = (Record) step;
            long sequence = record.sequence();
            if (sequence < expected) {
                throw new AssertionError(damage + ": record " + sequence + " after " + (expected - 1));
            }
            if (sequence > appended.size() || !Journals.same(record, appended.get((int) sequence - 1))) {
                throw new AssertionError(damage + ": record " + sequence + " is not the one that was appended");
            }
            cover(open, expected, sequence - 1, damage);
            open.clear();
            expected = sequence + 1;
        }
        if (expected <= last) {
            cover(open, expected, last, damage);
        }
        return reading.records().size();
    }

    private static void cover(List<Loss> losses, long from, long to, String damage) {
        long covered = from - 1;
        for (Loss loss : losses) {
            long lossTo = loss.sequences().to() == 0 ? to : loss.sequences().to();
            long lossFrom =
                    loss.sequences().from() == 0 ? from : loss.sequences().from();
            if (loss.records() >= 0 && loss.records() > 0 && (lossFrom < from || lossTo > Math.max(to, from - 1))) {
                throw new AssertionError(damage + ": " + loss + ", but only " + from + " to " + to + " are missing");
            }
            if (lossFrom <= covered + 1) {
                covered = Math.max(covered, lossTo);
            }
        }
        if (covered < to) {
            throw new AssertionError(damage + ": " + (covered + 1) + " to " + to + " are missing, told were " + losses);
        }
    }
}
