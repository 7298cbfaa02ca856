package dev.shiplog.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What containers log: one program each, its lines at random from a seed, as many a second as is asked for. Ids, addresses and
 * numbers differ as they do in the field, and the words around them come again. Not thread safe.
 */
public final class LogLines {
    private static final DateTimeFormatter NANOS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'");
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'");
    private static final DateTimeFormatter NGINX =
            DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss '+0000'", Locale.ENGLISH);

    private static final List<String> PATHS = List.of(
            "/",
            "/healthz",
            "/login",
            "/static/css/app.css",
            "/static/js/main.%x.js",
            "/api/v1/orders",
            "/api/v1/orders/%d",
            "/api/v1/users/%d/profile",
            "/api/v1/cart/items?page=%d",
            "/images/products/%d/thumb.jpg",
            "/search?q=shoes&page=%d");
    private static final List<String> REFERRERS = List.of(
            "-",
            "-",
            "https://shop.example.com/",
            "https://shop.example.com/search?q=shoes",
            "https://www.example.org/");
    private static final List<String> AGENTS = List.of(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_%d like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0"
                    + " Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%d.0",
            "curl/7.88.%d",
            "kube-probe/1.%d");
    private static final List<String> LOGGERS = List.of(
            "com.example.shop.OrderService",
            "com.example.shop.PaymentClient",
            "com.example.shop.web.RequestFilter",
            "com.example.shop.cache.ItemCache",
            "org.hibernate.SQL");
    private static final List<String> MESSAGES = List.of(
            "order %d created for customer %d",
            "payment %d authorised in %d ms",
            "request %d completed in %d ms",
            "cache miss for item %d, loading took %d ms",
            "select o.id, o.total, o.state from orders o where o.customer_id=? and o.id > %d limit %d");
    private static final List<String> ERRORS = List.of(
            "java.lang.IllegalStateException: order %d is closed",
            "java.net.SocketTimeoutException: Read timed out after %d ms",
            "java.lang.NullPointerException: Cannot invoke \"Order.getTotal()\" because \"order\" is null",
            "org.postgresql.util.PSQLException: ERROR: deadlock detected by process %d");
    private static final List<String> FRAMES = List.of(
            "org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:885)",
            "jakarta.servlet.http.HttpServlet.service(HttpServlet.java:658)",
            "org.apache.catalina.core.ApplicationFilterChain.internalDoFilter(ApplicationFilterChain.java:205)",
            "org.apache.catalina.core.StandardWrapperValve.invoke(StandardWrapperValve.java:167)",
            "org.apache.tomcat.util.net.NioEndpoint$SocketProcessor.doRun(NioEndpoint.java:1739)",
            "org.springframework.transaction.interceptor.TransactionInterceptor.invoke(TransactionInterceptor.java:119)",
            "java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:103)",
            "java.base/java.lang.Thread.run(Thread.java:840)");
    private static final List<String> METHODS = List.of("create", "authorise", "findAll", "lambda$handle$0", "process");

    private final Program program;
    private final Random random;
    private final double perSecond;
    private final List<Client> clients = new ArrayList<>();
    private final Deque<String> next = new ArrayDeque<>();
    private long time;

    /** What runs in the container. */
    public enum Program {
        /** An access log in nginx's combined format. */
        NGINX,
        /** JSON, one object a line; the lines of a request have its trace. */
        JSON,
        /** Stack traces of Java, one frame a line. */
        TRACES
    }

    private record Client(String address, String agent) {}

    /**
     * One line as the engine has it.
     *
     * @param time when it got it, ns since the epoch
     * @param text without its line feed
     */
    public record Line(long time, String text) {
        /** The message as the engine sends it if it is asked for times: time, space, line, line feed. */
        public byte[] message() {
            return (NANOS.format(utc(time)) + ' ' + text + '\n').getBytes(StandardCharsets.UTF_8);
        }

        /** The frame in which it sends it if the container has no terminal: 8 bytes of header, and the message. */
        public byte[] frame(int stream) {
            byte[] message = message();
            ByteArrayOutputStream frame = new ByteArrayOutputStream(message.length + 8);
            frame.writeBytes(ByteBuffer.allocate(8)
                    .put(0, (byte) stream)
                    .putInt(4, message.length)
                    .array());
            frame.writeBytes(message);
            return frame.toByteArray();
        }
    }

    /** @param start of the first line, ns since the epoch */
    public LogLines(Program program, long seed, long start, double perSecond) {
        this.program = program;
        this.random = new Random(seed);
        this.time = start;
        this.perSecond = perSecond;
        for (int i = 0; i < 2_000; i++) {
            String address = one(254) + "." + one(254) + "." + one(254) + "." + one(254);
            clients.add(new Client(address, filled(any(AGENTS), 20)));
        }
    }

    /** The next line. */
    public Line next() {
        time += Math.max(1, (long) (-Math.log(1 - random.nextDouble()) / perSecond * 1e9));
        return new Line(
                time,
                switch (program) {
                    case NGINX -> access();
                    case JSON -> json();
                    case TRACES -> trace();
                });
    }

    private String access() {
        Client client = clients.get(few(clients.size()) - 1);
        return client.address + " - - [" + NGINX.format(utc(time)) + "] \""
                + (random.nextInt(10) > 0 ? "GET " : "POST ") + filled(any(PATHS))
                + " HTTP/1.1\" " + (random.nextInt(8) > 0 ? "200" : any(List.of("301", "304", "404", "500"))) + ' '
                + size() + " \"" + any(REFERRERS) + "\" \"" + client.agent + '"';
    }

    private String json() {
        if (next.isEmpty()) {
            String trace = String.format("%016x%016x", random.nextLong(), random.nextLong());
            String thread = "http-nio-8080-exec-" + one(20);
            for (int lines = one(7); lines > 0; lines--) {
                int what = random.nextInt(MESSAGES.size());
                String level = any(List.of("INFO", "INFO", "INFO", "DEBUG", "WARN"));
                next.add(
                        "\",\"level\":\"" + level + "\",\"logger\":\"" + LOGGERS.get(what) + "\",\"thread\":\"" + thread
                                + "\",\"message\":\"" + filled(MESSAGES.get(what)) + "\",\"trace_id\":\"" + trace
                                + "\",\"service\":\"shop\",\"duration_ms\":" + one(900) + "}");
            }
        }
        return "{\"@timestamp\":\"" + MILLIS.format(utc(time)) + next.remove();
    }

    private String trace() {
        if (next.isEmpty()) {
            next.add(MILLIS.format(utc(time)) + " ERROR [http-nio-8080-exec-" + one(20) + "] " + any(LOGGERS)
                    + " - request " + String.format("%016x", random.nextLong()) + " failed");
            next.add(filled(any(ERRORS)));
            for (int own = one(5); own > 0; own--) {
                String logger = any(LOGGERS);
                String file = logger.substring(logger.lastIndexOf('.') + 1);
                next.add("\tat " + logger + '.' + any(METHODS) + '(' + file + ".java:" + (20 + one(300)) + ')');
            }
            int first = random.nextInt(FRAMES.size());
            for (int i = 15 + one(25); i > 0; i--) {
                next.add("\tat " + FRAMES.get((first + i) % FRAMES.size()));
            }
            if (random.nextInt(3) == 0) {
                next.add("Caused by: " + filled(any(ERRORS)));
                next.add("\t... " + (20 + one(40)) + " common frames omitted");
            }
        }
        return next.remove();
    }

    private String filled(String form) {
        return filled(form, 200_000);
    }

    private String filled(String form, int most) {
        return form.contains("%") ? String.format(form, few(most), one(900)) : form;
    }

    private int size() {
        return (int) Math.exp(7 + 1.5 * random.nextGaussian());
    }

    private int one(int most) {
        return 1 + random.nextInt(most);
    }

    /** Few come often, many seldom: clients, what they look at, their browsers. */
    private int few(int most) {
        return 1 + (int) (most * Math.pow(random.nextDouble(), 4));
    }

    private String any(List<String> texts) {
        return texts.get(random.nextInt(texts.size()));
    }

    private static LocalDateTime utc(long nanos) {
        return LocalDateTime.ofInstant(
                Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L)),
                ZoneOffset.UTC);
    }
}
