package dev.shiplog.testkit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Answers as a Docker Engine answers, from what the scripted host knows. */
final class ScriptedApi implements Handler {
    /** How often a silent stream of events looks whether its client is still there; stats find out by their ticks. */
    private static final long LOOK_MILLIS = 50;

    private static final long NAP_MILLIS = 200;

    private final ScriptedHost host;

    ScriptedApi(ScriptedHost host) {
        this.host = host;
    }

    @Override
    public void answer(Request request, Reply reply) throws IOException {
        Release now = host.release;
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
                        fed(ScriptedHost.bytes(recorded(now, "version.json")
                                .put("ApiVersion", now.apiVersion())
                                .put("MinAPIVersion", now.oldestApiVersion()))));
            case "/info" -> reply.json(200, fed(ScriptedHost.bytes(info(now))));
            case "/containers/json" -> list(request, reply, now);
            case "/images/json" -> reply.json(200, Reply.utf8("[{}]\n"));
            case "/volumes" -> reply.json(200, Reply.utf8("{\"Volumes\":null,\"Warnings\":null}\n"));
            case "/networks" -> reply.json(200, Reply.utf8("[{},{},{}]\n"));
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
        long running = host.running();
        ObjectNode info = recorded(now, "info.json");
        return info.put("ID", host.engineId)
                .put("Containers", host.containers.size())
                .put("ContainersRunning", running)
                .put("ContainersStopped", host.containers.size() - running)
                .put("NEventsListener", host.ring.subscribers())
                .put("SystemTime", Stamp.text(host.stamp.now()));
    }

    private void list(Request request, Reply reply, Release now) throws IOException {
        boolean all = request.isSet("all", false);
        ObjectNode recorded = recorded(now, "container.json");
        ArrayNode list = ScriptedHost.JSON.createArrayNode();
        host.containers.values().stream()
                .filter(container -> all || container.runs())
                .sorted((a, b) -> b.created.compareTo(a.created))
                .forEach(container -> list.add(container.listed(recorded, host.stamp.now())));
        reply.begin("application/json");
        reply.chunk(fed(ScriptedHost.bytes(list)));
        reply.end();
    }

    private void container(Request request, Reply reply, Release now) throws IOException {
        String[] words = request.path().split("/", -1);
        if (words.length == 4 && words[1].equals("images") && words[3].equals("json")) {
            reply.json(200, fed(ScriptedHost.bytes(image(words[2], now))));
            return;
        }
        if (words.length != 4 || !words[1].equals("containers")) {
            reply.error(404, "page not found");
            return;
        }
        ScriptedContainer container = host.find(words[2]);
        if (container == null) {
            reply.error(404, "No such container: " + words[2]);
        } else if (words[3].equals("json")) {
            reply.json(200, fed(ScriptedHost.bytes(container.inspected(recorded(now, "inspect.json")))));
        } else if (words[3].equals("stats")) {
            stats(request, reply, container, now);
        } else if (words[3].equals("logs")) {
            container.log.answer(request, reply, container);
        } else {
            reply.error(404, "page not found");
        }
    }

    /** One image, whatever it is asked for by: the one that all containers are made from. */
    private static ObjectNode image(String reference, Release now) {
        ObjectNode image = recorded(Release.DOCKER_20_10, "image.json");
        boolean byId = reference.startsWith("sha256:");
        return byId
                ? image.put("Id", reference)
                : image.put("Id", recorded(now, "inspect.json").path("Image").asText());
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
            pause(reply, container, host.currentTick() + 1);
        }
        if (waits && !oneShot) {
            container.sample(host.currentTick(), host.stamp, true);
            pause(reply, container, host.currentTick() + 1);
        }
        reply.json(200, fed(container.sample(host.currentTick(), host.stamp, oneShot)));
    }

    private void streamStats(Reply reply, ScriptedContainer container) throws IOException {
        reply.begin("application/json");
        List<byte[]> verbatim = container.verbatim;
        boolean first = true;
        int sent = 0;
        long next = host.currentTick();
        while (pause(reply, container, next)) {
            if (verbatim == null) {
                reply.line(container.sample(next, host.stamp, first));
                first = !container.runs();
            } else if (sent < verbatim.size()) {
                reply.line(verbatim.get(sent++));
            }
            next = Math.max(next, host.currentTick()) + 1;
        }
        reply.end();
    }

    /** Waits for a tick; false if the container was removed. */
    private boolean pause(Reply reply, ScriptedContainer container, long until) throws IOException {
        while (!container.removed()) {
            long left = host.nanosUntil(until);
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
        BlockingQueue<EventRing.Event> queue = host.ring.subscribe(since);
        try {
            reply.begin("application/json");
            while (true) {
                EventRing.Event event = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (event != null && event.timeNano() <= until) {
                    reply.line(event.json());
                } else if (event == null && until < Stamp.nanos(host.stamp.now())) {
                    reply.end();
                    return;
                } else if (event == null && reply.hungUp()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            host.ring.unsubscribe(queue);
        }
    }

    /** {@code seconds[.nanoseconds]} */
    private static long time(@Nullable String text) throws IOException {
        try {
            return new BigDecimal(text).movePointRight(9).longValue();
        } catch (NumberFormatException e) {
            throw new IOException("not a time: " + text, e);
        }
    }

    private static ObjectNode recorded(Release release, String name) {
        try {
            return (ObjectNode) ScriptedHost.JSON.readTree(release.payload(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With the line feed that Go's encoder adds. */
    private static byte[] fed(byte[] json) {
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        return line;
    }
}
