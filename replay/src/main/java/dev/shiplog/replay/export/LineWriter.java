package dev.shiplog.replay.export;

import dev.shiplog.journal.bytes.Bytes;
import dev.shiplog.journal.record.RecordView;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Writes records as lines, in large pieces. A thread writes one piece while the next is made, so that neither the file
 * system nor a compression delays the reader. An error of the output is thrown by a later call, {@link #flush} at the
 * latest. Not thread safe.
 */
public final class LineWriter implements Sink, Closeable {
    private static final int PIECE_BYTES = 1 << 20;

    private final LineFormat format;
    private final OutputStream out;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread output = new Thread(work, "shiplog-output");
        output.setDaemon(true);
        return output;
    });

    private Bytes lines = new Bytes(PIECE_BYTES + (PIECE_BYTES >> 2));
    /** The piece that the thread writes, or may be writing. */
    private Bytes underWay = new Bytes(PIECE_BYTES + (PIECE_BYTES >> 2));

    private Future<?> written = CompletableFuture.completedFuture(null);

    public LineWriter(LineFormat format, OutputStream out) {
        this.format = format;
        this.out = out;
        format.begin(lines);
    }

    @Override
    public void write(RecordView record) throws IOException {
        int from = lines.length();
        try {
            format.write(record, lines);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (lines.length() > from && format.endsLines()) {
            lines.put('\n');
        }
        if (lines.length() >= PIECE_BYTES) {
            handOver();
        }
    }

    /** Writes what comes after the last record, and flushes. */
    public void end() throws IOException {
        format.end(lines);
        flush();
    }

    @Override
    public void flush() throws IOException {
        format.idle(lines);
        handOver();
        awaitWritten();
        out.flush();
    }

    /** Drops what was not flushed. The output stays open. */
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
