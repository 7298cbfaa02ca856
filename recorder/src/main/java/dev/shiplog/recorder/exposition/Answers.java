package dev.shiplog.recorder.exposition;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Answers one request: who may ask, for what, and how often. */
final class Answers implements HttpHandler {
    private static final System.Logger LOG = System.getLogger(Answers.class.getName());

    /** Supervisors ask for these, and they name no container. All else, whatever it is, needs the password. */
    private static final Set<String> OPEN = Set.of("/health", "/ready");

    /** A page is in memory while it is written, to a client that may be slow. */
    private static final int PAGES = 2;

    private static final int PATIENCE_SECONDS = 5;
    private static final int BUFFER = 1 << 13;
    /** As engines write it. */
    private static final String ENGINE_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final Pages pages;
    private final @Nullable Login login;
    private final Pace pace = new Pace();
    private final Semaphore writing = new Semaphore(PAGES);
    private final boolean once;

    /**
     * @param login who may ask; null for anybody
     * @param once whether a connection is closed after an answer. By TLS it is: the JDK's server would write to a client while
     *     it closes an idle connection, on a thread that must not wait for one
     */
    Answers(Pages pages, @Nullable Login login, boolean once) {
        this.pages = pages;
        this.login = login;
        this.once = once;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (once) {
                exchange.getResponseHeaders().set("Connection", "close");
            }
            route(exchange, Objects.requireNonNullElse(exchange.getRequestURI().getPath(), ""));
            LOG.log(
                    Level.DEBUG,
                    "{0} {1}: {2}",
                    exchange.getRequestMethod(),
                    exchange.getRequestURI(),
                    exchange.getResponseCode());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "metrics: {0}", e.toString());
            throw e;
        }
    }

    private void route(HttpExchange exchange, String path) throws IOException, InterruptedException {
        if (login != null && !OPEN.contains(path) && !login.admits(header(exchange, "Authorization"))) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"shiplog\", charset=\"UTF-8\"");
            text(exchange, 401, Pages.error("a name and a password are needed"));
            return;
        }
        if (!List.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            text(exchange, 405, Pages.error("only GET and HEAD are answered"));
            return;
        }
        switch (path) {
            case "/metrics" -> metrics(exchange);
            case "/health" -> text(exchange, 200, "{\"healthy\":true}\n");
            case "/ready" -> {
                List<String> problems = pages.problems();
                text(exchange, problems.isEmpty() ? 200 : 503, Pages.ready(problems));
            }
            case "/version" -> text(exchange, 200, pages.version());
            case "/engine-metrics" -> engineMetrics(exchange);
            default ->
                text(exchange, 404, Pages.error("there are /metrics, /engine-metrics, /health, /ready and /version"));
        }
    }

    private void engineMetrics(HttpExchange exchange) throws IOException {
        byte[] page = pages.engine();
        if (page.length == 0) {
            text(exchange, 503, Pages.error("there is no page of the engine's now"));
        } else {
            body(exchange, 200, ENGINE_TEXT, page);
        }
    }

    private void metrics(HttpExchange exchange) throws IOException, InterruptedException {
        if (!pace.allows(System.nanoTime())) {
            later(exchange, 429, "metrics are asked for too often");
        } else if (!writing.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            later(exchange, 503, "others are slow to read their metrics");
        } else {
            try {
                page(exchange);
            } finally {
                writing.release();
            }
        }
    }

    private void page(HttpExchange exchange) throws IOException {
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

    private static void later(HttpExchange exchange, int status, String why) throws IOException {
        exchange.getResponseHeaders().set("Retry-After", "1");
        text(exchange, status, Pages.error(why));
    }

    private static void text(HttpExchange exchange, int status, String json) throws IOException {
        body(exchange, status, "application/json", json.getBytes(UTF_8));
    }

    private static void body(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
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
}
