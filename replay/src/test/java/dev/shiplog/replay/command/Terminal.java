package dev.shiplog.replay.command;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;

/** A console for tests: it remembers what it was told. */
final class Terminal {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Console console;

    Terminal(Path directory) {
        InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-21T10:00:00Z"));
        console = new Console(out, new PrintWriter(err, true), false, clock, directory, stop);
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

    String err() {
        return err.toString();
    }
}
