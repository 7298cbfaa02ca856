package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.replay.query.Origin;

/**
 * Writes a record as two lines, as the bulk interface of Elasticsearch and OpenSearch takes it: where it goes, then the
 * document. {@code create} leaves alone what is there.
 */
public final class BulkFormat implements LineFormat {
    private final LineFormat documents;
    private final String prefix;
    private final Origin origin;

    /**
     * @param prefix what names of indices begin with
     * @param origin where the records come from; the caller keeps it up to date
     */
    public BulkFormat(LineFormat documents, String prefix, Origin origin) {
        this.documents = documents;
        this.prefix = prefix;
        this.origin = origin;
    }

    @Override
    public void write(RecordView record, Bytes out) {
        DocumentId.of(prefix, origin.place().journal(), record).writeAction(out);
        out.put('\n');
        documents.write(record, out);
    }
}
