package dev.shiplog.replay.command;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** A console for tests: it remembers what it was told. */
final class Terminal {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Console console;

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    Terminal(Path directory) {
        this(directory, false, InstantSource.fixed(NOW));
    }

    private Terminal(Path directory, boolean watched, InstantSource clock) {
        console = new Console(out, new PrintWriter(err, true), watched, clock, directory, stop);
    }

    /** One that a person watches, and where a second passes between any two looks at the clock. */
    static Terminal watched(Path directory) {
        AtomicLong looks = new AtomicLong();
        return new Terminal(directory, true, () -> NOW.plusSeconds(looks.incrementAndGet()));
    }

    /** The same, but a minute passes. */
    static Terminal hurried(Path directory) {
        AtomicLong looks = new AtomicLong();
        return new Terminal(directory, true, () -> NOW.plus(looks.incrementAndGet(), ChronoUnit.MINUTES));
    }

    /** Runs a command line; what stands in it is separated by single spaces. */
    int run(String commandLine) {
        return Replay.run(console, commandLine.isEmpty() ? new String[0] : commandLine.split(" "));
    }

    void interrupt() {
        stop.countDown();
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    String err() {
        return err.toString();
    }
}
