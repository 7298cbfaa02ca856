package dev.shiplog.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One request and what the engine answered, as far as it had got when asked.
 *
 * @param method as in {@code GET}
 * @param target as in {@code /v1.41/events?since=0}
 * @param status 0 as long as no answer began
 * @param file holds the body, chunking removed
 * @param offset where in the file it begins
 * @param length of the body in bytes
 * @param complete whether it came to its clean end
 */
public record Exchange(
        String method, String target, int status, Path file, long offset, long length, boolean complete) {

    /** The body. */
    public byte[] body() throws IOException {
        byte[] body = new byte[Math.toIntExact(length)];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer into = ByteBuffer.wrap(body);
            while (into.hasRemaining() && channel.read(into, offset + into.position()) >= 0) {}
        }
        return body;
    }

    /** The body's lines without their line feeds; a rest without line feed is one only if the body is complete. */
    public List<byte[]> lines() throws IOException {
        byte[] body = body();
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < body.length; at++) {
            if (body[at] == '\n') {
                lines.add(Arrays.copyOfRange(body, from, at));
                from = at + 1;
            }
        }
        if (complete && from < body.length) {
            lines.add(Arrays.copyOfRange(body, from, body.length));
        }
        return lines;
    }
}
