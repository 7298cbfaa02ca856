package dev.shiplog.recorder.engine;

import dev.shiplog.recorder.http.NoAnswerException;
import dev.shiplog.recorder.http.Selection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Calls an engine through docker-java's raw transport; its typed API loses fields and whole streams, so it is not used.
 * Short calls share a few connections; each stream has one of its own.
 */
final class DockerEngine implements Engine {
    /** Spoken by Docker 20.10 and by Podman 4; the one before spoke 1.40. */
    static final ApiVersion OLDEST = new ApiVersion(1, 41);

    /** Spoken by Docker 28.3. From 1.52 on events lose fields that readers of the journal may want. */
    static final ApiVersion NEWEST = new ApiVersion(1, 51);

    /** A first call waits for so long for {@code /_ping}, then goes on without its answer. */
    private static final Duration PING_PATIENCE = Duration.ofSeconds(3);

    private static final Pattern SPOKEN = Pattern.compile("API version is (\\d++\\.\\d++)");

    /** Most hosts make no more short calls than this at once. */
    private static final int IDLE_CONNECTIONS = 16;
    /** It is asked for the samples of all containers at once. */
    private static final int IDLE_ASKING = 256;

    private static final System.Logger LOG = System.getLogger(DockerEngine.class.getName());
    private static final Duration REPORT_AGAIN = Duration.ofMinutes(1);

    private final EngineAddress address;
    private final Watchdog watchdog;
    private final Duration patience;
    /** One for each short call that may be under way; pings are none of them. */
    private final Semaphore turns;

    private final IdleConnections idle;
    /** Those by which it is asked without anybody waiting. */
    private final IdleConnections idleAsking;

    private final Set<Answer> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable ApiVersion version;
    /** The newest answer. */
    private volatile Greeting greeting = new Greeting("", "", false);

    private volatile boolean closed;
    private final Room room = new Room();
    private final Selection selection = new Selection();
    private final AtomicLong skippedReportedAt = new AtomicLong();

    DockerEngine(EngineAddress address, Watchdog watchdog, Duration patience) {
        this(address, watchdog, patience, Integer.MAX_VALUE);
    }

    /**
     * @param patience how long the engine may be silent when an answer is due
     * @param mostCalls short calls that may be under way at once; others wait for their turn
     */
    DockerEngine(EngineAddress address, Watchdog watchdog, Duration patience, int mostCalls) {
        this.address = address;
        this.watchdog = watchdog;
        this.patience = patience;
        this.turns = new Semaphore(mostCalls, true);
        this.idle = new IdleConnections(address, IDLE_CONNECTIONS);
        this.idleAsking = new IdleConnections(address, IDLE_ASKING);
    }

    @Override
    public Greeting greet() throws IOException {
        return whileWatched("/_ping", pingPatience(), ping -> {
            ping.readAll();
            ApiVersion spoken = ApiVersion.parse(ping.header("Api-Version"));
            if (spoken == null) {
                throw new UnfitEngineException(
                        address + ": answers /_ping without an Api-Version; is this a Docker engine?");
            }
            if (spoken.compareTo(OLDEST) < 0) {
                throw new UnfitEngineException(address + ": the engine speaks API " + spoken
                        + ", Shiplog needs at least " + OLDEST + ", that is Docker 20.10 or newer");
            }
            ApiVersion chosen = spoken.compareTo(NEWEST) > 0 && accepts(NEWEST) ? NEWEST : spoken;
            version = chosen;
            String server = ping.header("Server");
            boolean podman = !ping.header("Libpod-API-Version").isEmpty() || server.startsWith("Libpod");
            greeting = new Greeting(chosen.toString(), server, podman);
            return greeting;
        });
    }

    /** Whether an engine newer than all we know still speaks the newest version that we know. */
    private boolean accepts(ApiVersion known) throws IOException {
        try {
            whileWatched("/v" + known + "/_ping", pingPatience(), Answer::readAll);
            return true;
        } catch (EngineStatusException e) {
            if (refusesVersion(e)) {
                return false;
            }
            throw e;
        }
    }

    private Duration pingPatience() {
        return patience.compareTo(PING_PATIENCE) < 0 ? patience : PING_PATIENCE;
    }

    @Override
    public Greeting assume() {
        ApiVersion known = version;
        ApiVersion chosen = known == null ? NEWEST : known;
        version = chosen;
        return new Greeting(chosen.toString(), greeting.server(), greeting.podman());
    }

    @Override
    public boolean isPodman() {
        return greeting.podman();
    }

    @Override
    public boolean settle(EngineStatusException refusal) {
        Matcher spoken = SPOKEN.matcher(String.valueOf(refusal.getMessage()));
        ApiVersion named = refusesVersion(refusal) && spoken.find() ? ApiVersion.parse(spoken.group(1)) : null;
        if (named == null || named.compareTo(OLDEST) < 0 || named.equals(version)) {
            return false;
        }
        version = named;
        return true;
    }

    @Override
    public Duration patience() {
        return patience;
    }

    @Override
    public byte[] get(String path) throws IOException {
        return get(path, patience);
    }

    @Override
    public byte[] get(String path, Duration silence) throws IOException {
        return versioned(versioned -> whileWatched(versioned, silence, Answer::readAll), path);
    }

    @Override
    public void ask(String path, Duration silence, Asked asked) {
        try {
            awaitTurn(path);
        } catch (IOException e) {
            asked.failed(e);
            return;
        }
        try {
            Connection connection = idleAsking.take();
            boolean kept = connection.isKept();
            Answer answer = prepare("/v" + agreed() + path, connection, idleAsking::give, json(path));
            Watchdog.Watch watch = watchdog.watch(answer, silence);
            answer.ask(new Asked() {
                @Override
                public void answered(byte[] body) {
                    watch.cancel();
                    turns.release();
                    asked.answered(body);
                }

                @Override
                public void failed(IOException failure) {
                    watch.cancel();
                    turns.release();
                    if (kept && isUnanswered(failure) || isRefusal(failure)) {
                        askAgain(path, silence, asked);
                    } else {
                        asked.failed(failure);
                    }
                }
            });
        } catch (IOException e) {
            turns.release();
            asked.failed(e);
        }
    }

    /** Not if we closed it, because it was silent for too long, say. */
    private static boolean isUnanswered(IOException failure) {
        return failure instanceof EngineFailedException && failure.getCause() instanceof NoAnswerException;
    }

    private static boolean isRefusal(IOException failure) {
        return failure instanceof EngineStatusException refusal && refusesVersion(refusal);
    }

    /** On a thread that waits: the engine had closed the connection, or speaks another version now. */
    private void askAgain(String path, Duration silence, Asked asked) {
        Runnable get = () -> {
            byte[] body;
            try {
                body = get(path, silence);
            } catch (IOException e) {
                asked.failed(e);
                return;
            }
            asked.answered(body);
        };
        try {
            selection.runApart(get);
        } catch (IOException e) {
            asked.failed(e);
        }
    }

    @Override
    public <T> T read(String path, Duration silence, BodyReader<T> reader) throws IOException {
        return versioned(versioned -> whileWatched(versioned, silence, answer -> answer.readBy(reader)), path);
    }

    @Override
    public MessageStream stream(String path) throws IOException {
        return prepare("/v" + agreed() + path);
    }

    @Override
    public MessageStream logs(String path) throws IOException {
        return prepare("/v" + agreed() + path, idle.take(), idle::give, LogMessages::new);
    }

    @Override
    public boolean takesConnections(Duration silence) {
        try (Answer answer = prepare("/_ping", Connection.to(address), Connection::close, json("/_ping"))) {
            Watchdog.Watch watch = watchdog.watch(answer, silence);
            try {
                answer.open();
                answer.readAll();
                return true;
            } finally {
                watch.cancel();
            }
        } catch (IOException e) {
            return false;
        }
    }

    private <T> T versioned(Call<String, T> call, String path) throws IOException {
        if (path.equals("/_ping")) {
            return agreeing(call, path); // who asks whether the engine is there must not wait for what hangs
        }
        awaitTurn(path);
        try {
            return agreeing(call, path);
        } finally {
            turns.release();
        }
    }

    private void awaitTurn(String path) throws IOException {
        try {
            turns.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(address + ": GET " + path + " was given up while it waited for others", e);
        }
    }

    private <T> T agreeing(Call<String, T> call, String path) throws IOException {
        String used = agreed();
        try {
            return call.on("/v" + used + path);
        } catch (EngineStatusException e) {
            // Another release of the engine runs since it was greeted.
            if (refusesVersion(e)) {
                settle(e);
                String now = agree();
                if (!now.equals(used)) {
                    return call.on("/v" + now + path);
                }
            }
            throw e;
        }
    }

    private String agreed() throws IOException {
        ApiVersion known = version;
        return known == null ? agree() : known.toString();
    }

    private String agree() throws IOException {
        try {
            return greet().apiVersion();
        } catch (UnfitEngineException e) {
            throw e;
        } catch (IOException e) {
            return assume().apiVersion();
        }
    }

    private static boolean refusesVersion(EngineStatusException e) {
        return e.status() == 400 && String.valueOf(e.getMessage()).contains("client version");
    }

    private <T> T whileWatched(String path, Duration silence, Call<Answer, T> reading) throws IOException {
        Answer answer = prepare(path);
        Watchdog.Watch watch = watchdog.watch(answer, silence);
        try (answer) {
            answer.open();
            return reading.on(answer);
        } finally {
            watch.cancel();
        }
    }

    private Answer prepare(String path) throws IOException {
        return prepare(path, idle.take(), idle::give, json(path));
    }

    private Answer.Form json(String path) {
        return (body, room) -> new MessageReader(body, room, length -> skipped(path, length));
    }

    private Answer prepare(String path, Connection connection, Consumer<Connection> reuse, Answer.Form form) {
        Answer answer = new Answer(address, path, connection, reuse, open::remove, room, selection, form);
        open.add(answer);
        if (closed) {
            answer.close("the engine's client was closed");
        }
        return answer;
    }

    /** Reports one line a minute: a stream may hold many. */
    private void skipped(String path, long length) {
        long now = System.nanoTime();
        long before = skippedReportedAt.get();
        if ((before == 0 || now - before > REPORT_AGAIN.toNanos()) && skippedReportedAt.compareAndSet(before, now)) {
            LOG.log(Level.WARNING, "{0}: GET {1}: passed over {2} bytes that are no JSON", address, path, length);
        }
    }

    @Override
    public void close() {
        closed = true;
        open.forEach(answer -> answer.close("the engine's client was closed"));
        selection.close();
        idle.close();
        idleAsking.close();
    }

    @FunctionalInterface
    private interface Call<A, T> {
        T on(A argument) throws IOException;
    }
}
