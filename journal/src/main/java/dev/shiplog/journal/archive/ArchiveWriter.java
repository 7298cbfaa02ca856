package dev.shiplog.journal.archive;

import dev.shiplog.journal.archive.Manifest.Block;
import dev.shiplog.journal.file.Access;
import dev.shiplog.journal.file.AtomicFile;
import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.journal.record.RecordView;
import dev.shiplog.journal.segment.SegmentHeader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.PrivateKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes one archive. Takes the records, then says what the manifest of them is, then writes the file:
 *
 * <pre>{@code
 * try (ArchiveWriter writer = ArchiveWriter.begin(directory, Coding.COLUMNS, journal, host)) {
 *     while (cursor.next() == RECORD) {
 *         writer.add(cursor.record(), cursor.header(), context.apply(cursor.record()));
 *     }
 *     Manifest manifest = writer.finish(description, link);
 *     writer.write(manifest, directory.resolve(ArchiveName.of(manifest)), access, key);
 * }
 * }</pre>
 *
 * <p>Finished blocks wait in a file in the same directory that has no name, so that a killed process leaves nothing but,
 * at most, a file that ends in {@code .tmp}. The same records and manifest always make the same file. Not thread safe.
 */
public final class ArchiveWriter implements Closeable {
    private final Path directory;
    private final Coding coding;
    private final String journal;
    private final FileChannel spool;
    private final BlockWriter writer;

    private final ArchiveTally tally = new ArchiveTally();
    private long lastSequence;

    private ArchiveWriter(Path directory, Coding coding, String journal, FileChannel spool, BlockWriter writer) {
        this.directory = directory;
        this.coding = coding;
        this.journal = journal;
        this.spool = spool;
        this.writer = writer;
    }

    /**
     * Begins an archive.
     *
     * @param directory where its blocks wait until they are written
     * @param journal the id of the journal; empty if it is not known
     * @param host the Docker host
     */
    public static ArchiveWriter begin(Path directory, Coding coding, String journal, String host) throws IOException {
        Path place = Files.createTempFile(directory, ".blocks", ".tmp", Access.ownerOnly(directory, "rw-------"));
        FileChannel spool = FileChannel.open(
                place, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        return new ArchiveWriter(directory, coding, journal, spool, coding.writer(journal, host));
    }

    /**
     * Adds the next record.
     *
     * @param of the header of the segment that the record follows; null if that is damaged
     * @param isContext whether later records need it to be understood, so that it is read for them too
     * @throws IllegalArgumentException if its sequence is not above that of the record before
     */
    public void add(RecordView record, @Nullable SegmentHeader of, boolean isContext) throws IOException {
        if (record.sequence() <= lastSequence) {
            throw new IllegalArgumentException(record.sequence() + " after " + lastSequence);
        }
        lastSequence = record.sequence();
        if (writer.isFull()) {
            finishBlock();
        }
        writer.add(record);
        tally.add(record, of, isContext);
    }

    private void finishBlock() throws IOException {
        byte[] block = writer.finish();
        tally.endBlock(coding.blockName(tally.blocks()), Manifest.Content.of(block));
        if (block.length > TarLayout.MAX_MEMBER || tally.blocks() > Manifest.MAX_BLOCKS) {
            throw new IOException("the records are too large for one archive");
        }
        try {
            writeAll(spool, ByteBuffer.wrap(block));
        } catch (IOException e) {
            throw FileErrors.at(directory, e);
        }
    }

    /** There are no more records: says what the manifest is. */
    public Manifest finish(Description description, Manifest.Link link) throws IOException {
        if (!tally.isAtBlock()) {
            finishBlock();
        }
        return tally.manifest(coding, journal, description, link, Manifest.Content.of(Readme.of(coding)));
    }

    /**
     * Writes the archive: all of it, forced to disk, or nothing.
     *
     * @param manifest as {@link #finish} returned it
     * @param target the archive's file, on the same file system or another
     * @param access who may read it
     * @param key to sign it with; null to leave it unsigned
     * @return the digest of the manifest, by which the next archive of the chain names this one
     * @throws FileAlreadyExistsException if the file is there already
     */
    public String write(Manifest manifest, Path target, Access access, @Nullable PrivateKey key) throws IOException {
        byte[] json = manifest.toJson();
        if (json.length > Manifest.MAX_LENGTH) {
            throw new IOException("the manifest is too large for an archive: it has " + json.length + " bytes");
        }
        byte[] signature = key == null ? null : ArchiveKeys.sign(json, key);
        String digest = Manifest.digest(json);
        Path place = Objects.requireNonNull(target.toAbsolutePath().getParent());
        AtomicFile file = AtomicFile.begin(target, Access.ownerOnly(place, "rw-------"));
        if (file == null) {
            throw new IOException(target + ": another process writes it");
        }
        try (file) {
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            access.onFile(AtomicFile.temporary(target));
            Tar tar = new Tar(file.channel(), manifest.received().last());
            tar.add(Manifest.NAME, json);
            tar.add(Readme.NAME, Readme.of(coding));
            long from = 0;
            for (Block block : manifest.blocks()) {
                tar.add(block.name(), spool, from, block.content().length());
                from += block.content().length();
            }
            tar.add(ArchiveFile.DIGEST, ArchiveFile.digestLine(digest));
            if (signature != null) {
                tar.add(ArchiveFile.SIGNATURE, signature);
            }
            tar.end();
            file.force();
            file.commit();
        } catch (IOException e) {
            throw FileErrors.at(place, e);
        }
        return digest;
    }

    /** The tar file that is being written. */
    private record Tar(FileChannel out, long modified) {
        void add(String name, byte[] content) throws IOException {
            writeAll(out, ByteBuffer.wrap(TarLayout.header(name, content.length, modified)));
            writeAll(out, ByteBuffer.wrap(content));
            writeAll(out, ByteBuffer.allocate(TarLayout.padding(content.length)));
        }

        void add(String name, FileChannel in, long from, long length) throws IOException {
            writeAll(out, ByteBuffer.wrap(TarLayout.header(name, length, modified)));
            long done = 0;
            while (done < length) {
                done += in.transferTo(from + done, length - done, out);
            }
            writeAll(out, ByteBuffer.allocate(TarLayout.padding(length)));
        }

        void end() throws IOException {
            writeAll(out, ByteBuffer.allocate(TarLayout.END));
        }
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Drops what was not written. Idempotent. */
    @Override
    public void close() throws IOException {
        spool.close();
    }
}
