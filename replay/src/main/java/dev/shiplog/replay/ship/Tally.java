package dev.shiplog.replay.ship;

import java.util.TreeMap;

/**
 * What was read of one kind in one journal, and what became of it. Every record that was read is counted once more: as part of
 * a document that was created, existed or was refused, or as one that was left out. Not thread safe.
 */
final class Tally {
    /** Documents are counted by so many sequences each, so that a loss can be told from where to where. */
    static final long BLOCK = 10_000;

    long read;
    /** Left out because a segment repeats them at its head. */
    long restated;
    /** Left out by kind, filter or range. */
    long filtered;
    /** Of windows that were sent before. */
    long late;
    /** Of windows that are not over. */
    long open;

    /** Documents, and the records that they are made of. */
    long created;

    long existed;
    long refused;
    long recordsCreated;
    long recordsExisted;
    long recordsRefused;

    /** How many documents are there, by the number of their block of sequences. */
    final TreeMap<Long, Long> blocks = new TreeMap<>();

    Tally() {}

    void add(Bulk.Item item, Outcome.Fate fate) {
        switch (fate) {
            case CREATED -> {
                created++;
                recordsCreated += item.records();
            }
            case EXISTED -> {
                existed++;
                recordsExisted += item.records();
            }
            case REFUSED -> {
                refused++;
                recordsRefused += item.records();
            }
            case OPEN -> throw new IllegalStateException("nothing is known of a document");
        }
        if (fate != Outcome.Fate.REFUSED) {
            blocks.merge(Math.floorDiv(item.sequence(), BLOCK), 1L, Long::sum);
        }
    }

    /** Records that were read and are counted nowhere else: none, if all is right. */
    long unsettled() {
        return read - restated - filtered - late - open - recordsCreated - recordsExisted - recordsRefused;
    }

    /** Documents that are there, because of this shipment or of an earlier one. */
    long arrived() {
        return created + existed;
    }
}
