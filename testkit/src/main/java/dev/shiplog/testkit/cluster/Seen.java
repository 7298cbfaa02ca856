package dev.shiplog.testkit.cluster;

/**
 * One call that came to a proxy.
 *
 * @param method as in {@code POST}
 * @param target path and query
 * @param received bytes of its body, as they came
 * @param status of the answer, 0 if the client was told none
 * @param sent bytes of the answer's body
 */
public record Seen(String method, String target, long received, int status, long sent) {}
