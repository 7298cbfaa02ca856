package dev.shiplog.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a scripted engine knows: its containers, its ring of events, its clock, who it says it is. Events are emitted by one
 * thread at a time; the rest is thread safe.
 */
final class ScriptedHost {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final String NETWORK = "b92e93930569258ce262e2783b8b7aa60e8816d55c2bbfc05acb081e9d3d2601";

    final Stamp stamp;
    final EventRing ring = new EventRing();
    final Map<String, ScriptedContainer> containers = new ConcurrentHashMap<>();
    private final List<byte[]> emitted = new ArrayList<>();
    private final Random ids = new Random(20);
    private final long epoch = System.nanoTime();
    volatile Release release = Release.DOCKER_20_10;
    volatile Duration tick = Duration.ofSeconds(1);
    volatile String engineId = "37L7:3IFU:IZ3J:JT4O:O5XF:3CDH:DPRJ:EOA3:VHT7:OQR5:OEUB:LL4L";

    ScriptedHost(InstantSource clock) {
        this.stamp = new Stamp(clock);
    }

    /** All events ever emitted, in order, as sent. */
    List<byte[]> emitted() {
        return emitted(0);
    }

    /** Those events but the first so many. */
    List<byte[]> emitted(int from) {
        synchronized (emitted) {
            return List.copyOf(emitted.subList(Math.min(from, emitted.size()), emitted.size()));
        }
    }

    /** A new id of 64 hexadecimal digits; the same ones in the same order in each run. */
    String newId() {
        byte[] random = new byte[32];
        ids.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** The container with this name or id. */
    ScriptedContainer container(String nameOrId) {
        ScriptedContainer container = find(nameOrId);
        if (container == null) {
            throw new IllegalArgumentException("No such container: " + nameOrId);
        }
        return container;
    }

    /** The container with this name or id, or null. */
    @Nullable
    ScriptedContainer find(String nameOrId) {
        ScriptedContainer exact = containers.get(nameOrId);
        return exact != null
                ? exact
                : containers.values().stream()
                        .filter(container -> container.name.equals(nameOrId)
                                || (nameOrId.length() >= 12 && container.id.startsWith(nameOrId)))
                        .findFirst()
                        .orElse(null);
    }

    /** How many running containers there are. */
    long running() {
        return containers.values().stream().filter(ScriptedContainer::runs).count();
    }

    /** The number of the tick that has begun. */
    long currentTick() {
        return (System.nanoTime() - epoch) / tick.toNanos();
    }

    /** How long it is until a tick begins, in ns. */
    long nanosUntil(long wantedTick) {
        return wantedTick * tick.toNanos() - (System.nanoTime() - epoch);
    }

    /** Keeps an event, and publishes it if asked to; its time is read from {@code timeNano}. */
    void emit(byte[] json, boolean publish) {
        synchronized (emitted) {
            emitted.add(json);
        }
        EventRing.Event event = new EventRing.Event(timeNano(json), json);
        if (publish) {
            ring.add(event);
        } else {
            ring.keep(event);
        }
    }

    /** An event of a container, made now; returns the container's id. */
    String emit(ScriptedContainer container, String action, Map<String, String> more) {
        Map<String, String> attributes = new TreeMap<>(more);
        attributes.putAll(container.labels);
        attributes.put("image", container.image);
        attributes.put("name", container.name);
        long time = stamp.next();
        ObjectNode json = JSON.createObjectNode();
        json.put("status", action).put("id", container.id).put("from", container.image);
        emit(describe(json, "container", action, container.id, attributes, time), true);
        return container.id;
    }

    /** An event of the network that a container joins or leaves. */
    void network(ScriptedContainer container, String action) {
        Map<String, String> attributes =
                new TreeMap<>(Map.of("container", container.id, "name", "bridge", "type", "bridge"));
        emit(describe(JSON.createObjectNode(), "network", action, NETWORK, attributes, stamp.next()), true);
    }

    private static byte[] describe(
            ObjectNode json, String type, String action, String id, Map<String, String> attributes, long time) {
        json.put("Type", type).put("Action", action);
        ObjectNode all = json.putObject("Actor").put("ID", id).putObject("Attributes");
        attributes.forEach(all::put);
        return bytes(
                json.put("scope", "local").put("time", time / 1_000_000_000L).put("timeNano", time));
    }

    private static long timeNano(byte[] json) {
        try {
            return JSON.readTree(json).path("timeNano").asLong();
        } catch (IOException e) {
            return 0;
        }
    }

    static byte[] bytes(Object json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
