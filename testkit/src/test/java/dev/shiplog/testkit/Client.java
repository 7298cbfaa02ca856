package dev.shiplog.testkit;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The plainest client there is: one connection, answers as they are on the wire. */
final class Client implements Closeable {
    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(8192).flip();

    Client(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    void ask(String target) throws IOException {
        channel.write(ByteBuffer.wrap(
                ("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.UTF_8)));
    }

    /** The head of an answer, its status line first. */
    String head() throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line = line(); !line.isEmpty(); line = line()) {
            head.append(line).append('\n');
        }
        return head.toString();
    }

    /** The data of the next chunk, empty at the end. */
    String chunk() throws IOException {
        byte[] data = new byte[Integer.parseInt(line(), 16)];
        for (int at = 0; at < data.length; at++) {
            data[at] = read();
        }
        line();
        return new String(data, StandardCharsets.UTF_8);
    }

    /** The body of an answer with a length. */
    String body(String target) throws IOException {
        ask(target);
        byte[] data = new byte
                [Integer.parseInt(head().lines()
                        .filter(line -> line.startsWith("Content-Length: "))
                        .findFirst()
                        .orElseThrow()
                        .substring(16))];
        for (int at = 0; at < data.length; at++) {
            data[at] = read();
        }
        return new String(data, StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (byte b = read(); b != '\n'; b = read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    private byte read() throws IOException {
        if (!buffer.hasRemaining()) {
            int count = channel.read(buffer.clear());
            buffer.flip();
            if (count < 0) {
                throw new EOFException();
            }
        }
        return buffer.get();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
