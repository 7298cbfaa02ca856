package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Writes records as lines, in large pieces, each in a thread of its own while the next is made: so that neither the file
 * system nor a compression holds up the reading. An error of the output comes with a later call, {@link #flush} at the
 * latest. Not thread safe.
 */
public final class LineWriter implements Closeable {
    private static final int PIECE = 1 << 20;

    private final LineFormat format;
    private final OutputStream out;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread output = new Thread(work, "shiplog-output");
        output.setDaemon(true);
        return output;
    });

    private Bytes lines = new Bytes(PIECE + (PIECE >> 2));
    private Bytes underWay = new Bytes(PIECE + (PIECE >> 2));
    private Future<?> written = CompletableFuture.completedFuture(null);

    public LineWriter(LineFormat format, OutputStream out) {
        this.format = format;
        this.out = out;
    }

    /** Appends the line of {@code record}. */
    public void write(RecordView record) throws IOException {
        format.write(record, lines);
        lines.put('\n');
        if (lines.length() >= PIECE) {
            handOver();
        }
    }

    /** Hands on what was written so far, to whoever waits for it. */
    public void flush() throws IOException {
        handOver();
        awaitWritten();
        out.flush();
    }

    /** Gives up what was not flushed. The output stays open. */
    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void handOver() throws IOException {
        awaitWritten();
        if (lines.length() == 0) {
            return;
        }
        Bytes piece = lines;
        lines = underWay;
        lines.clear();
        underWay = piece;
        written = thread.submit(() -> {
            out.write(piece.array(), 0, piece.length());
            return null;
        });
    }

    private void awaitWritten() throws IOException {
        try {
            written.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OutOfMemoryError error) {
                throw error;
            }
            throw e.getCause() instanceof IOException failed ? failed : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
