package dev.shiplog.replay.ship;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.Kind;
import dev.shiplog.replay.query.Reached;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Documents on their way into a cluster. Some requests are under way at a time; they are settled in the order in which they
 * were sent, so that up to some record everything has arrived and is never sent again. Not thread safe.
 */
public final class Shipment implements Closeable {
    private static final int MEGABYTE = 1 << 20;
    private static final long GRACE_SECONDS = 5;

    private final Carrier carrier;
    private final Limits limits;
    private final Tallies tallies;
    private final @Nullable Rejects rejects;
    private final Supplier<Map<String, Reached>> reached;
    private final ExecutorService threads;
    private final Deque<UnderWay> underWay = new ArrayDeque<>();

    /** Settled, to be filled again: their memory is what a shipment takes most of. */
    private final Deque<Bulk> spare = new ArrayDeque<>();

    private Bulk bulk;
    private @Nullable Map<String, Reached> arrived;
    private boolean heldBack;

    /**
     * How much is sent at a time.
     *
     * @param bytes of a request before compression; a larger document makes a request of its own
     * @param documents of a request
     * @param requests that are under way
     */
    public record Limits(int bytes, int documents, int requests) {
        public static final Limits DEFAULT = new Limits(4 * MEGABYTE, 5_000, 2);
    }

    private record UnderWay(Bulk bulk, Map<String, Reached> reached, Future<Outcome> outcome) {}

    /** Appends a part of a document to some bytes. */
    public interface Part extends Consumer<Bytes> {}

    /**
     * @param tallies count what becomes of the documents
     * @param rejects keeps what is refused; null if nothing does: then what has {@link #arrived} ends before it
     * @param reached up to where the documents are made that were handed over so far
     */
    public Shipment(
            Carrier carrier,
            Limits limits,
            Tallies tallies,
            @Nullable Rejects rejects,
            Supplier<Map<String, Reached>> reached) {
        this.carrier = carrier;
        this.limits = limits;
        this.tallies = tallies;
        this.rejects = rejects;
        this.reached = reached;
        bulk = new Bulk(limits.bytes());
        threads = Executors.newFixedThreadPool(limits.requests(), work -> {
            Thread thread = new Thread(work, "shiplog-ship");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Takes a document.
     *
     * @param action appends the line that says which document it is
     * @param document appends it
     * @param journal of the records that it is made of
     * @param kind of these
     * @param sequence of the last of them
     * @param records how many these are
     * @throws IOException if an earlier one cannot be shipped
     */
    public void add(Part action, Part document, String journal, Kind kind, long sequence, int records)
            throws IOException {
        action.accept(bulk.beginAction());
        bulk.beginDocument();
        document.accept(bulk.lines());
        bulk.end(journal, kind, sequence, records);
        if (bulk.bytes() >= limits.bytes() || bulk.items().size() >= limits.documents()) {
            send();
        }
    }

    /** Returns once all documents have arrived that were handed over. */
    public void flush() throws IOException {
        send();
        while (!underWay.isEmpty()) {
            settle(underWay.remove());
        }
        if (!heldBack) {
            arrived = reached.get();
        }
    }

    /**
     * Up to where everything has arrived, or was refused and kept; null if that is nothing.
     */
    public @Nullable Map<String, Reached> arrived() {
        return arrived;
    }

    /** Whether something was refused and not kept: then what has {@link #arrived} ends before it for ever. */
    public boolean isHeldBack() {
        return heldBack;
    }

    private void send() throws IOException {
        if (bulk.items().isEmpty()) {
            return;
        }
        while (underWay.size() >= limits.requests()) {
            settle(underWay.remove());
        }
        Bulk sent = bulk;
        underWay.add(new UnderWay(sent, reached.get(), threads.submit(() -> carrier.carry(sent))));
        bulk = spare.isEmpty() ? new Bulk(limits.bytes()) : spare.remove();
    }

    private void settle(UnderWay request) throws IOException {
        Outcome outcome;
        try {
            outcome = request.outcome.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failed ? failed : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        if (!outcome.reasons().isEmpty()) {
            if (rejects == null) {
                heldBack = true;
            } else {
                rejects.add(request.bulk, outcome);
            }
        }
        tallies.add(request.bulk, outcome);
        if (request.bulk.bytes() <= 2 * limits.bytes()) {
            request.bulk.clear();
            spare.add(request.bulk);
        }
        if (!heldBack) {
            arrived = request.reached;
        }
    }

    /** Gives up what is under way: what became of it is not known. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
