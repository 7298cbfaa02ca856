package dev.shiplog.recorder.exposition;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.shiplog.journal.file.FileErrors;
import dev.shiplog.recorder.control.Status;
import dev.shiplog.recorder.live.LiveState;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves metrics by HTTP, on threads of its own:
 *
 * <pre>
 * /metrics         in Prometheus's text or OpenMetrics, as asked
 * /engine-metrics  the engine's own page, as it was recorded last; 503 if there is none
 * /health          200 as long as the process answers
 * /ready           200 if the engine is followed and the journal is written, else 503, with the reasons as JSON
 * /version         which program this is, as JSON
 * </pre>
 *
 * <p>An address that is taken, and a certificate or a password that is not there, is tried again and again; nothing is
 * served meanwhile, and the recorder records all the same.
 */
public final class Exposition implements Closeable {
    private static final System.Logger LOG = System.getLogger(Exposition.class.getName());
    private static final Duration RETRY = Duration.ofSeconds(10);
    /** How often it is looked for clients that take too long. */
    private static final Duration LOOK = Duration.ofSeconds(5);

    private static final int BACKLOG = 32;

    static {
        ServerLimits.set();
    }

    private final ListenAddress address;
    private final Duration retry;
    private final Protection protection;
    private final Answers answers;
    private final Workers workers;
    private final LongSupplier wall;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::listen, "shiplog-listen");
    private volatile String problem = "nobody listens yet";
    private volatile int port;
    private @Nullable HttpServer server;
    private @Nullable ServedKey key;

    /**
     * @param protection who is kept out
     * @param freshness how old what is served may be
     * @param status says how the recorder goes
     */
    public Exposition(
            ListenAddress address,
            Protection protection,
            LabelRules labels,
            Freshness freshness,
            LiveState live,
            Supplier<Status> status) {
        this(address, protection, labels, freshness, live, status, RETRY, ServerLimits.LONGEST);
    }

    /**
     * @param retry how long to wait before an address that is taken is tried again
     * @param longest that a request and its answer may take
     */
    Exposition(
            ListenAddress address,
            Protection protection,
            LabelRules labels,
            Freshness freshness,
            LiveState live,
            Supplier<Status> status,
            Duration retry,
            Duration longest) {
        this.address = address;
        this.retry = retry;
        workers = new Workers(longest);
        this.port = address.port();
        this.protection = protection;
        Pages pages = new Pages(labels, freshness, live, status);
        answers = new Answers(pages, protection.login(), protection.tls() != null);
        wall = () -> status.get().now().received();
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    /** Where it listens, or would. */
    public Status.Metrics status() {
        return new Status.Metrics(
                (protection.tls() == null ? "http://" : "https://") + new ListenAddress(address.host(), port)
                        + "/metrics",
                problem);
    }

    /** The server's threads are daemons, as is the thread that starts it. */
    private void listen() {
        try {
            boolean told = false;
            while (!bind(told)) {
                told = true;
                if (closed.await(retry.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            while (!closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                workers.interruptLate();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean bind(boolean told) {
        if (closed.getCount() == 0) {
            return true;
        }
        try {
            InetSocketAddress socket = new InetSocketAddress(address.host(), address.port());
            if (socket.isUnresolved()) {
                throw new SocketException("no such host");
            }
            if (protection.login() != null) {
                protection.login().read();
            }
            HttpServer bound = create(socket);
            bound.createContext("/", answers);
            bound.setExecutor(workers);
            bound.start();
            server = bound;
            port = bound.getAddress().getPort();
            problem = "";
            LOG.log(Level.INFO, "metrics are at {0}", status().address());
            return true;
        } catch (IOException | RuntimeException e) {
            problem = e instanceof IOException io ? FileErrors.line(io) : e.toString();
            if (!told) {
                LOG.log(
                        Level.WARNING,
                        "metrics: {0}: {1}; recording goes on, and it is tried again every {2} s{3}",
                        address,
                        problem,
                        retry.toSeconds(),
                        e instanceof SocketException ? ". --listen names another address, or none" : "");
            }
            return false;
        }
    }

    private HttpServer create(InetSocketAddress socket) throws IOException {
        Protection.KeyFiles tls = protection.tls();
        if (tls == null) {
            return HttpServer.create(socket, BACKLOG);
        }
        if (key == null) {
            key = new ServedKey(tls, wall);
        }
        HttpsConfigurator configurator = new HttpsConfigurator(key.context());
        HttpsServer https = HttpsServer.create(socket, BACKLOG);
        https.setHttpsConfigurator(configurator);
        return https;
    }

    /** Idempotent. */
    @Override
    public void close() {
        closed.countDown();
        synchronized (this) {
            if (server != null) {
                server.stop(0);
                server = null;
            }
        }
        workers.shutdownNow();
    }
}
