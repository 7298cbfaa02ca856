package dev.shiplog.journal.file;

/** The native library of zstd does not load here, so what is compressed with it can be neither read nor written. */
public final class ZstdMissingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ZstdMissingException(LinkageError cause) {
        super(
                "zstd does not load on this machine, so nothing compressed with it can be read or written here"
                        + " (it is copied to java.io.tmpdir, which must allow programs to run): " + cause.getMessage(),
                cause);
    }
}
