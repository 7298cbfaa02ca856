package dev.shiplog.journal.file;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.bytes.UndecodableException;

/**
 * A frame of zstd that says how long its content is, as any program that knows zstd unpacks it. Unpacking never gives more
 * than the caller expects.
 *
 * <p>zstd is a native library. Where it does not load, all this throws {@link ZstdMissingException}: what was to be read
 * is not damaged, it cannot be read here.
 */
public final class ZstdFrame {
    /** Content that is longer is packed with less memory than its level asks for, which is up to 80 MiB. */
    private static final int LONG = 1 << 18;

    private static final int LONG_WINDOW_LOG = 21;
    private static final int LONG_TABLE_LOG = 20;

    private ZstdFrame() {}

    /** The frame of {@code content}, with a checksum. */
    public static byte[] of(Bytes content, int level) {
        Bytes frame = new Bytes(0);
        append(content, level, true, frame);
        return frame.toArray();
    }

    /** Appends the frame of {@code content} to {@code frames}, without a checksum. */
    public static void append(Bytes content, int level, Bytes frames) {
        append(content, level, false, frames);
    }

    private static void append(Bytes content, int level, boolean checksum, Bytes frames) {
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            context.setLevel(level).setChecksum(checksum).setContentSize(true);
            if (content.length() > LONG) {
                context.setWindowLog(LONG_WINDOW_LOG)
                        .setChainLog(LONG_TABLE_LOG)
                        .setHashLog(LONG_TABLE_LOG);
            }
            int start = frames.length();
            int most = Math.toIntExact(Zstd.compressBound(content.length()));
            frames.ensure(most);
            int length = context.compressByteArray(frames.array(), start, most, content.array(), 0, content.length());
            frames.length(start + length);
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
            return unpack(frame, 0, frame.length, (int) length);
        } catch (LinkageError e) {
            throw new ZstdMissingException(e);
        }
    }

    /**
     * The content of the frames, one after the other, that take up the {@code length} bytes from {@code from}.
     *
     * @throws UndecodableException if it is not {@code contentLength} bytes, or the bytes are no such frames
     */
    public static byte[] unpack(byte[] frames, int from, int length, int contentLength) throws UndecodableException {
        byte[] content = new byte[contentLength];
        try {
            long unpacked = Zstd.decompressByteArray(content, 0, contentLength, frames, from, length);
            if (unpacked != contentLength) {
                throw new UndecodableException("zstd unpacks to another length than it says");
            }
            return content;
        } catch (ZstdException e) {
            throw new UndecodableException("zstd does not unpack: " + e.getMessage());
        } catch (LinkageError e) {
            throw new ZstdMissingException(e);
        }
    }
}
