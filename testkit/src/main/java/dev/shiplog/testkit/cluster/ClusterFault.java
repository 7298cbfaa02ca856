package dev.shiplog.testkit.cluster;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** Answers a call in the place of a cluster, or spoils what the cluster answered. */
@FunctionalInterface
public interface ClusterFault {
    /** As {@link Backend#answer}; {@code proper} is what would have answered. */
    Answer answer(Call call, Backend proper) throws IOException;

    /** An error of the cluster's own for the whole request, as in 429. It has not seen the request's items. */
    static ClusterFault error(int status, String type, String reason) {
        return (call, proper) -> Answer.error(status, type, reason);
    }

    /** The cluster's queues are full. */
    static ClusterFault tooManyRequests() {
        return error(429, "es_rejected_execution_exception", "rejected execution of coordinating operation");
    }

    /** A page, as load balancers and login portals send. */
    static ClusterFault html(int status) {
        String page = "<html><head><title>" + status + "</title></head><body>nginx</body></html>\n";
        return (call, proper) -> Answer.of(status, "text/html", page.getBytes(StandardCharsets.UTF_8));
    }

    /** Closes the connection before the cluster has heard of the request. */
    static ClusterFault cutBefore() {
        return (call, proper) -> Answer.SILENCE.cutAfter(-1);
    }

    /** The cluster does what was asked; the connection is closed before a byte of the answer. */
    static ClusterFault cutAfter() {
        return (call, proper) -> proper.answer(call).cutAfter(-1);
    }

    /** The cluster does what was asked; the connection is closed in the middle of the answer's body. */
    static ClusterFault cutAmid() {
        return (call, proper) -> {
            Answer answer = proper.answer(call);
            return answer.cutAfter(answer.body().length / 2);
        };
    }

    /** The cluster does what was asked; its gateway gives up on the answer. */
    static ClusterFault gatewayTimeout() {
        return (call, proper) -> {
            proper.answer(call);
            return html(504).answer(call, proper);
        };
    }

    /** The cluster does what was asked and says nothing, for as long as the client waits. */
    static ClusterFault silentAfter() {
        return (call, proper) -> {
            proper.answer(call);
            return Answer.SILENCE;
        };
    }

    /** Answers properly, but only after a while. */
    static ClusterFault slow(Duration delay) {
        return (call, proper) -> {
            try {
                Thread.sleep(delay.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
            return proper.answer(call);
        };
    }

    /**
     * Refuses all but calls with this {@code Authorization}, as in {@code Basic dXNlcjpwYXNz}, {@code ApiKey …} or
     * {@code Bearer …}.
     */
    static ClusterFault demand(String authorization) {
        return (call, proper) -> {
            String given = call.headers().getOrDefault("authorization", "");
            if (given.equals(authorization)) {
                return proper.answer(call);
            }
            String reason = given.isEmpty()
                    ? "missing authentication credentials for REST request [" + call.target() + "]"
                    : "unable to authenticate for REST request [" + call.target() + "]";
            return Answer.error(401, "security_exception", reason)
                    .with("WWW-Authenticate", "Basic realm=\"security\", charset=\"UTF-8\"");
        };
    }

    /** Refuses calls that may not be made with the credentials: 403, as for a key that may write and nothing else. */
    static ClusterFault forbid(Predicate<Call> forbidden) {
        return (call, proper) -> forbidden.test(call)
                ? Answer.error(403, "security_exception", "action is unauthorized for this user")
                : proper.answer(call);
    }

    /**
     * Rejects some items of each bulk request as a node with a full queue does, with status 429 and the type of Elasticsearch
     * or OpenSearch; the cluster sees the others. It needs a bulk request whose actions all have a document.
     *
     * @param rejected by the item's number in its request, from 0
     */
    static ClusterFault rejectItems(IntPredicate rejected, String type) {
        return new ItemRejection(rejected, type)::answer;
    }

    /** With each call, by chance, one of these. A storm of the same seed is the same for calls in the same order. */
    static ClusterFault storm(long seed, double share, List<ClusterFault> faults) {
        Random random = new Random(seed);
        return (call, proper) -> {
            ClusterFault fault;
            synchronized (random) {
                if (random.nextDouble() >= share) {
                    fault = (same, backend) -> backend.answer(same);
                } else {
                    fault = faults.get(random.nextInt(faults.size()));
                }
            }
            return fault.answer(call, proper);
        };
    }

    /** This with a {@code Retry-After}: seconds, or a date. */
    default ClusterFault retryAfter(String value) {
        return (call, proper) -> answer(call, proper).with("Retry-After", value);
    }

    /** This, but only for such calls. */
    default ClusterFault on(Predicate<Call> calls) {
        return (call, proper) -> calls.test(call) ? answer(call, proper) : proper.answer(call);
    }

    /** This, but only for calls of an API, as in {@code _bulk}. */
    default ClusterFault on(String api) {
        return on(call -> call.isFor(api));
    }

    /** This, but only for the first so many calls; properly after that. To be put before {@link #on}. */
    default ClusterFault times(int count) {
        AtomicInteger left = new AtomicInteger(count);
        return (call, proper) -> left.getAndDecrement() > 0 ? answer(call, proper) : proper.answer(call);
    }
}
