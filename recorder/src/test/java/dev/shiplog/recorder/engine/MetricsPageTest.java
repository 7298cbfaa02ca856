package dev.shiplog.recorder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MetricsPageTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Watchdog watchdog = new Watchdog();
    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void close() {
        ended.countDown();
        server.stop(0);
        threads.shutdownNow();
        watchdog.close();
    }

    private MetricsPage page(Duration budget, HttpHandler handler) {
        server.createContext("/metrics", handler);
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        return new MetricsPage(MetricsPage.Address.of(url), watchdog, budget);
    }

    private MetricsPage page(int status, byte[] body, long length) {
        return page(Duration.ofSeconds(10), exchange -> {
            exchange.sendResponseHeaders(status, length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 14}) // chunked, or with its length
    void givesThePageAsItCame(long length) throws IOException {
        byte[] body = "# HELP\na_b 1\n\n".getBytes(UTF_8);
        assertThat(page(200, body, length).get()).isEqualTo(body);
    }

    @Test
    void aRefusalIsOneLine() {
        MetricsPage page = page(404, "404 page not found\n".getBytes(UTF_8), 0);
        assertThatThrownBy(page::get).hasMessage("GET /metrics: HTTP 404, 404 page not found");
    }

    @Test
    void aPageThatIsTooLongIsNotHeld() {
        MetricsPage page = page(200, new byte[MetricsPage.MOST_BYTES + 1], 0);
        assertThatThrownBy(page::get).hasMessageContaining("the page has more than 4194304 bytes");
    }

    @Test
    void aPageThatTricklesTakesNoLongerThanItsBudget() {
        MetricsPage page = page(Duration.ofMillis(300), exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                while (ended.getCount() > 0) {
                    out.write(new byte[20_000]);
                    out.flush();
                    await(10);
                }
            }
        });
        assertThatThrownBy(page::get).hasMessageContaining("the page takes longer than 300 ms");
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() {
        MetricsPage page = page(Duration.ofMillis(300), exchange -> await(60_000));
        assertThatThrownBy(page::get).hasMessageContaining("silent for 300 ms");
    }

    @Test
    void closingEndsARequest() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        MetricsPage page = page(Duration.ofSeconds(30), exchange -> {
            asked.countDown();
            await(60_000);
        });
        Thread closer = new Thread(() -> {
            try {
                asked.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            page.close();
        });
        closer.start();
        assertThatThrownBy(page::get).isInstanceOf(IOException.class).hasMessageContaining("closed");
        closer.join();
        assertThatThrownBy(page::get).isInstanceOf(IOException.class);
    }

    private void await(long millis) {
        try {
            var unused = ended.await(millis, java.util.concurrent.TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:9323, http://127.0.0.1:9323/metrics",
        "http://127.0.0.1:9323/, http://127.0.0.1:9323/metrics",
        "tcp://host:1/a/b, http://host:1/a/b",
        "http://[::1]:9323/metrics, http://[::1]:9323/metrics",
        "unix:///run/docker/metrics.sock, unix:///run/docker/metrics.sock"
    })
    void readsAddresses(String text, String same) {
        MetricsPage.Address address = MetricsPage.Address.of(text);
        assertThat(address).hasToString(same);
        assertThat(MetricsPage.Address.of(same)).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "127.0.0.1:9323",
                "https://host:1/metrics",
                "http://host/metrics",
                "http://user:secret@host:1/",
                "http://host:1/?token=secret",
                "unix://relative.sock",
                "http://:1/"
            })
    void refusesWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> MetricsPage.Address.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("secret");
    }
}
