package dev.shiplog.journal.archive;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/** The compressions that a file's name can ask for. */
public enum Compression {
    NONE,
    /** {@code .gz}. */
    GZIP,
    /** {@code .zst}. */
    ZSTD;

    private static final int BUFFER = 1 << 16;
    private static final Pattern OTHERS = Pattern.compile(".*\\.(7z|br|bz2|lz|lz4|lzma|lzo|sz|tar|tgz|xz|Z|zip)");

    /**
     * What the end of {@code name} asks for.
     *
     * @throws IllegalArgumentException if that is something else, which plain content would belie
     */
    public static Compression ofName(String name) {
        if (OTHERS.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    name + ": not written in this form; end it in .gz or .zst, or in neither to have it plain");
        }
        return name.endsWith(".gz") ? GZIP : name.endsWith(".zst") ? ZSTD : NONE;
    }

    /** What is written to the result goes to {@code out} compressed; closing the result completes it. */
    public OutputStream to(OutputStream out) throws IOException {
        return switch (this) {
            case NONE -> out;
            case GZIP -> new GZIPOutputStream(out, BUFFER);
            case ZSTD -> new ZstdOutputStream(out);
        };
    }
}
