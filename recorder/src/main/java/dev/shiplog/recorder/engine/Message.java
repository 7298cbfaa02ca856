package dev.shiplog.recorder.engine;

/**
 * One message of a stream.
 *
 * @param bytes exactly as the engine sent them; only the first few KiB of a message that is too long to be kept
 * @param length how many bytes the engine sent
 */
public record Message(byte[] bytes, long length) {
    /** A message that is all there. */
    public static Message of(byte[] bytes) {
        return new Message(bytes, bytes.length);
    }

    /** False for the head of a message that is too long to be kept. */
    public boolean whole() {
        return bytes.length == length;
    }
}
