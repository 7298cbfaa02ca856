package dev.shiplog.acceptance;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands before an engine's unix socket as a careful proxy does: it passes GETs of paths that match a pattern, refuses
 * everything else with 403, and remembers what was asked.
 */
final class GuardedSocket implements Closeable {
    private static final Path COMPOSE = Path.of("..", "deploy", "compose.monitoring.yaml");

    private final Path socket;
    private final Path engine;
    private final Pattern allowed;
    private final ServerSocketChannel server;
    private final Set<String> passed = new ConcurrentSkipListSet<>();
    private final Set<String> refused = new ConcurrentSkipListSet<>();

    private GuardedSocket(Path socket, Path engine, Pattern allowed) throws IOException {
        this.socket = socket;
        this.engine = engine;
        this.allowed = allowed;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        daemon(this::accept);
    }

    static GuardedSocket at(Path socket, Path engine, Pattern allowed) throws IOException {
        return new GuardedSocket(socket, engine, allowed);
    }

    /** One that passes what is published to the engine at an address, {@code unix:///path}. */
    static GuardedSocket before(String engine) throws IOException {
        Path socket = Files.createTempDirectory("guard").resolve("docker.sock");
        return at(socket, Path.of(engine.substring("unix://".length())), published());
    }

    String address() {
        return "unix://" + socket;
    }

    /** What {@code deploy/compose.monitoring.yaml} has its proxy allow; Go and Java take it alike. */
    static Pattern published() throws IOException {
        Matcher line = Pattern.compile("- -allowGET=(.*)").matcher(Files.readString(COMPOSE));
        if (!line.find()) {
            throw new IOException(COMPOSE + ": no -allowGET");
        }
        return Pattern.compile(line.group(1));
    }

    /** Each method and path that was passed on, without its query. */
    Set<String> passed() {
        return passed;
    }

    Set<String> refused() {
        return refused;
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() throws IOException {
        while (true) {
            SocketChannel client = server.accept();
            daemon(() -> converse(client));
        }
    }

    /** One request after the other; a client asks the next once the last is answered. */
    private void converse(SocketChannel client) throws IOException {
        try (client;
                SocketChannel upstream = SocketChannel.open(UnixDomainSocketAddress.of(engine))) {
            daemon(() -> {
                try (client) {
                    copy(upstream, client);
                }
            });
            InputStream in = Channels.newInputStream(client);
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                String[] words = head.split(" ", 3);
                String path = words[1].split("\\?", 2)[0];
                boolean passes = words[0].equals("GET") && allowed.matcher(path).matches();
                (passes ? passed : refused).add(words[0] + " " + path);
                String answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
                write(passes ? upstream : client, passes ? head : answer);
            }
        }
    }

    /** Up to the empty line; nothing if the client is gone. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.append((char) next);
            if (next == '\n' && head.indexOf("\r\n\r\n", head.length() - 4) >= 0) {
                return head.toString();
            }
        }
        return "";
    }

    private static void copy(SocketChannel from, SocketChannel to) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        while (from.read(buffer.clear()) >= 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                to.write(buffer);
            }
        }
    }

    private static void write(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void daemon(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // One side is gone; so is the other now.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
