package dev.shiplog.replay.ship;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/** Asks a cluster beforehand: again, for a while, if it is not there or has too much to do. Not thread safe. */
public final class Asking {
    private final Cluster cluster;
    private final Supplier<Backoff> patience;
    private final Consumer<String> say;

    private interface Question {
        Cluster.Answer ask() throws IOException;
    }

    private Asking(Cluster cluster, Supplier<Backoff> patience, Consumer<String> say) {
        this.cluster = cluster;
        this.patience = patience;
        this.say = say;
    }

    /**
     * @param patience for how long the cluster may be out of order
     * @param stop counted down when the program is to end
     * @param say takes lines for the user
     */
    public static Asking of(
            Cluster cluster, Duration patience, CountDownLatch stop, InstantSource clock, Consumer<String> say) {
        Outage outage = new Outage(Duration.ZERO, clock, say);
        return new Asking(cluster, () -> new Backoff(patience, outage, stop), say);
    }

    Cluster cluster() {
        return cluster;
    }

    void say(String line) {
        say.accept(line);
    }

    Cluster.Answer get(String path) throws IOException {
        return patiently(() -> cluster.get(path));
    }

    Cluster.Answer put(String path, byte[] json) throws IOException {
        return patiently(() -> cluster.put(path, json));
    }

    Cluster.Answer post(String path, byte[] json) throws IOException {
        return patiently(() -> cluster.post(path, json));
    }

    /** @throws IOException at once if it would be the same the next time, as without a certificate that is trusted */
    private Cluster.Answer patiently(Question question) throws IOException {
        Backoff backoff = patience.get();
        while (true) {
            String why;
            String retryAfter = null;
            try {
                Cluster.Answer answer = question.ask();
                if (!Delivery.isForLater(answer.status())) {
                    backoff.succeed();
                    return answer;
                }
                why = cluster.uri() + " answers " + answer.why();
                retryAfter = answer.retryAfter();
            } catch (InterruptedIOException | SSLException e) {
                throw e;
            } catch (IOException e) {
                why = String.valueOf(e.getMessage());
            }
            backoff.fail(why, retryAfter);
        }
    }
}
