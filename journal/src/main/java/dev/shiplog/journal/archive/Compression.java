package dev.shiplog.journal.archive;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/** The compressions that a file's name can ask for. */
public final class Compression {
    private static final int BUFFER = 1 << 16;

    private Compression() {}

    /** Wraps {@code out} by the end of {@code name}: {@code .gz}, {@code .zst}, or neither. */
    public static OutputStream forName(String name, OutputStream out) throws IOException {
        if (name.endsWith(".gz")) {
            return new GZIPOutputStream(out, BUFFER);
        }
        if (name.endsWith(".zst")) {
            return new ZstdOutputStream(out);
        }
        return out;
    }
}
