package dev.shiplog.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A Docker Engine that follows a script: it speaks the part of the API that Shiplog uses on a unix socket of its own, with
 * payloads recorded from real engines, and misbehaves on command. Its containers live and die by method calls, which
 * emit the events that a real engine emits. Thread safe. It starts without containers.
 */
public final class ScriptedEngine implements Closeable {
    private static final List<StatsTape> TAPES = StatsTape.load();
    private static final String IMAGE = "busybox";

    private record Rule(Predicate<Request> matches, Misbehaviour misbehaviour) {}

    private final Path socket;
    private final ScriptedHost host;
    private final Handler api;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();
    private volatile boolean forgetful;
    private int nextPid = 3000;
    private @Nullable SocketServer server;

    private ScriptedEngine(Path socket, InstantSource clock) {
        this.socket = socket;
        this.host = new ScriptedHost(clock);
        this.api = new ScriptedApi(host);
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
        host.release = now;
        return this;
    }

    /** How often a running container is sampled from now on. */
    public ScriptedEngine tick(Duration now) {
        host.tick = now;
        return this;
    }

    /** Remembers no requests from now on: in a long run there are millions. */
    public ScriptedEngine forgetful() {
        forgetful = true;
        return this;
    }

    /** All events ever emitted, in order, as sent: the oracle. */
    public List<byte[]> emitted() {
        return host.emitted();
    }

    /** Those events but the first so many. */
    public List<byte[]> emitted(int from) {
        return host.emitted(from);
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
        return host.ring.subscribers();
    }

    // The life of host.containers. Each takes a name or an id and returns the id.

    public String create(String name) {
        return create(name, IMAGE, Map.of());
    }

    public String create(String name, String image, Map<String, String> labels) {
        synchronized (lock) {
            String id = host.newId();
            ScriptedContainer container = new ScriptedContainer(
                    id,
                    name,
                    image,
                    new TreeMap<>(labels),
                    host.stamp.now(),
                    TAPES.get(host.containers.size() % TAPES.size()));
            host.containers.put(id, container);
            host.emit(container, "create", Map.of());
            return id;
        }
    }

    /** Creates it too if there is none. */
    public String start(String name) {
        synchronized (lock) {
            ScriptedContainer found = host.find(name);
            ScriptedContainer container = found != null ? found : host.container(create(name));
            host.network(container, "connect");
            synchronized (container) {
                container.state = ScriptedContainer.State.RUNNING;
                container.pid = nextPid++;
                container.exitCode = 0;
                container.oomKilled = false;
                container.started = host.stamp.now();
            }
            return host.emit(container, "start", Map.of());
        }
    }

    /** It ends by itself. */
    public String die(String name, int exitCode) {
        synchronized (lock) {
            ScriptedContainer container = host.container(name);
            synchronized (container) {
                container.state = ScriptedContainer.State.EXITED;
                container.exitCode = exitCode;
                container.finished = host.stamp.now();
            }
            host.emit(container, "die", Map.of("exitCode", Integer.toString(exitCode)));
            host.network(container, "disconnect");
            return container.id;
        }
    }

    /** As {@code docker stop}: kill, die, stop. */
    public String stop(String name) {
        synchronized (lock) {
            ScriptedContainer container = host.container(name);
            host.emit(container, "kill", Map.of("signal", "15"));
            die(container.id, 143);
            return host.emit(container, "stop", Map.of());
        }
    }

    /** As {@code docker restart}. */
    public String restart(String name) {
        synchronized (lock) {
            String id = stop(name);
            start(id);
            return host.emit(host.container(id), "restart", Map.of());
        }
    }

    /** The kernel kills it. */
    public String outOfMemory(String name) {
        synchronized (lock) {
            ScriptedContainer container = host.container(name);
            host.emit(container, "oom", Map.of());
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
            ScriptedContainer container = host.container(name);
            synchronized (container) {
                container.state = state;
            }
            return host.emit(container, action, Map.of());
        }
    }

    public String rename(String name, String newName) {
        synchronized (lock) {
            ScriptedContainer container = host.container(name);
            String oldName = container.name;
            synchronized (container) {
                container.name = newName;
            }
            return host.emit(container, "rename", Map.of("oldName", "/" + oldName));
        }
    }

    /** @param status as in {@code healthy} */
    public String health(String name, String status) {
        synchronized (lock) {
            ScriptedContainer container = host.container(name);
            synchronized (container) {
                container.health = status;
            }
            return host.emit(container, "health_status: " + status, Map.of());
        }
    }

    /** A command in the container, begun and ended. */
    public String exec(String name, String command) {
        synchronized (lock) {
            ScriptedContainer container = host.container(name);
            String execId = host.newId();
            host.emit(container, "exec_create: " + command, Map.of("execID", execId));
            host.emit(container, "exec_start: " + command, Map.of("execID", execId));
            return host.emit(container, "exec_die", Map.of("execID", execId, "exitCode", "0"));
        }
    }

    /** It is removed; its streams end. */
    public String destroy(String name) {
        synchronized (lock) {
            ScriptedContainer container = host.container(name);
            if (container.runs()) {
                host.emit(container, "kill", Map.of("signal", "9"));
                die(container.id, 137);
            }
            synchronized (container) {
                container.state = ScriptedContainer.State.REMOVED;
            }
            host.containers.remove(container.id);
            return host.emit(container, "destroy", Map.of());
        }
    }

    /** Its stats are these lines from now on, one a tick to each stream, byte for byte; then silence. */
    public void replayStats(String name, List<byte[]> lines) {
        ScriptedContainer container = host.container(name);
        synchronized (container) {
            container.verbatim = List.copyOf(lines);
        }
    }

    /** It writes a line to its stdout, with a line feed, now. */
    public void log(String name, String line) {
        log(name, 1, host.stamp.next(), Reply.utf8(line + "\n"));
    }

    /**
     * Its log gets a message.
     *
     * @param stream 1 for stdout, 2 for stderr, 0 for a terminal: then all are 0
     * @param nanos its time, since the epoch
     */
    public void log(String name, int stream, long nanos, byte[] message) {
        host.container(name).log.add(stream, nanos, message);
    }

    /** All that its log ever held: of each message the byte of its stream, its time, a space, and the message. */
    public List<byte[]> logged(String name) {
        return logged(name, 0);
    }

    /** Those messages but the first so many. */
    public List<byte[]> logged(String name, int from) {
        return host.container(name).log.messages(from);
    }

    /** Its log loses its oldest messages, and keeps so many; for requests to come. */
    public void rotateLog(String name, int left) {
        host.container(name).log.rotate(left);
    }

    /** Kept and published byte for byte; the time is read from {@code timeNano}. */
    public void emit(byte[] json) {
        synchronized (lock) {
            host.emit(json, true);
        }
    }

    /** In the ring, but published to nobody: as if each listener had been too slow. */
    public void emitUnpublished(byte[] json) {
        synchronized (lock) {
            host.emit(json, false);
        }
    }

    /** So many events of one container's health check, at once. */
    public void flood(String name, int count) {
        synchronized (lock) {
            ScriptedContainer container = host.container(name);
            for (int i = 0; i < count; i++) {
                host.emit(container, "exec_create: /bin/sh -c probe " + i, Map.of());
            }
        }
    }

    /** Publishes the newest events of the ring once more. */
    public void repeatNewest(int count) {
        host.ring.newest(count).forEach(host.ring::publish);
    }

    /** Drops the newest events from the ring: no replay will show them. */
    public void forgetNewest(int count) {
        host.ring.forgetNewest(count);
    }

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
            host.ring.clear();
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
            host.engineId = otherId;
            host.containers.values().forEach(container -> {
                synchronized (container) {
                    container.state = ScriptedContainer.State.REMOVED;
                }
            });
            host.containers.clear();
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

    private void answer(Request request, Reply reply) throws IOException {
        if (!forgetful) {
            requests.add(request);
        }
        for (Rule rule : rules) {
            if (rule.matches().test(request)) {
                rule.misbehaviour().answer(request, reply, api);
                return;
            }
        }
        api.answer(request, reply);
    }
}
