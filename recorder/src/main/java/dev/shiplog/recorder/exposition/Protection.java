package dev.shiplog.recorder.exposition;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What stands between the network and the metrics.
 *
 * @param login who may ask for them; null for anybody
 * @param tls what they are encrypted with; null for nothing
 */
public record Protection(@Nullable Login login, @Nullable KeyFiles tls) {
    /** Whoever reaches the address may read them. */
    public static final Protection NONE = new Protection(null, null);

    /**
     * A certificate and its key, each in a PEM file.
     *
     * @param certificate that of the server, then those that lead to a root that clients know
     * @param key without a password
     */
    public record KeyFiles(Path certificate, Path key) {}
}
