package dev.shiplog.replay.command;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.NullMarked;
import picocli.CommandLine;

/** The command line of replay itself, for tests that must not forget a verb. */
@NullMarked
public final class Verbs {
    private Verbs() {}

    /** Parses as replay does; to be asked, not to be executed. */
    public static CommandLine commandLine() {
        return Replay.commandLine(new Console(
                OutputStream.nullOutputStream(),
                new PrintWriter(Writer.nullWriter()),
                false,
                InstantSource.system(),
                Path.of(""),
                new CountDownLatch(1)));
    }
}
