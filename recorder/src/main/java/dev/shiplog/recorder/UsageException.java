package dev.shiplog.recorder;

/** The recorder was called in a way that cannot be meant: one clear line, naming where the mistake stands. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
