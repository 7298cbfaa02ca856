package dev.shiplog.journal.archive;

import dev.shiplog.journal.archive.Manifest.Block;
import dev.shiplog.journal.archive.Manifest.Content;
import dev.shiplog.journal.file.FileErrors;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An archive that is open to be read. Where each member is follows from the manifest, so nothing is searched for, and no
 * name in the file is used. What it hands out matches its digest. Not thread safe.
 */
public final class ArchiveFile implements Closeable {
    /** The name of the member that holds the digest of the manifest. */
    static final String DIGEST = "manifest.sha256";
    /** The name of the member that signs the manifest. */
    static final String SIGNATURE = "manifest.sig";

    private final FileChannel file;
    private final byte[] json;
    private final Manifest manifest;
    private final String digest;
    private final List<Part> parts = new ArrayList<>();
    /** The index in {@link #parts} of the first block. */
    private final int firstBlock;

    private final boolean proven;
    private final boolean signatureLost;

    /**
     * A member, as it must be.
     *
     * @param at where its tar header begins
     * @param content null if only its length is known
     * @param block null if it holds no records
     */
    private record Part(
            String name,
            long at,
            long length,
            @Nullable Content content,
            @Nullable Block block) {
        long contentAt() {
            return at + TarLayout.UNIT;
        }

        long end() {
            return at + TarLayout.room(length);
        }
    }

    /**
     * A place where an archive is not what its manifest says.
     *
     * @param offset of the first byte that may be wrong
     * @param member the name of the member there
     * @param block whose records are lost by it; null if it costs no records
     * @param reason what was found, in one clause
     */
    public record Finding(
            long offset, String member, @Nullable Block block, String reason) {}

    private ArchiveFile(FileChannel file, byte[] json, Manifest manifest) throws IOException {
        this.file = file;
        this.json = json;
        this.manifest = manifest;
        digest = Manifest.digest(json);
        byte[] line = digestLine(digest);
        addPart(Manifest.NAME, Content.of(json), null);
        addPart(Readme.NAME, manifest.readme(), null);
        firstBlock = parts.size();
        manifest.blocks().forEach(block -> addPart(block.name(), block.content(), block));
        addPart(DIGEST, Content.of(line), null);
        byte[] found = read(file, last().contentAt(), line.length);
        proven = Arrays.equals(found, line);
        if (!proven && found.length == line.length) {
            throw new MismatchException("the manifest does not match " + DIGEST);
        }
        byte[] next = read(file, last().end(), TarLayout.UNIT);
        boolean signed = Arrays.equals(next, header(SIGNATURE, ArchiveKeys.LENGTH));
        if (signed) {
            parts.add(new Part(SIGNATURE, last().end(), ArchiveKeys.LENGTH, null, null));
        }
        signatureLost = signed ? last().end() > file.size() : !Arrays.equals(next, new byte[TarLayout.UNIT]);
    }

    private void addPart(String name, Content content, @Nullable Block block) {
        parts.add(new Part(name, parts.isEmpty() ? 0 : last().end(), content.length(), content, block));
    }

    private Part last() {
        return parts.get(parts.size() - 1);
    }

    /** The content of the member {@link #DIGEST}. */
    static byte[] digestLine(String digest) {
        return (digest + "  " + Manifest.NAME + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Opens an archive.
     *
     * @throws MismatchException if it is none, or its manifest is damaged or was changed
     * @throws IOException if it cannot be read, or only by a newer version
     */
    public static ArchiveFile open(Path path) throws IOException {
        if (FileErrors.isIrregular(path)) {
            throw new IOException("not a regular file"); // a pipe would be waited for
        }
        FileChannel file = FileChannel.open(path);
        boolean opened = false;
        try {
            byte[] json = readManifest(file);
            ArchiveFile archive = new ArchiveFile(file, json, readManifest(json, file));
            opened = true;
            return archive;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    private static byte[] readManifest(FileChannel file) throws IOException {
        long length = TarLayout.length(Manifest.NAME, read(file, 0, TarLayout.UNIT));
        if (length < 0 || length > Manifest.MAX_LENGTH) {
            throw new MismatchException("not an archive: it does not begin with " + Manifest.NAME);
        }
        if (TarLayout.UNIT + length > file.size()) {
            throw new MismatchException("the file ends within the manifest");
        }
        return read(file, TarLayout.UNIT, (int) length);
    }

    /** A manifest that says that it is of a newer version is believed only if it matches its digest. */
    private static Manifest readManifest(byte[] json, FileChannel file) throws IOException {
        try {
            return Manifest.read(json);
        } catch (MismatchException e) {
            throw e;
        } catch (IOException e) {
            byte[] line = digestLine(Manifest.digest(json));
            // The digest is the last member, or the last but the signature, which takes as much room.
            long last = file.size() - TarLayout.END - TarLayout.room(line.length);
            for (long at : new long[] {last, last - TarLayout.room(ArchiveKeys.LENGTH)}) {
                if (at > 0 && Arrays.equals(read(file, at + TarLayout.UNIT, line.length), line)) {
                    throw e;
                }
            }
            throw new MismatchException("the manifest does not match " + DIGEST);
        }
    }

    public Manifest manifest() {
        return manifest;
    }

    /** The SHA-256 of the manifest as it is in the file, by which the next archive of the chain names this one. */
    public String digest() {
        return digest;
    }

    /** Whether the manifest matches its digest; otherwise the file ends before it. */
    public boolean isProven() {
        return proven;
    }

    /** Whether the manifest is signed, by whatever key. */
    public boolean isSigned() {
        return last().name().equals(SIGNATURE);
    }

    /** Whether there may have been a signature that cannot be read: where it would be, something else is, or the end. */
    public boolean isSignatureLost() {
        return signatureLost;
    }

    /** Whether the manifest is signed with the private key that belongs to {@code key}. */
    public boolean isSignedBy(PublicKey key) throws IOException {
        return isSigned() && ArchiveKeys.isSigned(json, read(file, last().contentAt(), ArchiveKeys.LENGTH), key);
    }

    /** The length of the file. */
    long length() throws IOException {
        return file.size();
    }

    /** Where the tar header of the block with this index begins in the file; of one more, where the last one ends. */
    public long blockOffset(int index) {
        return parts.get(firstBlock + index).at();
    }

    /**
     * The block with this index.
     *
     * @throws MismatchException if it is not there, or does not match its digest
     */
    public byte[] block(int index) throws IOException {
        Part part = parts.get(firstBlock + index);
        byte[] block = part.end() > file.size() ? new byte[0] : read(file, part.contentAt(), (int) part.length());
        if (block.length < part.length()) {
            throw new MismatchException("the file ends before the end of " + part.name());
        }
        if (!Content.of(block).equals(part.content())) {
            throw new MismatchException(part.name() + " does not match its SHA-256");
        }
        return block;
    }

    /** Compares every byte of the file with what it must be, and says where it is not. */
    public List<Finding> check() throws IOException {
        return check(true);
    }

    /** As {@link #check()}, but leaves out the blocks themselves. */
    public List<Finding> checkFrame() throws IOException {
        return check(false);
    }

    private List<Finding> check(boolean blocks) throws IOException {
        List<Finding> findings = new ArrayList<>();
        long size = file.size();
        for (Part part : parts) {
            if (part.end() > size) {
                findings.add(new Finding(size, part.name(), part.block(), "the file ends too soon"));
                continue;
            }
            if (!Arrays.equals(read(file, part.at(), TarLayout.UNIT), header(part.name(), part.length()))) {
                findings.add(new Finding(part.at(), part.name(), null, "its tar header is not what it must be"));
            }
            Content content = blocks || part.block() == null ? part.content() : null;
            if (content != null
                    && !Content.of(read(file, part.contentAt(), (int) part.length()))
                            .equals(content)) {
                findings.add(new Finding(part.contentAt(), part.name(), part.block(), "it does not match its SHA-256"));
            }
            long padding = part.contentAt() + part.length();
            if (!isZero(padding, part.end())) {
                findings.add(new Finding(padding, part.name(), null, "there is something in its padding"));
            }
        }
        long end = last().end();
        if (size < end + TarLayout.END && size >= end) {
            findings.add(new Finding(size, last().name(), null, "the file ends too soon"));
        } else if (!isZero(end, Math.min(size, end + TarLayout.END))) {
            findings.add(new Finding(end, last().name(), null, "something else follows it"));
        } else if (size > end + TarLayout.END) {
            findings.add(new Finding(end + TarLayout.END, last().name(), null, "the file goes on after its end"));
        }
        return findings;
    }

    private byte[] header(String name, long length) {
        return TarLayout.header(name, length, manifest.received().last());
    }

    private boolean isZero(long from, long to) throws IOException {
        for (byte b : read(file, from, (int) Math.max(0, to - from))) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Up to {@code length} bytes from {@code at} on: fewer only where the file ends. */
    private static byte[] read(FileChannel file, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) >= 0) {
            // until it is full, or the file ends
        }
        return bytes.position() == length ? bytes.array() : Arrays.copyOf(bytes.array(), bytes.position());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
