package dev.shiplog.recorder.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits on one thread for what many connections bring. That thread lets a moment pass before it reads: what else arrives
 * in that moment needs no waking of its own, which costs more than to read it. Where the rest of a message is long in
 * coming, the thread stays with that connection, and another one takes over all others. Thread safe.
 */
public final class Selection implements Closeable {
    private static final System.Logger LOG = System.getLogger(Selection.class.getName());

    /** An engine sends the samples of its containers one after the other, each some ms after the one before. */
    private static final long GATHER_MILLIS = 50;
    /** All others wait so often for {@link #PAUSE_MILLIS} for the rest of one message. */
    private static final int PAUSES = 5;

    private static final long PAUSE_MILLIS = 2;

    private final Set<Member> members = ConcurrentHashMap.newKeySet();
    /** For what cannot be waited for with others. */
    private final ExecutorService apart = Executors.newCachedThreadPool(task -> daemon(task, "shiplog-stream"));
    /** Open from the first member on. */
    private @Nullable Selector opened;
    /** The thread that waits for all. */
    private volatile @Nullable Thread leader;

    private volatile boolean closed;

    /** One connection. */
    private final class Member implements Wire.Patience {
        final SocketChannel channel;
        final SelectionKey key;
        final BooleanSupplier reader;
        final Runnable done;
        /** Whether a thread that does not lead any more reads from it. */
        volatile boolean apart;

        /** Whether there is something to read though the selector does not know it. */
        private boolean arrived;

        private int pauses;

        Member(Selector selector, SocketChannel channel, boolean arrived, BooleanSupplier reader, Runnable done)
                throws IOException {
            this.channel = channel;
            this.arrived = arrived;
            this.reader = reader;
            this.done = done;
            this.key = channel.register(selector, SelectionKey.OP_READ, this);
        }

        boolean isDue() {
            return arrived || !channel.isOpen();
        }

        void read() {
            pauses = 0;
            arrived = false;
            boolean goesOn;
            do {
                goesOn = reader.getAsBoolean();
            } while (goesOn && !channel.isOpen()); // closed meanwhile: no selector tells that any more
            if (!goesOn) {
                members.remove(this);
                listen(0);
                done.run();
            } else if (apart) {
                listen(SelectionKey.OP_READ);
                apart = false;
                key.selector().wakeup();
            }
        }

        private void listen(int operations) {
            try {
                key.interestOps(operations);
            } catch (CancelledKeyException e) {
                // The connection was closed, which shows without the key.
            }
        }

        /** The rest of a message is to come. */
        @Override
        public void await() throws IOException {
            if (++pauses == PAUSES && !apart) {
                listen(0);
                apart = true;
                lead(key.selector());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
        }
    }

    /**
     * Calls the reader whenever something arrived, and when the connection was closed: never twice at once, and until it
     * says false.
     *
     * @param arrived whether something is here already
     * @param done runs after that, when the connection may serve another request
     * @throws IOException if there is nothing to wait with
     */
    synchronized void add(SocketChannel channel, Wire wire, boolean arrived, BooleanSupplier reader, Runnable done)
            throws IOException {
        throwIfClosed();
        Selector selector = opened;
        if (selector == null) {
            selector = Selector.open();
            opened = selector;
            lead(selector);
        }
        channel.configureBlocking(false);
        Member member = new Member(selector, channel, arrived, reader, done);
        wire.bePatient(member);
        members.add(member);
        selector.wakeup();
    }

    /**
     * Runs what waits for one connection on a thread of its own.
     *
     * @throws IOException if this is closed
     */
    public synchronized void runApart(Runnable task) throws IOException {
        throwIfClosed();
        apart.execute(task);
    }

    private void throwIfClosed() throws AsynchronousCloseException {
        if (closed) {
            throw new AsynchronousCloseException();
        }
    }

    /** A connection was closed. */
    synchronized void wake() {
        if (opened != null) {
            opened.wakeup();
        }
    }

    private void lead(Selector selector) {
        Thread thread = daemon(() -> follow(selector), "shiplog-streams");
        leader = thread;
        thread.start();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private boolean leads() {
        return leader == Thread.currentThread();
    }

    private void follow(Selector selector) {
        Set<Member> ready = new LinkedHashSet<>();
        try {
            while (leads() && !(closed && members.isEmpty())) {
                selector.select(key -> ready.add((Member) key.attachment()));
                if (!closed) {
                    TimeUnit.MILLISECONDS.sleep(GATHER_MILLIS);
                    selector.selectNow(key -> ready.add((Member) key.attachment()));
                }
                for (Member member : members) {
                    if (member.isDue()) {
                        ready.add(member);
                    }
                }
                for (Member member : ready) {
                    // One that was read apart may have ended since it was found closed.
                    if (leads() && !member.apart && members.contains(member)) {
                        read(member);
                    }
                }
                ready.clear();
            }
            if (leads()) {
                selector.close();
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("waiting for connections failed", e);
        }
    }

    private void read(Member member) throws IOException {
        try {
            member.read();
        } catch (RuntimeException e) {
            // A fault of ours in what one connection brought must not end the others.
            LOG.log(Level.ERROR, "reading an answer failed", e);
            members.remove(member);
            member.channel.close();
        }
    }

    /** Ends once all connections were closed and their readers know it. */
    @Override
    public synchronized void close() {
        closed = true;
        apart.shutdown();
        wake();
    }
}
