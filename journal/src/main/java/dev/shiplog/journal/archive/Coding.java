package dev.shiplog.journal.archive;

import dev.shiplog.journal.bytes.UndecodableException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the blocks of an archive hold their records. */
public enum Coding {
    /** By column: small and fast, for Shiplog and for readers written from the page on the format. */
    COLUMNS("shb"),
    /** Lines of JSON under zstd: larger, and readable without any program of ours. */
    PORTABLE("ndjson.zst");

    private final String suffix;
    private final String label;

    Coding(String suffix) {
        this.suffix = suffix;
        this.label = name().toLowerCase(Locale.ROOT);
    }

    /** The name in a manifest. */
    public String label() {
        return label;
    }

    /** The coding with this name; null if this version knows none. */
    static @Nullable Coding ofLabel(String label) {
        for (Coding coding : values()) {
            if (coding.label.equals(label)) {
                return coding;
            }
        }
        return null;
    }

    /** Writes blocks of records of this journal and this Docker host. */
    BlockWriter writer(String journal, String host) {
        return switch (this) {
            case COLUMNS -> new ColumnWriter();
            case PORTABLE -> new PortableWriter(journal, host);
        };
    }

    /**
     * Reads {@code block}.
     *
     * @param payloadBytes how many bytes the payloads of its records may have
     */
    BlockReader reader(byte[] block, long payloadBytes) throws UndecodableException {
        return switch (this) {
            case COLUMNS -> new ColumnReader(block, payloadBytes);
            case PORTABLE -> new PortableReader(block, payloadBytes);
        };
    }

    /** The name of the block with this index. */
    String blockName(int index) {
        return String.format(Locale.ROOT, "records-%05d.%s", index + 1, suffix);
    }
}
