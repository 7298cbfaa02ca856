package dev.shiplog.testkit.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a real cluster or a {@link ScriptedCluster} on loopback, passes calls on, commits faults on command, and
 * counts. It has its address for life, also while it is down.
 */
public final class ClusterProxy implements Closeable {
    static {
        // Head and body of an answer are two writes: without this, the second waits 40 ms for the client's
        // acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "cluster proxy");
        thread.setDaemon(true);
        return thread;
    });
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final Backend cluster;
    private final @Nullable SSLContext tls;
    private final boolean clientCertificates;
    private final InetSocketAddress address;

    private volatile Backend backend;
    private HttpServer server;

    private ClusterProxy(Backend cluster, @Nullable SSLContext tls, boolean clientCertificates) throws IOException {
        this.cluster = cluster;
        this.backend = cluster;
        this.tls = tls;
        this.clientCertificates = clientCertificates;
        this.server = listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        this.address = server.getAddress();
    }

    /** Before a real cluster, which may come and go: without it, it is a bad gateway as any load balancer. */
    public static ClusterProxy to(URI cluster) throws IOException {
        Backend real = new HttpCluster(cluster);
        return before(call -> {
            try {
                return real.answer(call);
            } catch (IOException e) {
                return ClusterFault.html(502).answer(call, real);
            }
        });
    }

    /** Before a scripted cluster, or anything else that answers. */
    public static ClusterProxy before(Backend cluster) throws IOException {
        return new ClusterProxy(cluster, null, false);
    }

    /** As {@link #before}, over TLS. {@code clientCertificates} refuses clients without one that the context trusts. */
    public static ClusterProxy encrypted(Backend cluster, SSLContext tls, boolean clientCertificates)
            throws IOException {
        return new ClusterProxy(cluster, tls, clientCertificates);
    }

    /** Where it listens, as in {@code http://127.0.0.1:40123}. */
    public URI uri() {
        return URI.create((tls == null ? "http" : "https") + "://127.0.0.1:" + address.getPort());
    }

    /** Commits a fault with each call to come, before those that were ordered already. */
    public ClusterProxy commit(ClusterFault fault) {
        Backend proper = backend;
        backend = call -> fault.answer(call, proper);
        return this;
    }

    /** Commits no more faults. */
    public void behave() {
        backend = cluster;
    }

    /** Refuses connections and cuts those that there are. */
    public void down() {
        server.stop(0);
    }

    /** Listens again, after {@link #down}. */
    public void up() throws IOException {
        server = listen(address);
    }

    /** All calls so far, in the order of their answers. */
    public List<Seen> seen() {
        return List.copyOf(seen);
    }

    /** The calls of an API so far, as in {@code _bulk}. */
    public List<Seen> seen(String api) {
        return seen.stream()
                .filter(call -> new Call(call.method(), call.target(), Map.of(), new byte[0]).isFor(api))
                .toList();
    }

    /** Cuts all connections. Idempotent. */
    @Override
    public void close() {
        closed.countDown();
        down();
        threads.shutdownNow();
    }

    private HttpServer listen(InetSocketAddress at) throws IOException {
        HttpServer listener = tls == null ? HttpServer.create() : HttpsServer.create();
        if (listener instanceof HttpsServer encrypted && tls != null) {
            SSLParameters parameters = tls.getDefaultSSLParameters();
            parameters.setNeedClientAuth(clientCertificates);
            encrypted.setHttpsConfigurator(new HttpsConfigurator(tls) {
                @Override
                public void configure(HttpsParameters connection) {
                    connection.setSSLParameters(parameters);
                }
            });
        }
        listener.createContext("/", this::serve);
        listener.setExecutor(threads);
        listener.bind(at, 0);
        listener.start();
        return listener;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new LinkedHashMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
            Call call = new Call(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    headers,
                    exchange.getRequestBody().readAllBytes());
            Answer answer = backend.answer(call);
            switch (answer.end()) {
                case WHOLE -> record(call, answer.status(), answer.body().length);
                case CUT -> record(call, answer.sent() < 0 ? 0 : answer.status(), Math.max(0, answer.sent()));
                case SILENT -> {
                    record(call, 0, 0);
                    closed.await();
                }
            }
            send(exchange, call, answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void record(Call call, int status, long sent) {
        seen.add(new Seen(call.method(), call.target(), call.body().length, status, sent));
    }

    /** Writes what the answer gives away. Closing an exchange before its end closes the connection. */
    private static void send(HttpExchange exchange, Call call, Answer answer) throws IOException {
        if (answer.end() == Answer.End.SILENT || answer.sent() < 0) {
            return;
        }
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        int length = answer.body().length;
        boolean bodiless = length == 0 || call.method().equals("HEAD");
        exchange.sendResponseHeaders(answer.status(), bodiless ? -1 : length);
        if (!bodiless) {
            int sent = answer.end() == Answer.End.WHOLE ? length : Math.min(answer.sent(), length - 1);
            exchange.getResponseBody().write(answer.body(), 0, sent);
            exchange.getResponseBody().flush();
        }
    }
}
