package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.LittleEndian;
import dev.shiplog.journal.bytes.UndecodableException;
import dev.shiplog.journal.file.ZstdFrame;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A block as it is in a file: a head, and its content in zstd frames, so that {@code tail -c +25 | zstd -dc} prints the
 * content.
 *
 * <pre>
 * block   := head, zstd frames
 * head    := "SHLB", int version, int length of the block, int CRC-32C, int length of the content, int length of the directory
 * content := directory, streams
 * int     := 4 bytes, lowest first
 * </pre>
 *
 * <p>The CRC-32C is over the whole block without the 4 bytes that hold it.
 */
final class Block {
    /** No content is longer: twice the longest record that a recorder can write. */
    static final int MAX_CONTENT_BYTES = 128 << 20;

    private static final int MAGIC = LittleEndian.getInt("SHLB".getBytes(StandardCharsets.US_ASCII), 0);
    private static final int VERSION = 1;
    private static final int HEAD = 24;
    private static final int LENGTH_AT = 8;
    private static final int CRC_AT = 12;

    /** Of the content. */
    private final byte[] content;

    private final int directoryLength;

    private Block(byte[] content, int directoryLength) {
        this.content = content;
        this.directoryLength = directoryLength;
    }

    byte[] content() {
        return content;
    }

    int directoryLength() {
        return directoryLength;
    }

    /** Packs {@code directory} and {@code streams}. */
    static byte[] pack(Bytes directory, Streams streams) {
        Streams first = new Streams();
        first.add(directory);
        Bytes frames = first.packed();
        Bytes others = streams.packed();
        byte[] block = new byte[HEAD + frames.length() + others.length()];
        System.arraycopy(frames.array(), 0, block, HEAD, frames.length());
        System.arraycopy(others.array(), 0, block, HEAD + frames.length(), others.length());
        LittleEndian.setInt(block, 0, MAGIC);
        LittleEndian.setInt(block, 4, VERSION);
        LittleEndian.setInt(block, LENGTH_AT, block.length);
        LittleEndian.setInt(block, 16, directory.length() + streams.length());
        LittleEndian.setInt(block, 20, directory.length());
        LittleEndian.setInt(block, CRC_AT, crc(block));
        return block;
    }

    /** How long the block is that begins with these bytes, by what it says; -1 if none does. */
    static int length(byte[] head) {
        return head.length >= HEAD && LittleEndian.getInt(head, 0) == MAGIC ? LittleEndian.getInt(head, LENGTH_AT) : -1;
    }

    /** Checks a block, and unpacks it. */
    static Block unpack(byte[] block) throws UndecodableException {
        if (block.length < HEAD || LittleEndian.getInt(block, 0) != MAGIC) {
            throw new UndecodableException("not a block of records");
        }
        int version = LittleEndian.getInt(block, 4);
        int length = LittleEndian.getInt(block, LENGTH_AT);
        if (length != block.length) {
            throw new UndecodableException("a block of " + block.length + " bytes that says it has " + length);
        }
        if (LittleEndian.getInt(block, CRC_AT) != crc(block)) {
            throw new UndecodableException("the CRC of the block does not match");
        }
        if (version != VERSION) {
            throw new UndecodableException("a block of version " + version + "; this program reads " + VERSION);
        }
        int contentLength = LittleEndian.getInt(block, 16);
        int directoryLength = LittleEndian.getInt(block, 20);
        if (contentLength < 0
                || contentLength > MAX_CONTENT_BYTES
                || directoryLength < 0
                || directoryLength > contentLength) {
            throw new UndecodableException("a block with " + contentLength + " bytes of content");
        }
        return new Block(ZstdFrame.unpack(block, HEAD, length - HEAD, contentLength), directoryLength);
    }

    private static int crc(byte[] block) {
        CRC32C crc = new CRC32C();
        crc.update(block, 0, CRC_AT);
        crc.update(block, CRC_AT + Integer.BYTES, block.length - CRC_AT - Integer.BYTES);
        return (int) crc.getValue();
    }
}
