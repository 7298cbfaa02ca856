package dev.shiplog.acceptance;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A second subscriber to an engine's events, who knows nothing of ours: it writes down each line of the answer and when it
 * came, until the engine ends the stream.
 */
final class Witness implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final SocketChannel channel;
    private final List<Heard> heard = new CopyOnWriteArrayList<>();
    private final Thread thread;

    /** @param nanos of the monotonic clock, when the line came */
    record Heard(String line, long nanos) {}

    private Witness(SocketChannel channel) {
        this.channel = channel;
        thread = new Thread(this::listen, "witness");
        thread.setDaemon(true);
    }

    /** Hears what happens from now on. */
    static Witness of(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        // HTTP 1.0: the lines come without chunks. The ring makes the head come at once.
        String request = "GET /v1.41/events?since=0 HTTP/1.0\r\nHost: engine\r\n\r\n";
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
        Witness witness = new Witness(channel);
        witness.thread.start();
        return witness;
    }

    List<Heard> heard() {
        return heard;
    }

    List<String> lines() {
        return heard.stream().map(Heard::line).toList();
    }

    /** Until the engine has ended the stream. */
    void awaitEnd() {
        await("the engine ends the stream").atMost(PATIENCE).until(() -> !thread.isAlive());
    }

    /** Whether the engine has not ended the stream. */
    boolean listens() {
        return thread.isAlive();
    }

    /** Until the engine has ended the stream, however long that takes. */
    void join() throws InterruptedException {
        thread.join();
    }

    private void listen() {
        try (BufferedReader answer = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            for (String line = answer.readLine(); line != null; line = answer.readLine()) {
                if (line.startsWith("{")) {
                    heard.add(new Heard(line, System.nanoTime()));
                }
            }
        } catch (IOException e) {
            // Cut off, by the end of the engine or of the test.
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
