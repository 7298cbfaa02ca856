package dev.shiplog.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The log of one container: what its engine keeps of it, and how it gives that out. Thread safe. */
final class ScriptedLog {
    /** Docker's own form: always nine decimals. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

    private static final int HEADER = 8;
    /** As much goes into one chunk. */
    private static final int CHUNK = 32 * 1024;

    private static final long LOOK_MILLIS = 50;

    private record Entry(long time, byte[] message) {}

    private final List<Entry> entries = new ArrayList<>();
    /** How many were rotated away. */
    private int lost;

    /** A message with its time: the byte of the stream, the time, a space, and the bytes. */
    synchronized void add(int stream, long nanos, byte[] bytes) {
        byte[] head = Reply.utf8(TIME.format(Instant.ofEpochSecond(0, nanos)) + " ");
        byte[] message = ByteBuffer.allocate(1 + head.length + bytes.length)
                .put((byte) stream)
                .put(head)
                .put(bytes)
                .array();
        entries.add(new Entry(nanos, message));
        notifyAll();
    }

    /** All that it ever held but the first so many. */
    synchronized List<byte[]> messages(int from) {
        return entries.subList(Math.min(from, entries.size()), entries.size()).stream()
                .map(Entry::message)
                .toList();
    }

    /** Loses its oldest messages, so that only the newest so many are left. */
    synchronized void rotate(int left) {
        lost = Math.max(lost, entries.size() - left);
    }

    void answer(Request request, Reply reply, ScriptedContainer container) throws IOException {
        reply.begin("application/vnd.docker.raw-stream");
        boolean follows = request.isSet("follow", false);
        long since = Long.parseLong(request.query().getOrDefault("since", "0")) * 1_000_000_000L;
        String tail = request.query().getOrDefault("tail", "all");
        int next = first(tail.equals("all") ? Integer.MAX_VALUE : Integer.parseInt(tail));
        while (true) {
            boolean goesOn = follows && container.runs(); // before the last look: nothing is written after an end
            next = send(reply, next, since);
            if (!goesOn) {
                reply.end();
                return;
            }
            if (!await(next) && reply.hungUp()) {
                return;
            }
        }
    }

    private synchronized int first(int tail) {
        return Math.max(lost, entries.size() - Math.min(tail, entries.size()));
    }

    /** Returns from where on nothing was sent. */
    private int send(Reply reply, int from, long since) throws IOException {
        int next = from;
        while (true) {
            ByteArrayOutputStream chunk = new ByteArrayOutputStream();
            synchronized (this) {
                for (; next < entries.size() && chunk.size() < CHUNK; next++) {
                    Entry entry = entries.get(next);
                    if (entry.time() >= since) {
                        frame(chunk, entry.message());
                    }
                }
            }
            if (chunk.size() == 0) {
                return next;
            }
            reply.chunk(chunk.toByteArray());
        }
    }

    private static void frame(ByteArrayOutputStream out, byte[] message) {
        if (message[0] != 0) { // a terminal has no frames
            out.writeBytes(ByteBuffer.allocate(HEADER)
                    .put(message[0])
                    .putInt(4, message.length - 1)
                    .array());
        }
        out.write(message, 1, message.length - 1);
    }

    /** Waits for a while for a message; false if there is none. */
    private synchronized boolean await(int next) throws IOException {
        try {
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
            for (long left = LOOK_MILLIS; entries.size() <= next && left > 0; ) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return entries.size() > next;
    }
}
