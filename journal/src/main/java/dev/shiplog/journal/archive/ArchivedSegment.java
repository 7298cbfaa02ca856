package dev.shiplog.journal.archive;

import dev.shiplog.journal.segment.Loss;
import dev.shiplog.journal.segment.LossTracker;
import dev.shiplog.journal.segment.RecordSource;
import dev.shiplog.journal.segment.Segment;
import dev.shiplog.journal.segment.SegmentStart;
import dev.shiplog.journal.segment.SegmentSummary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An archive as a segment of its journal. Where it belongs is read from the beginning of its manifest. */
public final class ArchivedSegment implements Segment {
    /** A manifest says where it belongs within this, unless host and engine have absurd names. */
    private static final int HEAD = 16 << 10;

    private final Path path;
    private final @Nullable Object identity;
    private final Object row;
    /** Null if the manifest cannot be read. */
    private final ManifestReader.@Nullable Head head;

    private final @Nullable Path copyOf;

    private ArchivedSegment(
            Path path,
            @Nullable Object identity,
            Object row,
            ManifestReader.@Nullable Head head,
            @Nullable Path copyOf) {
        this.path = path;
        this.identity = identity;
        this.row = row;
        this.head = head;
        this.copyOf = copyOf;
    }

    /** Whether the file is an archive, by its name or, however it is called, by what it begins with. */
    public static boolean isArchive(Path path) {
        String name = path.getFileName().toString();
        return ArchiveName.matches(name)
                || name.endsWith(ArchiveName.SUFFIX) && TarLayout.length(Manifest.NAME, beginning(path)) >= 0;
    }

    /** The archive at {@code path}, whose beginning is read. */
    public static ArchivedSegment of(Path path) {
        byte[] beginning = beginning(path);
        long length = TarLayout.length(Manifest.NAME, beginning);
        int most = beginning.length - TarLayout.UNIT;
        ManifestReader.Head head =
                length < 0 ? null : ManifestReader.head(beginning, TarLayout.UNIT, (int) Math.min(length, most));
        return new ArchivedSegment(path, Segment.identity(path), path, head, null);
    }

    private static byte[] beginning(Path path) {
        if (!Files.isRegularFile(path)) {
            return new byte[0];
        }
        try (FileChannel file = FileChannel.open(path)) {
            ByteBuffer bytes = ByteBuffer.allocate(HEAD);
            while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {
                // until it is full, or the file ends
            }
            return Arrays.copyOf(bytes.array(), bytes.position());
        } catch (IOException e) {
            return new byte[0]; // whoever reads the archive reports the loss
        }
    }

    /** The same in another row. */
    public ArchivedSegment inRow(Object newRow) {
        return new ArchivedSegment(path, identity, newRow, head, copyOf);
    }

    /** The same as a copy of another file. */
    public ArchivedSegment asCopyOf(Path original) {
        return new ArchivedSegment(path, identity, row, head, original);
    }

    /**
     * The SHA-256 of its manifest; archives that match equal manifests are equal.
     *
     * @throws IOException if it cannot be read, or does not match its digest
     */
    public String digest() throws IOException {
        try (ArchiveFile archive = ArchiveFile.open(path)) {
            return archive.digest();
        }
    }

    /** The id of its journal, or what its name says that it begins with; empty if neither is known. */
    public String journal() {
        return head == null ? ArchiveName.journal(name()) : head.journal();
    }

    /** The first sequence, if need be as its name has it; 0 if not known. */
    public long first() {
        SegmentStart start = start();
        return start != null ? start.first().base() : head == null ? ArchiveName.first(name()) : head.first();
    }

    /** Whether its manifest says where it belongs; otherwise only its name may. */
    public boolean isReadable() {
        return head != null;
    }

    /** Whether it holds a choice of records, between which others are missing without being lost. */
    public boolean isSelection() {
        return head != null && head.isSelection();
    }

    /** Whether it holds all that its segment held, and every byte of it is what it must be. */
    public boolean isWhole() {
        if (head == null || !head.isComplete()) {
            return false;
        }
        try (ArchiveFile archive = ArchiveFile.open(path)) {
            return archive.check().isEmpty();
        } catch (IOException e) {
            return false; // whoever reads the archive reports the loss
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public @Nullable Object identity() {
        return identity;
    }

    @Override
    public @Nullable SegmentStart start() {
        return head == null ? null : head.start();
    }

    @Override
    public @Nullable Path copyOf() {
        return copyOf;
    }

    @Override
    public boolean isArchive() {
        return true;
    }

    @Override
    public Object row() {
        return row;
    }

    @Override
    public RecordSource open(LossTracker losses) throws IOException {
        boolean again = losses.begin(this);
        losses.segment(name());
        try {
            return new ArchiveSource(name(), ArchiveFile.open(path), losses, again);
        } catch (MismatchException e) {
            losses.mismatch(new Loss.Place(name(), 0, size()), 0, String.valueOf(e.getMessage()));
            return new NoRecords(size());
        }
    }

    @Override
    public SegmentSummary summary(boolean newest) {
        return ArchiveSummary.of(this);
    }
}
