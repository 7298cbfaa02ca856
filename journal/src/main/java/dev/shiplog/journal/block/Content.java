package dev.shiplog.journal.block;

import dev.shiplog.journal.bytes.UndecodableException;

/** The unpacked content of a block: the streams are taken from it in the order in which the directory names them. */
final class Content {
    private final byte[] bytes;
    private int at;

    Content(byte[] bytes, int from) {
        this.bytes = bytes;
        this.at = from;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Where the next stream begins, which is {@code length} bytes long. */
    int take(long length) throws UndecodableException {
        if (length > bytes.length - at) {
            throw new UndecodableException(
                    "a stream of " + length + " bytes where " + (bytes.length - at) + " are left");
        }
        int start = at;
        at += (int) length;
        return start;
    }

    /** How many bytes no stream has. */
    int left() {
        return bytes.length - at;
    }
}
