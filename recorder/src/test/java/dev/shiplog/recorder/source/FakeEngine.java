package dev.shiplog.recorder.source;

import dev.shiplog.recorder.engine.Engine;
import dev.shiplog.recorder.engine.EngineStatusException;
import dev.shiplog.recorder.engine.Message;
import dev.shiplog.recorder.engine.MessageStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** An engine without a wire: a test says what it answers and what its streams bring. */
public final class FakeEngine implements Engine {
    /** What a path is answered with. */
    public interface Answers {
        byte[] to(String path) throws IOException;
    }

    final List<String> asked = new CopyOnWriteArrayList<>();
    final List<FakeStream> streams = new CopyOnWriteArrayList<>();
    private final Answers answers;

    public FakeEngine(Answers answers) {
        this.answers = answers;
    }

    @Override
    public Greeting greet() {
        return new Greeting("1.41", "Fake", false);
    }

    @Override
    public Greeting assume() {
        return new Greeting("1.41", "Fake", false);
    }

    @Override
    public boolean isPodman() {
        return false;
    }

    @Override
    public boolean settle(EngineStatusException refusal) {
        return false;
    }

    @Override
    public byte[] get(String path) throws IOException {
        asked.add(path);
        return answers.to(path);
    }

    @Override
    public byte[] get(String path, Duration patience) throws IOException {
        return get(path);
    }

    @Override
    public void ask(String path, Duration patience, Asked asker) {
        Thread thread = new Thread(() -> {
            byte[] answer;
            try {
                answer = get(path);
            } catch (IOException e) {
                asker.failed(e);
                return;
            }
            asker.answered(answer);
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public <T> T read(String path, Duration patience, BodyReader<T> reader) throws IOException {
        return reader.read(new ByteArrayInputStream(get(path)));
    }

    @Override
    public boolean takesConnections(Duration patience) {
        return true;
    }

    @Override
    public MessageStream stream(String path) {
        FakeStream stream = new FakeStream(path);
        streams.add(stream);
        return stream;
    }

    @Override
    public MessageStream logs(String path) {
        return stream(path);
    }

    long open() {
        return streams.stream().filter(stream -> !stream.closed).count();
    }

    @Override
    public void close() {}

    /** Brings what is put into it, until it is closed. */
    static final class FakeStream implements MessageStream {
        /** What ends it. */
        static final byte[] END = {};

        final String path;
        final BlockingQueue<byte[]> lines = new LinkedBlockingQueue<>();
        volatile boolean closed;
        private volatile long lastHeard = System.nanoTime();

        FakeStream(String path) {
            this.path = path;
        }

        @Override
        public void open() {}

        @Override
        public void follow(Listener listener) {
            Thread thread = new Thread(() -> {
                IOException failure = null;
                try {
                    while (listener.message(next())) {}
                } catch (IOException e) {
                    failure = e;
                }
                close();
                listener.ended(failure);
            });
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public Message next() throws IOException {
            try {
                byte[] line = lines.take();
                lastHeard = System.nanoTime();
                if (line == END) {
                    throw new IOException("closed");
                }
                return Message.of(line);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public long lastHeard() {
            return lastHeard;
        }

        @Override
        public void close() {
            closed = true;
            lines.add(END);
        }
    }
}
