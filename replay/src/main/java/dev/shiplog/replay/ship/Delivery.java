package dev.shiplog.replay.ship;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.timeline.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Brings the documents of a {@link Bulk} into the cluster, again and again until the cluster has said of each what became
 * of it. A document that arrives twice is there once: the cluster answers that it exists. Thread safe.
 */
final class Delivery implements Carrier {
    private static final String PATH =
            "/_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason";
    /** The index takes nothing, or nothing from this user: nothing is wrong with the document. */
    private static final Set<String> CLOSED = Set.of(
            "cluster_block_exception", "index_closed_exception", "index_not_found_exception", "security_exception");
    /**
     * A node that stops answers some documents with an error of its own (500), and then none. A document that gets it so
     * often is its reason.
     */
    private static final int ERRORS = 5;

    private final Cluster cluster;
    private final Patience patience;

    /** What makes a {@link Backoff} for each bulk. */
    interface Patience {
        Backoff begin();
    }

    Delivery(Cluster cluster, Patience patience) {
        this.cluster = cluster;
        this.patience = patience;
    }

    @Override
    public Outcome carry(Bulk bulk) throws IOException {
        Outcome outcome = new Outcome(bulk.items().size());
        carry(bulk, 0, bulk.items().size(), outcome, patience.begin());
        return outcome;
    }

    /** Sends the items from {@code first} to {@code end} that are open. */
    private void carry(Bulk bulk, int first, int end, Outcome outcome, Backoff backoff) throws IOException {
        while (true) {
            int[] sent = open(outcome, first, end);
            if (sent.length == 0) {
                return;
            }
            Cluster.Answer answer;
            try {
                answer = cluster.postLines(PATH, lines(bulk, sent));
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                backoff.fail(String.valueOf(e.getMessage()), null); // what became of the documents, nobody knows
                continue;
            }
            if (answer.status() == 413) {
                split(bulk, sent, outcome, backoff);
            } else if (isForLater(answer.status())) {
                backoff.fail(cluster.uri() + " answers " + answer.why(), answer.retryAfter());
            } else if (!answer.isFine()) {
                throw new IOException(cluster.uri() + " takes no documents: " + answer.why());
            } else {
                int before = outcome.open();
                String busy = settle(answer, sent, outcome);
                if (outcome.open() < before) {
                    backoff.succeed();
                }
                if (busy != null) {
                    backoff.fail(busy, answer.retryAfter());
                }
            }
        }
    }

    /** It has too much to do, or a part of it is not there; or what is in between got tired. */
    static boolean isForLater(int status) {
        return status == 429 || status == 408 || status >= 500;
    }

    private static int[] open(Outcome outcome, int first, int end) {
        return IntStream.range(first, end)
                .filter(i -> outcome.fate(i) == Outcome.Fate.OPEN)
                .toArray();
    }

    /** The request is too large for the cluster: sends it in two. */
    private void split(Bulk bulk, int[] sent, Outcome outcome, Backoff backoff) throws IOException {
        if (sent.length == 1) {
            Bulk.Item item = bulk.items().get(sent[0]);
            outcome.refuse(sent[0], "413: too large: " + (item.to() - item.document()) + " bytes");
            return;
        }
        int middle = sent[sent.length / 2];
        carry(bulk, sent[0], middle, outcome, backoff);
        carry(bulk, middle, sent[sent.length - 1] + 1, outcome, backoff);
    }

    private static byte[] lines(Bulk bulk, int[] sent) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(bulk.bytes() >> 2);
        Bytes lines = bulk.lines();
        List<Bulk.Item> items = bulk.items();
        try (GZIPOutputStream gzip = new FastGzip(compressed)) {
            for (int i = 0; i < sent.length; ) {
                int last = i;
                while (last + 1 < sent.length && sent[last + 1] == sent[last] + 1) {
                    last++;
                }
                int from = items.get(sent[i]).from();
                gzip.write(lines.array(), from, items.get(sent[last]).to() - from);
                i = last + 1;
            }
        }
        return compressed.toByteArray();
    }

    /**
     * Notes what the cluster says of each document.
     *
     * @return why some are still to be sent; null if none is
     * @throws IOException if none will be taken
     */
    private @Nullable String settle(Cluster.Answer answer, int[] sent, Outcome outcome) throws IOException {
        Json json = answer.json();
        Json items = json == null ? null : json.get("items");
        if (items == null || items.children().size() != sent.length) {
            throw silent(answer);
        }
        String busy = null;
        for (int i = 0; i < sent.length; i++) {
            List<Json> said = items.children().get(i).children();
            Json status = said.isEmpty() ? null : said.get(0).get("status");
            if (status == null || status.type() != Json.Type.NUMBER) {
                throw silent(answer);
            }
            int code = Integer.parseInt(status.text());
            Json error = said.get(0).get("error");
            String type = error == null ? "" : error.text("type");
            String why = code + (error == null ? "" : ": " + type + ": " + error.text("reason"));
            if (code == 200 || code == 201) {
                outcome.settle(sent[i], Outcome.Fate.CREATED);
            } else if (code == 409) {
                outcome.settle(sent[i], Outcome.Fate.EXISTED);
            } else if (isForLater(code) && (code != 500 || outcome.fail(sent[i]) < ERRORS)) {
                busy = cluster.uri() + " takes no documents for now: " + why;
            } else if (CLOSED.contains(type)) {
                throw new IOException(cluster.uri() + " takes no documents: " + why);
            } else {
                outcome.refuse(sent[i], why);
            }
        }
        return busy;
    }

    private IOException silent(Cluster.Answer answer) {
        return new IOException(cluster.uri() + " answers " + answer.status() + " to documents, but does not say what"
                + " became of them (" + answer.type() + "): is something else in between?");
    }

    /** gzip that costs little CPU: the way to the cluster is mostly short. */
    private static final class FastGzip extends GZIPOutputStream {
        /** Documents repeat so much that this is as fast as level 1, and a seventh smaller. */
        private static final int LEVEL = 3;

        FastGzip(ByteArrayOutputStream out) throws IOException {
            super(out, 1 << 13);
            def.setLevel(LEVEL);
        }
    }
}
