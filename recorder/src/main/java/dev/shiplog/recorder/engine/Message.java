package dev.shiplog.recorder.engine;

/**
 * One message of a stream.
 *
 * @param bytes as the engine sent them; only the first few KiB if the message is too long to be kept
 * @param length how many bytes the engine sent
 */
public record Message(byte[] bytes, long length) {
    /** A whole message. */
    public static Message of(byte[] bytes) {
        return new Message(bytes, bytes.length);
    }

    /** False if only the beginning is kept, because the message is too long. */
    public boolean whole() {
        return bytes.length == length;
    }
}
