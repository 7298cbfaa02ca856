package dev.shiplog.recorder.exposition;

import java.time.Duration;
import java.util.Map;

/**
 * What the JDK's server takes from its clients, so that slow, idle, greedy and hostile ones cost the recorder little: what
 * exceeds it is closed.
 */
final class ServerLimits {
    /** More than a request and its answer take by the limits below. */
    static final Duration LONGEST = Duration.ofSeconds(45);

    /** Seconds, counts and bytes. */
    private static final Map<String, String> LIMITS = Map.of(
            "sun.net.httpserver.maxReqTime", "10",
            "sun.net.httpserver.maxRspTime", "30",
            "sun.net.httpserver.idleInterval", "30",
            "sun.net.httpserver.maxIdleConnections", "32",
            "sun.net.httpserver.maxReqHeaders", "64",
            "sun.net.httpserver.maxReqHeaderSize", "16384",
            "sun.net.httpserver.nodelay", "true",
            "jdk.httpserver.maxConnections", "128");

    private ServerLimits() {}

    /** The server reads them once, as its first class is loaded: this must be before. What a user set stays. */
    static void set() {
        LIMITS.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }
}
