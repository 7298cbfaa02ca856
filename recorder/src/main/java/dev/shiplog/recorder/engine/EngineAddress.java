package dev.shiplog.recorder.engine;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an engine listens: {@code unix:///path} or {@code tcp://host:port}, with TLS if there is a directory of
 * certificates.
 *
 * @param uri scheme {@code unix} with a path, or {@code tcp} with host and port
 * @param certificates holds {@code ca.pem}, {@code cert.pem} and {@code key.pem}; null for no TLS
 */
public record EngineAddress(URI uri, @Nullable Path certificates) {
    private static final String DEFAULT = "unix:///var/run/docker.sock";

    /** {@code sockaddr_un} holds so many bytes and a final zero. */
    private static final int LONGEST_UNIX_PATH = 107;

    private static final int PLAIN_PORT = 2375;
    private static final int MAX_PORT = 65_535;
    private static final int TLS_PORT = 2376;

    /**
     * Reads an address as the docker command does.
     *
     * @param host as in {@code docker --host}; null or empty for {@code DOCKER_HOST}, or else the usual socket
     * @param environment {@code DOCKER_HOST}, {@code DOCKER_TLS_VERIFY}, {@code DOCKER_CERT_PATH}, {@code HOME}
     * @throws IllegalArgumentException in one clear line, if this is no such address
     */
    public static EngineAddress of(@Nullable String host, Map<String, String> environment) {
        String text = firstFilled(host, environment.get("DOCKER_HOST"), DEFAULT);
        int colon = text.indexOf("://");
        if (colon < 0) {
            throw new IllegalArgumentException(text + ": an engine's address has a scheme, as in "
                    + (text.startsWith("/") ? "unix://" + text : "tcp://" + text));
        }
        String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "unix" -> unix(text, text.substring(colon + 3));
            case "tcp" -> tcp(text, text.substring(colon + 3), certificates(environment));
            default ->
                throw new IllegalArgumentException(text + ": " + scheme
                        + " is not supported; use unix:///path or tcp://host:port"
                        + (scheme.equals("ssh") ? " (ssh -L /tmp/docker.sock:/var/run/docker.sock makes one)" : ""));
        };
    }

    private static EngineAddress unix(String text, String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException(text + ": a socket needs its whole path, as in unix:///" + path);
        }
        if (path.getBytes(StandardCharsets.UTF_8).length > LONGEST_UNIX_PATH) {
            throw new IllegalArgumentException(
                    text + ": a socket's path has at most " + LONGEST_UNIX_PATH + " bytes; make a symbolic link to it");
        }
        try {
            return new EngineAddress(new URI("unix", null, path, null), null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(text + ": " + e.getReason(), e);
        }
    }

    private static EngineAddress tcp(String text, String rest, @Nullable Path certificates) {
        try {
            URI uri = new URI("tcp://" + rest);
            if (uri.getHost() == null) {
                throw new IllegalArgumentException(text + ": no host; write it as in tcp://127.0.0.1:2375");
            }
            int port = uri.getPort() >= 0 ? uri.getPort() : certificates == null ? PLAIN_PORT : TLS_PORT;
            if (port == 0 || port > MAX_PORT) {
                throw new IllegalArgumentException(text + ": a port is a number from 1 to " + MAX_PORT);
            }
            return new EngineAddress(
                    new URI("tcp", null, uri.getHost(), port, uri.getPath(), null, null), certificates);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    text + ": " + e.getReason() + "; write it as in tcp://127.0.0.1:2375", e);
        }
    }

    private static @Nullable Path certificates(Map<String, String> environment) {
        String directory = environment.getOrDefault("DOCKER_CERT_PATH", "");
        if (!directory.isEmpty()) {
            return Path.of(directory);
        }
        boolean verify = !environment.getOrDefault("DOCKER_TLS_VERIFY", "").isEmpty();
        return verify ? Path.of(environment.getOrDefault("HOME", "/"), ".docker") : null;
    }

    private static String firstFilled(@Nullable String host, @Nullable String fromEnvironment, String otherwise) {
        if (host != null && !host.isBlank()) {
            return host.strip();
        }
        return fromEnvironment != null && !fromEnvironment.isBlank() ? fromEnvironment.strip() : otherwise;
    }

    /** The path of the unix socket, or null for tcp. */
    @Nullable
    Path socket() {
        return uri.getScheme().equals("unix") ? Path.of(uri.getPath()) : null;
    }

    /** As people write it. */
    @Override
    public String toString() {
        return uri.getScheme().equals("unix") ? "unix://" + uri.getPath() : uri.toString();
    }
}
