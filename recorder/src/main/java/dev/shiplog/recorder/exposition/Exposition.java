package dev.shiplog.recorder.exposition;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.shiplog.recorder.control.Status;
import dev.shiplog.recorder.live.LiveState;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Serves metrics by HTTP, on threads of its own:
 *
 * <pre>
 * /metrics   in Prometheus's text or OpenMetrics, as asked
 * /health    200 as long as the process answers
 * /ready     200 if the engine is followed and the journal is written, else 503, with the reasons as JSON
 * /version   which program this is, as JSON
 * </pre>
 *
 * <p>An address that is taken is tried again and again; the recorder records all the same.
 */
public final class Exposition implements Closeable {
    private static final System.Logger LOG = System.getLogger(Exposition.class.getName());
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final int THREADS = 2;
    /** Of more requests, those that come are refused until some are answered. */
    private static final int WAITING = 16;

    private static final int BACKLOG = 32;
    private static final int BUFFER = 1 << 13;

    static {
        // The JDK's server reads them once, as its first class is loaded: that is after this. Seconds and counts.
        Map.of(
                        "sun.net.httpserver.maxReqTime", "10",
                        "sun.net.httpserver.maxRspTime", "30",
                        "sun.net.httpserver.idleInterval", "30",
                        "sun.net.httpserver.maxIdleConnections", "32",
                        "sun.net.httpserver.maxReqHeaders", "64",
                        "sun.net.httpserver.maxReqHeaderSize", "16384",
                        "sun.net.httpserver.nodelay", "true",
                        "jdk.httpserver.maxConnections", "128")
                .forEach((name, value) -> {
                    if (System.getProperty(name) == null) {
                        System.setProperty(name, value);
                    }
                });
    }

    private final ListenAddress address;
    private final Duration retry;
    private final Pages pages;
    private final Pace pace = new Pace();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::listen, "shiplog-listen");
    private volatile String problem = "nobody listens yet";
    private volatile int port;
    private @Nullable HttpServer server;

    private final ThreadPoolExecutor workers = new ThreadPoolExecutor(
            THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), Exposition::worker);

    /**
     * @param statsInterval between two samples of a container
     * @param status says how the recorder goes
     */
    public Exposition(
            ListenAddress address, LabelRules labels, Duration statsInterval, LiveState live, Supplier<Status> status) {
        this(address, labels, statsInterval, live, status, RETRY);
    }

    /** @param retry how long to wait before an address that is taken is tried again */
    Exposition(
            ListenAddress address,
            LabelRules labels,
            Duration statsInterval,
            LiveState live,
            Supplier<Status> status,
            Duration retry) {
        this.address = address;
        this.retry = retry;
        this.port = address.port();
        pages = new Pages(
                labels,
                Math.max(LiveState.GRACE_NANOS, statsInterval.multipliedBy(2).toNanos()),
                live,
                status);
        workers.allowCoreThreadTimeOut(true);
        thread.setDaemon(true);
    }

    private static Thread worker(Runnable task) {
        Thread worker = new Thread(task, "shiplog-http");
        worker.setDaemon(true);
        return worker;
    }

    public void start() {
        thread.start();
    }

    /** Where it listens, or would. */
    public Status.Metrics status() {
        return new Status.Metrics("http://" + new ListenAddress(address.host(), port) + "/metrics", problem);
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
                throw new IOException("no such host");
            }
            HttpServer bound = HttpServer.create(socket, BACKLOG);
            bound.createContext("/", this::answer);
            bound.setExecutor(workers);
            bound.start();
            server = bound;
            port = bound.getAddress().getPort();
            problem = "";
            LOG.log(Level.INFO, "metrics are at {0}", status().address());
            return true;
        } catch (IOException | RuntimeException e) {
            problem = Objects.requireNonNullElse(e.getMessage(), e.toString());
            if (!told) {
                LOG.log(
                        Level.WARNING,
                        "metrics: {0}: {1}; recording goes on, and it is tried again every {2} s. --listen names another"
                                + " address, or none",
                        address,
                        problem,
                        retry.toSeconds());
            }
            return false;
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            route(exchange);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "metrics: {0}", e.toString());
            throw e;
        }
    }

    private void route(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (!List.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            text(exchange, 405, Pages.error("only GET and HEAD are answered"));
            return;
        }
        switch (path == null ? "" : path) {
            case "/metrics" -> metrics(exchange);
            case "/health" -> text(exchange, 200, "{\"healthy\":true}\n");
            case "/ready" -> {
                List<String> problems = pages.problems();
                text(exchange, problems.isEmpty() ? 200 : 503, Pages.ready(problems));
            }
            case "/version" -> text(exchange, 200, pages.version());
            default -> text(exchange, 404, Pages.error("there are /metrics, /health, /ready and /version"));
        }
    }

    private void metrics(HttpExchange exchange) throws IOException {
        if (!pace.allows(System.nanoTime())) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            text(exchange, 429, Pages.error("metrics are asked for too often"));
            return;
        }
        Pages.Written page = pages.metrics(header(exchange, "Accept"));
        boolean gzip = Accept.takesGzip(header(exchange, "Accept-Encoding"));
        exchange.getResponseHeaders().set("Content-Type", page.contentType());
        exchange.getResponseHeaders().set("Vary", "Accept, Accept-Encoding");
        if (gzip) {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
        }
        if (isHead(exchange)) {
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream body = exchange.getResponseBody();
                OutputStream packed = gzip ? new GZIPOutputStream(body, BUFFER) : body;
                OutputStream out = new BufferedOutputStream(packed, BUFFER)) {
            page.to(out);
        }
    }

    private static void text(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        if (isHead(exchange)) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static boolean isHead(HttpExchange exchange) {
        return exchange.getRequestMethod().equals("HEAD");
    }

    private static String header(HttpExchange exchange, String name) {
        return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
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

    /** Lets so many scrapes through in each second that even a flood leaves the recorder its time. */
    static final class Pace {
        private static final long SECOND = 1_000_000_000L;
        private static final int MOST = 10;

        private long began;
        private int answered;

        /** @param nanos as {@link System#nanoTime} */
        synchronized boolean allows(long nanos) {
            if (answered == 0 || nanos - began >= SECOND) {
                began = nanos;
                answered = 0;
            }
            answered = Math.min(MOST + 1, answered + 1);
            return answered <= MOST;
        }
    }
}
