package dev.shiplog.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows the HTTP/1.1 of one connection, request after request, and writes the bodies of the answers to a file. Requests
 * have no body. One thread tells what was asked, another what was answered.
 */
final class Conversation {
    private enum Part {
        HEAD,
        LENGTH,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILER,
        UNTIL_CLOSE
    }

    private final Path file;
    private final FileChannel bodies;
    private final Consumer<Recording> started;
    private final Queue<Recording> waiting = new ConcurrentLinkedQueue<>();
    private final ByteArrayOutputStream question = new ByteArrayOutputStream();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private Part part = Part.HEAD;
    private long left;
    private int status;
    private String framing = "";
    private @Nullable Recording current;

    Conversation(Path file, FileChannel bodies, Consumer<Recording> started) {
        this.file = file;
        this.bodies = bodies;
        this.started = started;
    }

    /** Bytes of the client, before they are forwarded. */
    void asked(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            question.write(bytes.get());
            String head = question.toString(StandardCharsets.ISO_8859_1);
            if (head.endsWith("\r\n\r\n")) {
                String[] words = head.substring(0, head.indexOf('\r')).split(" ", -1);
                Recording recording = new Recording(words[0], words[1], file);
                waiting.add(recording);
                started.accept(recording);
                question.reset();
            }
        }
    }

    /** Bytes of the engine. */
    void answered(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            switch (part) {
                case HEAD -> {
                    if (lineEnds(bytes)) {
                        headLine(take());
                    }
                }
                case LENGTH, CHUNK, UNTIL_CLOSE -> body(bytes);
                case CHUNK_SIZE -> {
                    if (lineEnds(bytes)) {
                        left = Long.parseLong(take().split(";", -1)[0].strip(), 16);
                        part = left == 0 ? Part.TRAILER : Part.CHUNK;
                    }
                }
                case CHUNK_END -> {
                    if (lineEnds(bytes)) {
                        take();
                        part = Part.CHUNK_SIZE;
                    }
                }
                case TRAILER -> {
                    if (lineEnds(bytes) && take().isEmpty()) {
                        end();
                    }
                }
            }
        }
    }

    /** The engine closed the connection. */
    void closed() {
        if (part == Part.UNTIL_CLOSE) {
            end();
        }
    }

    private void headLine(String text) throws IOException {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.startsWith("http/")) {
            current = waiting.remove();
            status = Integer.parseInt(text.split(" ", -1)[1]);
            current.begins(status, bodies.position());
            framing = "close";
        } else if (lower.startsWith("content-length:")) {
            left = Long.parseLong(text.substring(15).strip());
            framing = "length";
        } else if (lower.startsWith("transfer-encoding:") && lower.contains("chunked")) {
            framing = "chunked";
        } else if (text.isEmpty() && current != null) {
            boolean none =
                    current.withoutBody() || status == 204 || status == 304 || (framing.equals("length") && left == 0);
            if (none) {
                end();
            } else {
                part = switch (framing) {
                    case "length" -> Part.LENGTH;
                    case "chunked" -> Part.CHUNK_SIZE;
                    default -> Part.UNTIL_CLOSE;
                };
            }
        }
    }

    private void body(ByteBuffer bytes) throws IOException {
        int count = part == Part.UNTIL_CLOSE ? bytes.remaining() : (int) Math.min(left, bytes.remaining());
        ByteBuffer body = bytes.slice(bytes.position(), count);
        while (body.hasRemaining()) {
            bodies.write(body);
        }
        bytes.position(bytes.position() + count);
        if (current != null) {
            current.grows(count);
        }
        left -= count;
        if (left == 0 && part == Part.LENGTH) {
            end();
        } else if (left == 0 && part == Part.CHUNK) {
            part = Part.CHUNK_END;
        }
    }

    private void end() {
        if (current != null) {
            current.ends();
        }
        part = Part.HEAD;
    }

    private boolean lineEnds(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte b = bytes.get();
            if (b == '\n') {
                return true;
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return false;
    }

    private String take() {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        line.reset();
        return text;
    }
}
