package dev.shiplog.journal.archive;

import java.nio.charset.StandardCharsets;

/** The member that tells somebody who finds an archive, years later, what it is and how to read it. */
final class Readme {
    static final String NAME = "README.txt";

    private Readme() {}

    static byte[] of(Coding coding) {
        String withoutShiplog = switch (coding) {
            case COLUMNS -> """
                    Without Shiplog: docs/archive-format.md of its source describes the blocks to the byte. An
                    archive made with --portable needs no program of ours.
                    """;
            case PORTABLE -> """
                    Without Shiplog: tar xOf ARCHIVE records-00001.ndjson.zst | zstd -dc | jq .
                    Each line is one record; "payload" is what the engine said.
                    """;
        };
        String text = """
                This is what a Docker host's engine said for a while: a segment of a journal that the
                recorder Shiplog wrote, as an archive.

                manifest.json says of which host and time it is, which records and containers it holds,
                what was not recorded, and what length and SHA-256 each of the other members must have.
                records-* hold the records. To check the manifest: tar xf ARCHIVE && sha256sum -c manifest.sha256

                With Shiplog: replay ls ARCHIVE; replay export ARCHIVE; replay verify ARCHIVE
                """ + withoutShiplog;
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
