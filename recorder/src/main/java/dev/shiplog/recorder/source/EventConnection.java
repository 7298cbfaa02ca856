package dev.shiplog.recorder.source;

import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.MessageStream;
import java.util.concurrent.CountDownLatch;

/** One try to follow the engine's event stream. */
final class EventConnection {
    final MessageStream stream;
    final Engine.Greeting greeting;
    /** When the stream was asked for, ns since the epoch. */
    final long asked;
    /** Whether headers alone prove the stream open; after connections that brought nothing, only a message does. */
    final boolean trusted;
    /** Whether the engine had answered {@code /_ping} before; if not, a ping that fails means nothing. */
    final boolean greeted;

    /** Open once the stream is, or once it is over. */
    final CountDownLatch settled = new CountDownLatch(1);

    volatile boolean opened;
    volatile boolean closedByUs;
    volatile long lastHeard = System.nanoTime();
    /** Whether it brought a message; the reader's alone. */
    boolean brought;

    // Below: guarded by EngineStatus.
    /** Whether the writer knows that it is open. */
    boolean declared;
    /** Whether nobody listened for longer than a moment before. */
    boolean fresh;

    boolean over;

    EventConnection(MessageStream stream, Engine.Greeting greeting, long asked, boolean trusted, boolean greeted) {
        this.stream = stream;
        this.greeting = greeting;
        this.asked = asked;
        this.trusted = trusted;
        this.greeted = greeted;
    }

    void close(String why) {
        closedByUs = true;
        stream.close(why);
    }
}
