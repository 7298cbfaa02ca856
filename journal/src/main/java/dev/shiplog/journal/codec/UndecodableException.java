package dev.shiplog.journal.codec;

/** A coded record that cannot be decoded, because a record it was coded against is missing or its bytes make no sense. */
public final class UndecodableException extends Exception {
    private static final long serialVersionUID = 1L;

    UndecodableException(String message) {
        super(message, null, false, false);
    }
}
