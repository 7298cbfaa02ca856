package dev.shiplog.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A real engine that tests may use, by its own API. What is made here carries a label of its own, and is removed at
 * the end. Thread safe.
 */
final class RealEngine implements Closeable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LABEL = "dev.shiplog.test";

    private final Path socket;
    private final Closeable lease;
    private final String run = UUID.randomUUID().toString();

    private RealEngine(Path socket, Closeable lease) {
        this.socket = socket;
        this.lease = lease;
    }

    /**
     * One of those at {@code SHIPLOG_TEST_ENGINE}, sockets with commas between them, as {@code scripts/test-engine} starts
     * them; without, the test is skipped. Until it is closed, no other test has it, in whatever process: waits for that.
     */
    static RealEngine ofEnvironment() throws IOException {
        Iterator<Path> sockets =
                Stream.of(environment().split(",")).map(Path::of).iterator();
        while (true) {
            Path socket = sockets.next();
            FileChannel channel =
                    FileChannel.open(Path.of(socket + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            // Whoever finds all in use waits for the last.
            if ((sockets.hasNext() ? channel.tryLock() : channel.lock()) != null) {
                return new RealEngine(socket, channel);
            }
            channel.close();
        }
    }

    /** Skips the test where {@link #ofEnvironment} does. */
    static void assumeAny() {
        environment();
    }

    private static String environment() {
        String sockets = System.getenv("SHIPLOG_TEST_ENGINE");
        assumeTrue(sockets != null, "no engine to test on: eval \"$(scripts/test-engine env)\"");
        return sockets;
    }

    /** The one behind this socket. */
    static RealEngine at(Path socket) {
        return new RealEngine(socket, () -> {});
    }

    Path socket() {
        return socket;
    }

    /** @param more members of the request beside command and labels; the image is busybox unless they name another */
    String create(String name, Map<String, String> labels, Map<String, Object> more, String... command)
            throws IOException {
        Map<String, String> all = new HashMap<>(labels);
        all.put(LABEL, run);
        Map<String, Object> request = new HashMap<>(Map.of("Image", "busybox"));
        request.putAll(more);
        request.put("Cmd", List.of(command));
        request.put("Labels", all);
        return post("/containers/create?name=" + name, request).path("Id").asText();
    }

    void start(String id) throws IOException {
        act(id, "start");
    }

    /** @param action as in {@code pause} or {@code rename?name=other} */
    void act(String id, String action) throws IOException {
        post("/containers/" + id + "/" + action, Map.of());
    }

    /** A command in a container; returns when it has ended. */
    void exec(String id, String... command) throws IOException {
        Map<String, Object> request = Map.of("Cmd", List.of(command), "AttachStdout", true);
        String exec = post("/containers/" + id + "/exec", request).path("Id").asText();
        post("/exec/" + exec + "/start", Map.of("Detach", false));
    }

    /** What the engine says of a container. */
    JsonNode inspect(String id) throws IOException {
        return call("GET", "/containers/" + id + "/json", Map.of());
    }

    /** What the engine remembers of events between two times, in seconds: at most 256. */
    List<JsonNode> events(double since, double until) throws IOException {
        String answer = get(socket, "/v1.41/events?since=%.9f&until=%.9f".formatted(since, until));
        List<JsonNode> events = new ArrayList<>();
        for (String line : answer.lines().filter(text -> text.startsWith("{")).toList()) {
            events.add(JSON.readTree(line));
        }
        return events;
    }

    /** How many containers are in each state. */
    Map<String, Integer> states() throws IOException {
        Map<String, Integer> states = new HashMap<>();
        for (JsonNode container : call("GET", "/containers/json?all=1", Map.of())) {
            states.merge(container.path("State").asText(), 1, Integer::sum);
        }
        return states;
    }

    /** The memory of its host, in bytes. */
    long memory() throws IOException {
        return call("GET", "/info", Map.of()).path("MemTotal").asLong();
    }

    /** How many {@code images}, {@code volumes} or {@code networks} there are. */
    int count(String sort) throws IOException {
        JsonNode list = call("GET", sort.equals("images") ? "/images/json" : "/" + sort, Map.of());
        return (sort.equals("volumes") ? list.path("Volumes") : list).size();
    }

    /** Whether it knows no such container any more. */
    boolean isGone(String id) throws IOException {
        return !containers().contains(id);
    }

    /** The ids of all containers, of whatever state. */
    List<String> containers() throws IOException {
        List<String> ids = new ArrayList<>();
        for (JsonNode container : call("GET", "/containers/json?all=1", Map.of())) {
            ids.add(container.path("Id").asText());
        }
        return ids;
    }

    /** @param limits as in {@code Memory} */
    void update(String id, Map<String, Object> limits) throws IOException {
        post("/containers/" + id + "/update", limits);
    }

    /** Gives an image one more name. */
    void tag(String image, String repository) throws IOException {
        post("/images/" + image + "/tag?repo=" + repository + "&tag=latest", Map.of());
    }

    /** Makes an image of a container. */
    void commit(String id, String repository) throws IOException {
        post("/commit?container=" + id + "&repo=" + repository + "&tag=latest", Map.of("Cmd", List.of("true")));
    }

    void remove(String id) throws IOException {
        call("DELETE", "/containers/" + id + "?force=true", Map.of());
    }

    /** Removes what is left of what was made here. */
    @Override
    public void close() throws IOException {
        try (lease) {
            removeAll();
        }
    }

    private void removeAll() throws IOException {
        String filter = URLEncoder.encode(
                JSON.writeValueAsString(Map.of("label", List.of(LABEL + "=" + run))), StandardCharsets.UTF_8);
        for (JsonNode container : call("GET", "/containers/json?all=1&filters=" + filter, Map.of())) {
            remove(container.path("Id").asText());
        }
    }

    private JsonNode post(String path, Map<String, ?> request) throws IOException {
        return call("POST", path, request);
    }

    /** One request a connection, in HTTP 1.0: the answer ends where the connection does. */
    private JsonNode call(String method, String path, Map<String, ?> request) throws IOException {
        byte[] body = request.isEmpty() ? new byte[0] : JSON.writeValueAsBytes(request);
        String head = method + " /v1.41" + path + " HTTP/1.0\r\nHost: engine\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length + "\r\n\r\n";
        String answer = exchange(socket, head, body);
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0 || !answer.matches("(?s)HTTP/1\\.\\d [23]\\d\\d .*")) {
            throw new IOException(method + " " + path + ": " + answer);
        }
        String text = answer.substring(end).strip();
        return text.startsWith("{") || text.startsWith("[") ? JSON.readTree(text) : JSON.nullNode();
    }

    /** The whole answer of another of its sockets, its head too. */
    static String get(Path socket, String path) throws IOException {
        return exchange(socket, "GET " + path + " HTTP/1.0\r\nHost: engine\r\n\r\n", new byte[0]);
    }

    private static String exchange(Path socket, String head, byte[] body) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.UTF_8)));
            channel.write(ByteBuffer.wrap(body));
            return rest(channel);
        }
    }

    private static String rest(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        while (channel.read(buffer.clear()) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
