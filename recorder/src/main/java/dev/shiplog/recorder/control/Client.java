package dev.shiplog.recorder.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks a running recorder by its {@link ControlSocket}. */
final class Client {
    private Client() {}

    /**
     * The whole answer.
     *
     * @param directory where the recorder's journal is
     * @throws IOException in one clear line, if no recorder writes to it or there is no answer; what the recorder refuses
     *     is thrown, too
     */
    static String ask(Path directory, String request) throws IOException {
        Path socket = directory.resolve(ControlSocket.NAME);
        String answer;
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(request.getBytes(UTF_8)));
            channel.shutdownOutput();
            answer = new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            // Who must not look into the directory does not know whether there is a socket.
            boolean isNobody = e instanceof ConnectException || Files.notExists(socket);
            throw new IOException(
                    isNobody ? "no recorder writes to " + directory + " now" : socket + ": " + e.getMessage(), e);
        }
        if (answer.startsWith(ControlSocket.REFUSED)) {
            throw new IOException(
                    answer.substring(ControlSocket.REFUSED.length()).strip());
        }
        return answer;
    }
}
