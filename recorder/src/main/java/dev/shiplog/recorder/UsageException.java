package dev.shiplog.recorder;

/** The recorder was called wrongly. The message is one clear line that names the place of the mistake. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
