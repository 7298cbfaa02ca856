package dev.shiplog.journal.file;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.UndecodableException;
import java.util.Arrays;

/** One frame of zstd that says how long its content is, with a checksum, as any program that knows zstd unpacks it. */
public final class ZstdFrame {
    private ZstdFrame() {}

    /** Compresses {@code content}. */
    public static byte[] of(Bytes content, int level) {
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            context.setLevel(level).setChecksum(true).setContentSize(true);
            byte[] frame = new byte[Math.toIntExact(Zstd.compressBound(content.length()))];
            int length = context.compressByteArray(frame, 0, frame.length, content.array(), 0, content.length());
            return Arrays.copyOf(frame, length);
        } catch (LinkageError e) {
            throw new ZstdMissingException(e);
        }
    }

    /**
     * The content of {@code frame}, which is at most {@code most} bytes.
     *
     * @throws UndecodableException if it is more, or the bytes are no such frame
     */
    public static byte[] unpack(byte[] frame, int most) throws UndecodableException {
        try {
            long length = Zstd.getFrameContentSize(frame);
            if (length < 0 || length > most) {
                throw new UndecodableException("not a frame of zstd of at most " + most + " bytes");
            }
            byte[] content = new byte[(int) length];
            long unpacked = Zstd.decompressByteArray(content, 0, content.length, frame, 0, frame.length);
            if (unpacked != length) {
                throw new UndecodableException("a frame of zstd unpacks to another length than it says");
            }
            return content;
        } catch (ZstdException e) {
            throw new UndecodableException("a frame of zstd does not unpack: " + e.getMessage());
        } catch (LinkageError e) {
            throw new ZstdMissingException(e);
        }
    }
}
