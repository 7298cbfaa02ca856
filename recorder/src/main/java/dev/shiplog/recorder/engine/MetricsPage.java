package dev.shiplog.recorder.engine;

import dev.shiplog.recorder.http.Selection;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The engine's own Prometheus page, which it serves beside its API: {@code dockerd --metrics-addr}, or {@code metrics.sock}
 * in its {@code --exec-root}. One thread reads; any may close.
 */
public final class MetricsPage implements Closeable {
    /** An engine's page has some 50 kB. */
    static final int MOST_BYTES = 4 << 20;

    /** It takes an engine some ms. */
    private static final Duration BUDGET = Duration.ofSeconds(10);

    private static final int BUFFER = 16 * 1024;
    private static final Pattern TCP = Pattern.compile("(?:http|tcp)://([^/?#@]+)(/[^?#]*)?");

    private final Address address;
    private final Watchdog watchdog;
    private final Duration budget;
    private volatile boolean closed;
    private volatile @Nullable Answer current;

    /**
     * Where the page is.
     *
     * @param server what serves it
     * @param path of the page there
     */
    public record Address(EngineAddress server, String path) {
        private static final String USUAL_PATH = "/metrics";

        /**
         * Reads {@code http://host:port/path}, {@code tcp://host:port} or {@code unix:///path/of/a/socket}; without a path,
         * it is {@code /metrics}.
         *
         * @throws IllegalArgumentException in one clear line, if this is no such address
         */
        public static Address of(String text) {
            if (text.startsWith("unix://")) {
                return new Address(EngineAddress.of(text, Map.of()), USUAL_PATH);
            }
            Matcher tcp = TCP.matcher(text);
            if (!tcp.matches()) {
                throw new IllegalArgumentException("\"" + Failures.oneLine(text)
                        + "\" is not the address of an engine's metrics; write it as in http://127.0.0.1:9323/metrics or"
                        + " unix:///run/docker/metrics.sock");
            }
            try {
                URI uri = new URI("tcp://" + tcp.group(1));
                if (uri.getHost() == null || uri.getPort() <= 0) {
                    throw new IllegalArgumentException(
                            "\"" + text + "\" has no host and port; write it as in http://127.0.0.1:9323/metrics");
                }
                String path = tcp.group(2) == null || tcp.group(2).equals("/") ? USUAL_PATH : tcp.group(2);
                return new Address(EngineAddress.of(uri.toString(), Map.of()), path);
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException("\"" + text + "\": " + e.getReason(), e);
            }
        }

        /** As people write it. */
        @Override
        public String toString() {
            String text = server.toString();
            return text.startsWith("unix:") ? text : text.replaceFirst("^tcp", "http") + path;
        }
    }

    /** @param watchdog ends a request that gets no answer; the caller closes it */
    public MetricsPage(Address address, Watchdog watchdog) {
        this(address, watchdog, BUDGET);
    }

    /** @param budget for a whole answer */
    MetricsPage(Address address, Watchdog watchdog, Duration budget) {
        this.address = address;
        this.watchdog = watchdog;
        this.budget = budget;
    }

    /**
     * The page as it comes now.
     *
     * @throws IOException in one clear line, also if it is too long, or takes too long
     */
    public byte[] get() throws IOException {
        long until = System.nanoTime() + budget.toNanos();
        Answer answer = new Answer(
                address.server,
                address.path,
                Connection.to(address.server),
                Connection::close,
                over -> {},
                new Room(),
                new Selection(),
                (body, room) -> new MessageReader(body, room, skipped -> {}));
        current = answer;
        if (closed) {
            answer.close("closed");
        }
        Watchdog.Watch watch = watchdog.watch(answer, budget);
        try (answer) {
            answer.open();
            return answer.readBy(body -> whole(body, until));
        } finally {
            watch.cancel();
            current = null;
        }
    }

    private byte[] whole(InputStream body, long until) throws IOException {
        ByteArrayOutputStream page = new ByteArrayOutputStream(BUFFER);
        byte[] buffer = new byte[BUFFER];
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            page.write(buffer, 0, count);
            if (page.size() > MOST_BYTES) {
                throw new IOException("the page has more than " + MOST_BYTES + " bytes; is it an engine's?");
            }
            if (System.nanoTime() > until) {
                throw new IOException("the page takes longer than " + budget.toMillis() + " ms");
            }
        }
        return page.toByteArray();
    }

    /** Ends a request that is under way, and those to come. Idempotent. */
    @Override
    public void close() {
        closed = true;
        Answer answer = current;
        if (answer != null) {
            answer.close("closed");
        }
    }
}
