package dev.shiplog.journal.file;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/** How a file is compressed, chosen by its name. */
public enum Compression {
    NONE,
    /** {@code .gz} or {@code .gzip}. */
    GZIP,
    /** {@code .zst} or {@code .zstd}. */
    ZSTD;

    private static final int BUFFER = 1 << 16;
    private static final Pattern GZIP_NAME = name("gz|gzip");
    private static final Pattern ZSTD_NAME = name("zst|zstd");
    private static final Pattern OTHERS = name(
            "7z|br|bz2|bzip2|lz|lz4|lzma|lzo|snappy|sz|tar|tar\\.(gz|gzip|zst|zstd)|tbz|tbz2|tgz|txz|tzst|xz|z|zip");

    private static Pattern name(String endings) {
        return Pattern.compile(".*\\.(" + endings + ")", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    /**
     * The compression that the end of {@code name} asks for, in upper or lower case.
     *
     * @throws IllegalArgumentException if that is another compression: plain content would not match the name
     */
    public static Compression ofName(String name) {
        if (OTHERS.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    name + ": not written in this form; end it in .gz or .zst, or in neither to have it plain");
        }
        return GZIP_NAME.matcher(name).matches()
                ? GZIP
                : ZSTD_NAME.matcher(name).matches() ? ZSTD : NONE;
    }

    /** A stream that writes to {@code out}, compressed; closing it completes the content. */
    public OutputStream to(OutputStream out) throws IOException {
        return switch (this) {
            case NONE -> out;
            case GZIP -> new GZIPOutputStream(out, BUFFER);
            case ZSTD -> new ZstdOutputStream(out);
        };
    }
}
