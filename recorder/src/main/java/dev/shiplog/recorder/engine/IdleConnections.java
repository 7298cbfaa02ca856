package dev.shiplog.recorder.engine;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Open connections to one engine that serve no request now. Thread safe. */
final class IdleConnections implements Closeable {
    private final EngineAddress address;
    private final int most;
    /** The one that served last comes first. */
    private final Deque<Connection> idle = new ArrayDeque<>();

    private boolean closed;

    /** @param most to be kept */
    IdleConnections(EngineAddress address, int most) {
        this.address = address;
        this.most = most;
    }

    /** One that served before, or a new one. */
    Connection take() throws IOException {
        Connection kept = poll();
        return kept == null ? Connection.to(address) : kept;
    }

    private synchronized @Nullable Connection poll() {
        return idle.pollFirst();
    }

    /** Keeps it for the next request, or closes it. */
    synchronized void give(Connection connection) {
        if (closed || idle.size() == most) {
            connection.close();
        } else {
            idle.addFirst(connection);
        }
    }

    /** Closes all, and those to come. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(Connection::close);
        idle.clear();
    }
}
