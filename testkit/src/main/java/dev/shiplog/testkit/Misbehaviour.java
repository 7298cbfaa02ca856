package dev.shiplog.testkit;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers a request in the place of the proper handler, or spoils what that one writes. */
@FunctionalInterface
public interface Misbehaviour {
    /** As {@link Handler#answer}; {@code proper} is what would have answered. */
    void answer(Request request, Reply reply, Handler proper) throws IOException;

    /** Accepts, and says nothing for ever. */
    static Misbehaviour hang() {
        return (request, reply, proper) -> reply.awaitHangUp();
    }

    /** Another status, with the engine's JSON body. */
    static Misbehaviour error(int status, String message) {
        return (request, reply, proper) -> reply.error(status, message);
    }

    /** A page, as proxies send. */
    static Misbehaviour html(int status, String page) {
        return (request, reply, proper) -> reply.send(status, "text/html", Reply.utf8(page));
    }

    /** Bytes that are not HTTP; then the connection is cut. */
    static Misbehaviour garbage(byte[] bytes) {
        return (request, reply, proper) -> {
            reply.raw(bytes);
            reply.cut();
        };
    }

    /** Cuts the connection after so many bytes of the proper answer, head and chunk sizes included. */
    static Misbehaviour cutAfter(long bytes) {
        return (request, reply, proper) -> {
            reply.through(out -> new Budget(out, bytes, reply::cut));
            proper.answer(request, reply);
        };
    }

    /** Falls silent after so many bytes of the proper answer, with the connection open. */
    static Misbehaviour silentAfter(long bytes) {
        return (request, reply, proper) -> {
            reply.through(out -> new Budget(out, bytes, reply::awaitHangUp));
            proper.answer(request, reply);
        };
    }

    /** One byte at a time. */
    static Misbehaviour slow(Duration pause) {
        return (request, reply, proper) -> {
            reply.through(out -> new Dripping(out, pause));
            proper.answer(request, reply);
        };
    }

    /** This, but only for the first so many requests; properly after that. */
    default Misbehaviour times(int count) {
        AtomicInteger left = new AtomicInteger(count);
        return (request, reply, proper) -> {
            if (left.getAndDecrement() > 0) {
                answer(request, reply, proper);
            } else {
                proper.answer(request, reply);
            }
        };
    }

    /** What happens when a budget of bytes is spent. */
    @FunctionalInterface
    interface Spent {
        void happens() throws IOException;
    }

    /** Lets so many bytes pass. */
    final class Budget extends FilterOutputStream {
        private final Spent spent;
        private long left;

        Budget(OutputStream out, long bytes, Spent spent) {
            super(out);
            this.left = bytes;
            this.spent = spent;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int now = (int) Math.min(length, left);
            out.write(bytes, offset, now);
            left -= now;
            if (left == 0) {
                out.flush();
                spent.happens();
            }
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }
    }

    /** Pauses before each byte. */
    final class Dripping extends FilterOutputStream {
        private final Duration pause;

        Dripping(OutputStream out, Duration pause) {
            super(out);
            this.pause = pause;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int at = offset; at < offset + length; at++) {
                write(bytes[at]);
            }
        }

        @Override
        public void write(int b) throws IOException {
            try {
                Thread.sleep(pause.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            out.write(b);
            out.flush();
        }
    }
}
