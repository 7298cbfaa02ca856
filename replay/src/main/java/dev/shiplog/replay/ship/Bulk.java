package dev.shiplog.replay.ship;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import java.util.ArrayList;
import java.util.List;

/** Documents for one request, in the order of the journal, each after the line that says where it goes. Not thread safe. */
final class Bulk {
    /**
     * One document.
     *
     * @param from where its action line begins in the lines
     * @param document where the document begins
     * @param to after its line feed
     * @param journal of the records that it was made of
     * @param kind of these
     * @param sequence of the last of them
     * @param records how many these are
     */
    record Item(int from, int document, int to, String journal, Kind kind, long sequence, int records) {}

    private final Bytes lines;
    private final List<Item> items = new ArrayList<>();
    private int from;
    private int document;

    /** @param bytes about how many lines it is to hold */
    Bulk(int bytes) {
        lines = new Bytes(bytes + (bytes >> 3));
    }

    /** Begins with the action line of a document, which the caller appends to what this returns, without a line feed. */
    Bytes beginAction() {
        from = lines.length();
        return lines;
    }

    /** Ends the action line; the caller then appends the document, without a line feed. */
    void beginDocument() {
        lines.put('\n');
        document = lines.length();
    }

    /** Ends the document. */
    void end(String journal, Kind kind, long sequence, int records) {
        lines.put('\n');
        items.add(new Item(from, document, lines.length(), journal, kind, sequence, records));
    }

    /** Makes it empty, to be filled again. */
    void clear() {
        lines.clear();
        items.clear();
    }

    Bytes lines() {
        return lines;
    }

    List<Item> items() {
        return items;
    }

    int bytes() {
        return lines.length();
    }
}
