package dev.shiplog.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * What an engine says of itself, and whose recorded payloads it speaks.
 *
 * @param payloads where they lie among the resources
 * @param apiVersion the newest API it speaks
 * @param oldestApiVersion the oldest
 * @param headers of every answer
 */
public record Release(String payloads, String apiVersion, String oldestApiVersion, Map<String, String> headers) {
    public static final Release DOCKER_20_10 =
            new Release("docker-20.10", "1.41", "1.12", Map.of("Server", "Docker/20.10.24+dfsg1 (linux)"));
    public static final Release DOCKER_28_5 =
            new Release("docker-28.5", "1.51", "1.24", Map.of("Server", "Docker/28.5.2+dfsg4 (linux)"));
    public static final Release PODMAN_5 = new Release(
            "docker-20.10", "1.41", "1.24", Map.of("Server", "Libpod/5.4.0 (linux)", "Libpod-API-Version", "5.4.0"));

    /** This one, speaking other versions of the API. */
    public Release speaking(String oldest, String newest) {
        return new Release(payloads, newest, oldest, headers);
    }

    /** A recorded payload, as in {@code info.json}. */
    byte[] payload(String name) {
        return resource(payloads + "/" + name);
    }

    static byte[] resource(String name) {
        try (InputStream in = Release.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
