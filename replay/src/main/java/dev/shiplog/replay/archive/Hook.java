package dev.shiplog.replay.archive;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A command of the user's that gets each archive, to copy it elsewhere, say. The shell runs it with the archive's path as
 * {@code $1} and in {@code SHIPLOG_ARCHIVE}; what it prints goes where this process prints. Not thread safe.
 */
final class Hook {
    static final String VARIABLE = "SHIPLOG_ARCHIVE";

    private static final long POLL_MILLIS = 100;
    /** A store that is down costs a few time-outs a run, and one archive that it refuses does not keep back the others. */
    private static final int MAX_FAILURES = 3;

    private final @Nullable String command;
    private final BooleanSupplier stopped;
    private int failures;

    /**
     * @param command null if there is none
     * @param stopped whether the run is to end: then the command is told to end as well
     */
    Hook(@Nullable String command, BooleanSupplier stopped) {
        this.command = command;
        this.stopped = stopped;
    }

    /** Whether there is a command. */
    boolean isSet() {
        return command != null;
    }

    /** Whether the command has failed so often in this run that it is not tried again. */
    boolean hasGivenUp() {
        return failures >= MAX_FAILURES;
    }

    /** Runs the command to its end; returns its exit code. */
    int run(Path archive) throws IOException {
        String path = archive.toAbsolutePath().toString();
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", String.valueOf(command), "shiplog-hook", path)
                .inheritIO()
                .redirectInput(new File("/dev/null"));
        builder.environment().put(VARIABLE, path);
        Process process = builder.start();
        try {
            while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                if (stopped.getAsBoolean()) {
                    process.destroy();
                }
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            process.onExit().join();
            Thread.currentThread().interrupt();
        }
        failures += process.exitValue() == 0 ? 0 : 1;
        return process.exitValue();
    }
}
