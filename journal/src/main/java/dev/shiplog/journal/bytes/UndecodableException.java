package dev.shiplog.journal.bytes;

/** Bytes that cannot be decoded: they end too early, make no sense, or build on a record that is missing. */
public final class UndecodableException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Has no stack trace: behind damage there may be thousands of them. */
    public UndecodableException(String message) {
        super(message, null, false, false);
    }
}
