package dev.shiplog.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A Docker Engine that follows a script: it speaks the part of the API that Shiplog uses on a unix socket of its own, with
 * payloads recorded from real engines, and misbehaves on command. Its containers live and die by method calls, which
 * emit the events that a real engine emits. Thread safe. It starts without containers.
 */
public final class ScriptedEngine implements Closeable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<StatsTape> TAPES = StatsTape.load();
    private static final String IMAGE = "busybox";
    private static final String NETWORK = "b92e93930569258ce262e2783b8b7aa60e8816d55c2bbfc05acb081e9d3d2601";

    /** How often a silent stream of events looks whether its client is still there; stats find out by their ticks. */
    private static final long LOOK_MILLIS = 50;

    private static final long NAP_MILLIS = 200;

    private record Rule(Predicate<Request> matches, Misbehaviour misbehaviour) {}

    private final Path socket;
    private final Stamp stamp;
    private final EventRing ring = new EventRing();
    private final Map<String, ScriptedContainer> containers = new ConcurrentHashMap<>();
    private final List<byte[]> emitted = new ArrayList<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Random ids = new Random(20);
    private final long epoch = System.nanoTime();
    private final Object lock = new Object();
    private int nextPid = 3000;
    private volatile Release release = Release.DOCKER_20_10;
    private volatile Duration tick = Duration.ofSeconds(1);
    private volatile String engineId = "37L7:3IFU:IZ3J:JT4O:O5XF:3CDH:DPRJ:EOA3:VHT7:OQR5:OEUB:LL4L";
    private @Nullable SocketServer server;

    private ScriptedEngine(Path socket, InstantSource clock) {
        this.socket = socket;
        this.stamp = new Stamp(clock);
    }

    /** Listens at once, as Docker 20.10, with a tick of a second. */
    public static ScriptedEngine at(Path socket) throws IOException {
        return at(socket, InstantSource.system());
    }

    /**
     * Listens at once.
     *
     * @param clock what all times in payloads are read from
     */
    public static ScriptedEngine at(Path socket, InstantSource clock) throws IOException {
        ScriptedEngine engine = new ScriptedEngine(socket, clock);
        engine.comeBack();
        return engine;
    }

    public Path socket() {
        return socket;
    }

    /** As in {@code DOCKER_HOST}. */
    public String address() {
        return "unix://" + socket;
    }

    /** Says from now on that it is of this release. */
    public ScriptedEngine release(Release now) {
        release = now;
        return this;
    }

    /** How often a running container is sampled from now on. */
    public ScriptedEngine tick(Duration now) {
        tick = now;
        return this;
    }

    // What it remembers.

    /** All events ever emitted, in order, as sent: the oracle. */
    public List<byte[]> emitted() {
        synchronized (lock) {
            return List.copyOf(emitted);
        }
    }

    /** All requests ever received, in order. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    /** How many connections are open. */
    public int connections() {
        SocketServer now = server();
        return now == null ? 0 : now.connections();
    }

    /** How many streams of events are open. */
    public int listeners() {
        return ring.subscribers();
    }

    // The life of containers. Each takes a name or an id and returns the id.

    public String create(String name) {
        return create(name, IMAGE, Map.of());
    }

    public String create(String name, String image, Map<String, String> labels) {
        synchronized (lock) {
            byte[] random = new byte[32];
            ids.nextBytes(random);
            String id = java.util.HexFormat.of().formatHex(random);
            ScriptedContainer container = new ScriptedContainer(
                    id, name, image, new TreeMap<>(labels), stamp.now(), TAPES.get(containers.size() % TAPES.size()));
            containers.put(id, container);
            emit(container, "create", Map.of());
            return id;
        }
    }

    /** Creates it too if there is none. */
    public String start(String name) {
        synchronized (lock) {
            ScriptedContainer found = find(name);
            ScriptedContainer container = found != null ? found : container(create(name));
            network(container, "connect");
            synchronized (container) {
                container.state = ScriptedContainer.State.RUNNING;
                container.pid = nextPid++;
                container.exitCode = 0;
                container.oomKilled = false;
                container.started = stamp.now();
            }
            return emit(container, "start", Map.of());
        }
    }

    /** It ends by itself. */
    public String die(String name, int exitCode) {
        synchronized (lock) {
            ScriptedContainer container = container(name);
            synchronized (container) {
                container.state = ScriptedContainer.State.EXITED;
                container.exitCode = exitCode;
                container.finished = stamp.now();
            }
            emit(container, "die", Map.of("exitCode", Integer.toString(exitCode)));
            network(container, "disconnect");
            return container.id;
        }
    }

    /** As {@code docker stop}: kill, die, stop. */
    public String stop(String name) {
        synchronized (lock) {
            ScriptedContainer container = container(name);
            emit(container, "kill", Map.of("signal", "15"));
            die(container.id, 143);
            return emit(container, "stop", Map.of());
        }
    }

    /** As {@code docker restart}. */
    public String restart(String name) {
        synchronized (lock) {
            String id = stop(name);
            start(id);
            return emit(container(id), "restart", Map.of());
        }
    }

    /** The kernel kills it. */
    public String outOfMemory(String name) {
        synchronized (lock) {
            ScriptedContainer container = container(name);
            emit(container, "oom", Map.of());
            synchronized (container) {
                container.oomKilled = true;
            }
            return die(container.id, 137);
        }
    }

    public String pause(String name) {
        return change(name, ScriptedContainer.State.PAUSED, "pause");
    }

    public String unpause(String name) {
        return change(name, ScriptedContainer.State.RUNNING, "unpause");
    }

    private String change(String name, ScriptedContainer.State state, String action) {
        synchronized (lock) {
            ScriptedContainer container = container(name);
            synchronized (container) {
                container.state = state;
            }
            return emit(container, action, Map.of());
        }
    }

    public String rename(String name, String newName) {
        synchronized (lock) {
            ScriptedContainer container = container(name);
            String oldName = container.name;
            synchronized (container) {
                container.name = newName;
            }
            return emit(container, "rename", Map.of("oldName", "/" + oldName));
        }
    }

    /** @param status as in {@code healthy} */
    public String health(String name, String status) {
        synchronized (lock) {
            ScriptedContainer container = container(name);
            synchronized (container) {
                container.health = status;
            }
            return emit(container, "health_status: " + status, Map.of());
        }
    }

    /** A command in the container, begun and ended. */
    public String exec(String name, String command) {
        synchronized (lock) {
            ScriptedContainer container = container(name);
            byte[] random = new byte[32];
            ids.nextBytes(random);
            String execId = java.util.HexFormat.of().formatHex(random);
            emit(container, "exec_create: " + command, Map.of("execID", execId));
            emit(container, "exec_start: " + command, Map.of("execID", execId));
            return emit(container, "exec_die", Map.of("execID", execId, "exitCode", "0"));
        }
    }

    /** It is removed; its streams end. */
    public String destroy(String name) {
        synchronized (lock) {
            ScriptedContainer container = container(name);
            if (container.runs()) {
                emit(container, "kill", Map.of("signal", "9"));
                die(container.id, 137);
            }
            synchronized (container) {
                container.state = ScriptedContainer.State.REMOVED;
            }
            containers.remove(container.id);
            return emit(container, "destroy", Map.of());
        }
    }

    /** Its stats are these lines from now on, one a tick to each stream, byte for byte; then silence. */
    public void replayStats(String name, List<byte[]> lines) {
        ScriptedContainer container = container(name);
        synchronized (container) {
            container.verbatim = List.copyOf(lines);
        }
    }

    // Events.

    /** Kept and published byte for byte; the time is read from {@code timeNano}. */
    public void emit(byte[] json) {
        synchronized (lock) {
            emitted.add(json);
            ring.add(new EventRing.Event(timeNano(json), json));
        }
    }

    /** In the ring, but published to nobody: as if each listener had been too slow. */
    public void emitUnpublished(byte[] json) {
        synchronized (lock) {
            emitted.add(json);
            ring.keep(new EventRing.Event(timeNano(json), json));
        }
    }

    /** So many events of one container's health check, at once. */
    public void flood(String name, int count) {
        synchronized (lock) {
            ScriptedContainer container = container(name);
            for (int i = 0; i < count; i++) {
                emit(container, "exec_create: /bin/sh -c probe " + i, Map.of());
            }
        }
    }

    /** Publishes the newest events of the ring once more. */
    public void repeatNewest(int count) {
        ring.newest(count).forEach(ring::publish);
    }

    /** Drops the newest events from the ring: no replay will show them. */
    public void forgetNewest(int count) {
        ring.forgetNewest(count);
    }

    private static long timeNano(byte[] json) {
        try {
            return JSON.readTree(json).path("timeNano").asLong();
        } catch (IOException e) {
            return 0;
        }
    }

    private String emit(ScriptedContainer container, String action, Map<String, String> more) {
        Map<String, String> attributes = new TreeMap<>(more);
        attributes.putAll(container.labels);
        attributes.put("image", container.image);
        attributes.put("name", container.name);
        long time = stamp.next();
        ObjectNode json = JSON.createObjectNode();
        json.put("status", action).put("id", container.id).put("from", container.image);
        emit(describe(json, "container", action, container.id, attributes, time));
        return container.id;
    }

    private void network(ScriptedContainer container, String action) {
        Map<String, String> attributes =
                new TreeMap<>(Map.of("container", container.id, "name", "bridge", "type", "bridge"));
        emit(describe(JSON.createObjectNode(), "network", action, NETWORK, attributes, stamp.next()));
    }

    private static byte[] describe(
            ObjectNode json, String type, String action, String id, Map<String, String> attributes, long time) {
        json.put("Type", type).put("Action", action);
        ObjectNode all = json.putObject("Actor").put("ID", id).putObject("Attributes");
        attributes.forEach(all::put);
        return bytes(
                json.put("scope", "local").put("time", time / 1_000_000_000L).put("timeNano", time));
    }

    // Misbehaviour.

    /** Answers the requests to a path in this way from now on. The latest rule for a path counts. */
    public ScriptedEngine misbehave(String path, Misbehaviour misbehaviour) {
        return misbehave(request -> request.path().equals(path), misbehaviour);
    }

    /** Answers the requests that match in this way from now on. */
    public ScriptedEngine misbehave(Predicate<Request> matches, Misbehaviour misbehaviour) {
        rules.add(0, new Rule(matches, misbehaviour));
        return this;
    }

    /** Ends all misbehaviour, for requests to come. */
    public void behave() {
        rules.clear();
    }

    /** Ends as a killed daemon ends: all connections are cut, the socket's file is gone. The containers run on. */
    public void vanish() throws IOException {
        synchronized (lock) {
            if (server != null) {
                server.close();
                server = null;
            }
            ring.clear();
        }
    }

    /** Takes no new connections, and answers on those that it has: an engine that is going down. */
    public void refuse() throws IOException {
        synchronized (lock) {
            if (server != null) {
                server.refuse();
            }
        }
    }

    /** Listens again, with an empty ring. */
    public void comeBack() throws IOException {
        synchronized (lock) {
            if (server == null) {
                server = SocketServer.http(socket, this::answer);
            }
        }
    }

    /** Listens again, as another engine: with another id, an empty ring and no containers. */
    public void comeBackAs(String otherId) throws IOException {
        synchronized (lock) {
            engineId = otherId;
            containers.values().forEach(container -> {
                synchronized (container) {
                    container.state = ScriptedContainer.State.REMOVED;
                }
            });
            containers.clear();
        }
        comeBack();
    }

    /** Idempotent. */
    @Override
    public void close() throws IOException {
        vanish();
    }

    private @Nullable SocketServer server() {
        synchronized (lock) {
            return server;
        }
    }

    // Answers.

    private void answer(Request request, Reply reply) throws IOException {
        requests.add(request);
        for (Rule rule : rules) {
            if (rule.matches().test(request)) {
                rule.misbehaviour().answer(request, reply, this::answerProperly);
                return;
            }
        }
        answerProperly(request, reply);
    }

    private void answerProperly(Request request, Reply reply) throws IOException {
        Release now = release;
        reply.header("Api-Version", now.apiVersion())
                .header("Docker-Experimental", "false")
                .header("Ostype", "linux");
        now.headers().forEach(reply::header);
        String refusal = refusal(request.version(), now);
        if (!refusal.isEmpty()) {
            reply.error(400, refusal);
            return;
        }
        switch (request.path()) {
            case "/_ping" -> reply.send(200, "text/plain; charset=utf-8", Reply.utf8("OK"));
            case "/version" ->
                reply.json(
                        200,
                        fed(bytes(recorded(now, "version.json")
                                .put("ApiVersion", now.apiVersion())
                                .put("MinAPIVersion", now.oldestApiVersion()))));
            case "/info" -> reply.json(200, fed(bytes(info(now))));
            case "/containers/json" -> list(request, reply, now);
            case "/events" -> events(request, reply);
            default -> container(request, reply, now);
        }
    }

    private static String refusal(String version, Release release) {
        if (version.isEmpty()) {
            return "";
        }
        int asked = minor(version);
        if (asked > minor(release.apiVersion())) {
            return "client version " + version + " is too new. Maximum supported API version is "
                    + release.apiVersion();
        }
        return asked >= minor(release.oldestApiVersion())
                ? ""
                : "client version " + version + " is too old. Minimum supported API version is "
                        + release.oldestApiVersion() + ", please upgrade your client to a newer version";
    }

    private static int minor(String version) {
        return Integer.parseInt(version.substring(version.indexOf('.') + 1));
    }

    private ObjectNode info(Release now) {
        long running =
                containers.values().stream().filter(ScriptedContainer::runs).count();
        ObjectNode info = recorded(now, "info.json");
        return info.put("ID", engineId)
                .put("Containers", containers.size())
                .put("ContainersRunning", running)
                .put("ContainersStopped", containers.size() - running)
                .put("NEventsListener", ring.subscribers())
                .put("SystemTime", Stamp.text(stamp.now()));
    }

    private void list(Request request, Reply reply, Release now) throws IOException {
        boolean all = request.isSet("all", false);
        ObjectNode recorded = recorded(now, "container.json");
        ArrayNode list = JSON.createArrayNode();
        containers.values().stream()
                .filter(container -> all || container.runs())
                .sorted((a, b) -> b.created.compareTo(a.created))
                .forEach(container -> list.add(container.listed(recorded, stamp.now())));
        reply.begin("application/json");
        reply.chunk(fed(bytes(list)));
        reply.end();
    }

    private void container(Request request, Reply reply, Release now) throws IOException {
        String[] words = request.path().split("/", -1);
        if (words.length != 4 || !words[1].equals("containers")) {
            reply.error(404, "page not found");
            return;
        }
        ScriptedContainer container = find(words[2]);
        if (container == null) {
            reply.error(404, "No such container: " + words[2]);
        } else if (words[3].equals("json")) {
            reply.json(200, fed(bytes(container.inspected(recorded(now, "inspect.json")))));
        } else if (words[3].equals("stats")) {
            stats(request, reply, container, now);
        } else {
            reply.error(404, "page not found");
        }
    }

    private void stats(Request request, Reply reply, ScriptedContainer container, Release now) throws IOException {
        boolean oneShot = request.isSet("one-shot", false);
        if (request.isSet("stream", true)) {
            if (oneShot) {
                reply.error(400, "cannot have stream=true and one-shot=true");
                return;
            }
            streamStats(reply, container);
            return;
        }
        // Before engine 25 a single sample waits for the collector's next round; with its predecessor, for two.
        boolean waits = container.runs() && !(oneShot && minor(now.apiVersion()) >= 44);
        if (waits) {
            pause(reply, container, currentTick() + 1);
        }
        if (waits && !oneShot) {
            container.sample(currentTick(), stamp, true);
            pause(reply, container, currentTick() + 1);
        }
        reply.json(200, fed(container.sample(currentTick(), stamp, oneShot)));
    }

    private void streamStats(Reply reply, ScriptedContainer container) throws IOException {
        reply.begin("application/json");
        List<byte[]> verbatim = container.verbatim;
        boolean first = true;
        int sent = 0;
        long next = currentTick();
        while (pause(reply, container, next)) {
            if (verbatim == null) {
                reply.line(container.sample(next, stamp, first));
                first = !container.runs();
            } else if (sent < verbatim.size()) {
                reply.line(verbatim.get(sent++));
            }
            next = Math.max(next, currentTick()) + 1;
        }
        reply.end();
    }

    private long currentTick() {
        return (System.nanoTime() - epoch) / tick.toNanos();
    }

    /** Waits for a tick; false if the container was removed. */
    private boolean pause(Reply reply, ScriptedContainer container, long until) throws IOException {
        while (!container.removed()) {
            long left = until * tick.toNanos() - (System.nanoTime() - epoch);
            if (left <= 0) {
                return true;
            }
            try {
                TimeUnit.NANOSECONDS.sleep(Math.min(left, NAP_MILLIS * 1_000_000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
            if (reply.hungUp()) {
                throw new IOException("the client hung up");
            }
        }
        return false;
    }

    private void events(Request request, Reply reply) throws IOException {
        long since = request.query().containsKey("since") ? time(request.query().get("since")) : Long.MAX_VALUE;
        long until = request.query().containsKey("until") ? time(request.query().get("until")) : Long.MAX_VALUE;
        BlockingQueue<EventRing.Event> queue = ring.subscribe(since);
        try {
            reply.begin("application/json");
            while (true) {
                EventRing.Event event = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (event != null && event.timeNano() <= until) {
                    reply.line(event.json());
                } else if (event == null && until < Stamp.nanos(stamp.now())) {
                    reply.end();
                    return;
                } else if (event == null && reply.hungUp()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ring.unsubscribe(queue);
        }
    }

    /** {@code seconds[.nanoseconds]} */
    private static long time(@Nullable String text) throws IOException {
        try {
            return new java.math.BigDecimal(text).movePointRight(9).longValue();
        } catch (NumberFormatException e) {
            throw new IOException("not a time: " + text, e);
        }
    }

    private ScriptedContainer container(String nameOrId) {
        ScriptedContainer container = find(nameOrId);
        if (container == null) {
            throw new IllegalArgumentException("No such container: " + nameOrId);
        }
        return container;
    }

    private @Nullable ScriptedContainer find(String nameOrId) {
        ScriptedContainer exact = containers.get(nameOrId);
        return exact != null
                ? exact
                : containers.values().stream()
                        .filter(container -> container.name.equals(nameOrId)
                                || (nameOrId.length() >= 12 && container.id.startsWith(nameOrId)))
                        .findFirst()
                        .orElse(null);
    }

    private static ObjectNode recorded(Release release, String name) {
        try {
            return (ObjectNode) JSON.readTree(release.payload(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Object json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With the line feed that Go's encoder adds. */
    private static byte[] fed(byte[] json) {
        byte[] line = java.util.Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }
}
